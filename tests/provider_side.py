"""A provider on an account in memory, as Pulumi's side sees it: with what crosses the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from fake_account import FakeAccount
from pulumi.runtime import rpc

from pulumi_setsmart.lifecycle.bookkeeping import KEY
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.secrecy import evidence
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.providers.adapter import LifecycleProvider
from pulumi_setsmart.providers.property import PropertyProvider

NOT_KNOWN = rpc.UNKNOWN


def provider_of(
    account: FakeAccount,
    provider_class: type[LifecycleProvider] = PropertyProvider,
    **settings: Any,
) -> LifecycleProvider:
    """Return a provider that is configured for an account in memory."""
    provider = provider_class()
    provider._lifecycles = Only(account.lifecycle(provider.kind, **settings))  # noqa: SLF001 -- configure() takes the network
    return provider


@frozen
class Only:
    """The lifecycle in an account that is the only one."""

    lifecycle: Lifecycle

    def of_account(self, _properties: Mapping[str, Json]) -> Lifecycle:
        """Return it."""
        return self.lifecycle


def over_the_wire(properties: Any) -> Any:
    """Return properties as the other side gets them: with Pulumi's own serialisation."""
    struct = asyncio.run(rpc.serialize_properties(properties, {}))
    return rpc.deserialize_properties(struct, keep_unknowns=True)


def checked(provider: LifecycleProvider, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs that pass a check, as the engine hands them on."""
    told = evidence(inputs, [], keeps_old_values=False)
    result = provider.check({}, over_the_wire({"__provider": "pickled", KEY: told, **inputs}))
    assert not result.failures
    return dict(over_the_wire(result.inputs))
