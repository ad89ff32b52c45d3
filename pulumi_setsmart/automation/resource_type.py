"""The kinds of resource as Pulumi's engine knows them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE
from pulumi_setsmart.providers.adapter import LifecycleProvider
from pulumi_setsmart.providers.values import SIGNATURE

SECRET = "[secret]"  # noqa: S105 - not one
"""What a preview shows in the place of a secret."""


@frozen
class ResourceAddress:
    """Which resource of a stack it is.

    Attributes:
        kind: Its kind.
        name: Its name in the program.
    """

    kind: Kind
    name: str


@frozen
class ResourceType:
    """A kind of resource in a state.

    Attributes:
        kind: The kind.
        token: The type in the state.
        provider: The class that manages it.
    """

    kind: Kind
    token: str
    provider: type[LifecycleProvider]


def _resource_type(kind: Kind) -> ResourceType:
    module = importlib.import_module(f"pulumi_setsmart.providers.{kind.module}")
    provider: type[LifecycleProvider] = getattr(module, f"{kind.name}Provider")
    return ResourceType(kind, kind.dynamic_token, provider)


TYPES: Mapping[Kind, ResourceType] = {kind: _resource_type(kind) for kind in KINDS}
NATIVE_TOKENS: Mapping[str, Kind] = {kind.token: kind for kind in KINDS}
"""The kinds by the types of the native plugin."""

KINDS_BY_TOKEN: Mapping[str, Kind] = {
    **{type_.token: type_.kind for type_ in TYPES.values()},
    **NATIVE_TOKENS,
}
"""The kinds by the types in the state, of dynamic providers and of the native plugin."""

NO_RESOURCES = ("pulumi:", PORTFOLIO_TYPE)
"""How the types begin that are nothing by themselves: the stack, providers and portfolios."""


def holds_secret(value: Any, mask: str | None = None) -> bool:
    """Return whether something in Pulumi's JSON is secret.

    Args:
        value: A value, as deep as it goes.
        mask: The text that stands for a secret, where Pulumi puts one in its place.
    """
    match value:
        case dict():
            return SIGNATURE in value or any(
                holds_secret(member, mask) for member in value.values()
            )
        case list():
            return any(holds_secret(element, mask) for element in value)
    return mask is not None and bool(value == mask)


def addresses(urn: str) -> Iterator[ResourceAddress]:
    """Yield the address of a resource of ours; nothing for another one."""
    types, _, name = urn.split("::", 2)[2].partition("::")
    kind = KINDS_BY_TOKEN.get(types.rpartition("$")[2])
    if kind is not None:
        yield ResourceAddress(kind, name)
