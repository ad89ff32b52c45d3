"""A provider on an account in memory, with its values serialised as Pulumi does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from pulumi.runtime import rpc

from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.secret_inputs import plain_input_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.providers.adapter import LifecycleProvider
from pulumi_setsmart.providers.property import PropertyProvider
from pulumi_setsmart.providers.values import PROVIDER_KEY
from support.in_memory_account import InMemoryAccount

NOT_KNOWN = rpc.UNKNOWN


def provider_of(
    account: InMemoryAccount,
    provider_class: type[LifecycleProvider] = PropertyProvider,
    **settings: Any,
) -> LifecycleProvider:
    """Return a provider that is configured for an account in memory."""
    provider = provider_class()
    provider._lifecycles = SingleLifecycle(account.lifecycle(provider.kind, **settings))  # noqa: SLF001 -- configure() takes the network
    return provider


@frozen
class SingleLifecycle:
    """One lifecycle for every account."""

    lifecycle: Lifecycle

    def of_account(self, _properties: Mapping[str, Json]) -> Lifecycle:
        """Return it."""
        return self.lifecycle

    def located(self, identifier: str, place: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        """Return both as they are: no account has a name."""
        return identifier, place

    def refuse_missing(self, identifier: str, place: Mapping[str, Json]) -> None:
        """Refuse nothing: there is no other account."""


def over_the_wire(properties: Any) -> Any:
    """Return properties as the other side gets them: with Pulumi's own serialisation."""
    struct = asyncio.run(rpc.serialize_properties(properties, {}))
    return rpc.deserialize_properties(struct, keep_unknowns=True)


def checked(provider: LifecycleProvider, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs that pass a check, as the engine hands them on."""
    metadata = plain_input_metadata(inputs, [], keeps_old_values=False)
    result = provider.check({}, over_the_wire({"__provider": "pickled", KEY: metadata, **inputs}))
    assert not result.failures
    return dict(over_the_wire(result.inputs))


def as_stored(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs as a state holds them, to which Pulumi adds the provider."""
    return {**outputs, PROVIDER_KEY: "pickled"}
