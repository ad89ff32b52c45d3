"""Providers as Pulumi's engine has them, on accounts in memory."""

import asyncio
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from fake_account import FakeAccount
from pulumi.runtime import rpc

from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.providers.adapter import LifecycleProvider
from pulumi_setsmart.providers.property import PropertyProvider


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
