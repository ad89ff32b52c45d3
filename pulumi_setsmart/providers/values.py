"""Values as Pulumi's engine passes them, to and from the plain values of the lifecycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.output import Unknown as EngineUnknown
from pulumi.runtime import rpc

from pulumi_setsmart.models.json import LARGEST_EXACT_INTEGER, Json, integral
from pulumi_setsmart.models.marker import CLEAR, FORMER_CLEAR, UNKNOWN, stands_for_null

PROVIDER_KEY = "__provider"
"""Where Pulumi keeps the pickled provider among the properties."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The member by which Pulumi's protocol and JSON tell a special value, such as a secret, from an
object."""

SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- what tells a secret
"""What that member holds where the value is a secret."""


def from_engine(properties: Mapping[str, Any]) -> dict[str, Json]:
    """Return properties that came from the engine as plain values, less the provider itself.

    The engine passes every number as a double, null not at all, and what is not known as an object.
    """
    return {name: _from_engine(value) for name, value in properties.items() if name != PROVIDER_KEY}


def to_engine(properties: Mapping[str, Json]) -> dict[str, Any]:
    """Return plain values as properties for the engine."""
    return {name: _for_engine(value) for name, value in properties.items()}


def scalar_from_engine(value: str | float) -> Json:
    """Return a string or a number that came from the engine as a plain value.

    Every number arrives as a double. A string may stand for null.
    """
    if isinstance(value, str):
        return None if stands_for_null(value) else value
    return integral(value) if abs(value) <= LARGEST_EXACT_INTEGER else value


def holds_former_null(value: Any) -> bool:
    """Return whether null is written in its former form anywhere in what the engine passed."""
    match value:
        case dict():
            return any(holds_former_null(member) for member in value.values())
        case list():
            return any(holds_former_null(element) for element in value)
    return isinstance(value, str) and value == FORMER_CLEAR


def with_former_nulls(properties: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``properties`` with null in its former form wherever ``olds`` has that.

    The engine compares inputs as texts where a program says ``replace_on_changes``. Another form of
    null must not replace a listing.

    Args:
        properties: The inputs for the engine.
        olds: The inputs that the state holds, as the engine passed them.
    """
    return {name: _former(value, olds.get(name)) for name, value in properties.items()}


def _former(value: Any, old: Any) -> Any:
    match value, old:
        case dict(), dict():
            return with_former_nulls(value, old)
        case list(), list():
            known = [*old, *[None] * len(value)]
            return [_former(element, one) for element, one in zip(value, known, strict=False)]
        case CLEAR.value, str() if old == FORMER_CLEAR:
            return old
    return value


def _from_engine(value: Any) -> Json:
    match value:
        case str() | float():
            return scalar_from_engine(value)
        case dict():
            return {name: _from_engine(member) for name, member in value.items()}
        case list():
            return [_from_engine(element) for element in value]
        case EngineUnknown():
            return UNKNOWN
    plain: Json = value
    return plain


def _for_engine(value: Json) -> Any:
    match value:
        case None:
            return CLEAR.value
        case _ if value is UNKNOWN:
            return rpc.UNKNOWN
        case dict():
            return {name: _for_engine(member) for name, member in value.items()}
        case list():
            return [_for_engine(element) for element in value]
    return value
