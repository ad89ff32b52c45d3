"""A provider of either interface on an account in memory; values are serialised as Pulumi does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.runtime import rpc

from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.secret_inputs import plain_input_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.providers.adapter import LifecycleProvider
from pulumi_setsmart.providers.api_object import ApiObjectProvider
from pulumi_setsmart.providers.property import PropertyProvider
from pulumi_setsmart.providers.values import PROVIDER_KEY
from pulumi_setsmart.providers.webhook_subscription import WebhookSubscriptionProvider
from support.in_memory_account import InMemoryAccount
from support.in_memory_plugin import Engine, NativeProvider, plugin_of
from support.interface import DYNAMIC, Interface
from support.single_lifecycle import SingleLifecycle

NOT_KNOWN = rpc.UNKNOWN
_DYNAMIC_PROVIDERS: Mapping[Kind, type[LifecycleProvider]] = {
    PROPERTY: PropertyProvider,
    WEBHOOK_SUBSCRIPTION: WebhookSubscriptionProvider,
    API_OBJECT: ApiObjectProvider,
}


class Provider(Protocol):
    """What Pulumi asks for one kind of resource."""

    def check(self, olds: dict[str, Any], news: dict[str, Any], /) -> CheckResult:
        """Check inputs."""

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any], /) -> DiffResult:
        """Compare an object with inputs."""

    def create(self, props: dict[str, Any], /) -> CreateResult:
        """Create an object."""

    def read(self, id_: str, props: dict[str, Any], /) -> ReadResult:
        """Read an object."""

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any], /) -> UpdateResult:
        """Update an object."""

    def delete(self, id_: str, props: dict[str, Any], /) -> None:
        """Delete an object."""


def provider_of(
    account: InMemoryAccount,
    kind: Kind = PROPERTY,
    *,
    interface: Interface = DYNAMIC,
    **settings: Any,
) -> Provider:
    """Return a provider that is configured for an account in memory."""
    return provider_with(account.lifecycle(kind, **settings), interface)


def provider_with(lifecycle: Lifecycle, interface: Interface) -> Provider:
    """Return a provider that passes what it is asked to a lifecycle."""
    if interface != DYNAMIC:
        return NativeProvider(Engine(plugin_of(lifecycle), kind=lifecycle.kind))
    provider = _DYNAMIC_PROVIDERS[lifecycle.kind]()
    provider._lifecycles = SingleLifecycle(lifecycle)  # noqa: SLF001 -- configure() takes the network
    return provider


def over_the_wire(properties: Any) -> Any:
    """Return properties as the other side gets them: with Pulumi's own serialisation."""
    struct = asyncio.run(rpc.serialize_properties(properties, {}))
    return rpc.deserialize_properties(struct, keep_unknowns=True)


def checked(provider: Provider, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs that pass a check, as the engine hands them on."""
    metadata = plain_input_metadata(inputs, [], keeps_old_values=False)
    result = provider.check({}, over_the_wire({"__provider": "pickled", KEY: metadata, **inputs}))
    assert not result.failures
    return dict(over_the_wire(result.inputs))


def as_stored(outputs: Mapping[str, Json]) -> dict[str, Any]:
    """Return outputs as a state holds them, to which Pulumi adds the provider."""
    return {**outputs, PROVIDER_KEY: "pickled"}
