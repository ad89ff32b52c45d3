"""Values as Pulumi's engine passes them, to and from the plain values of the lifecycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.output import Unknown as EngineUnknown
from pulumi.runtime import rpc

from pulumi_setsmart.models.json import LARGEST_EXACT_INTEGER, Json
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN

PROVIDER_KEY = "__provider"
"""Where Pulumi keeps the pickled provider among the properties."""


def from_engine(properties: Mapping[str, Any]) -> dict[str, Json]:
    """Return properties that came from the engine as plain values, less the provider itself.

    The engine passes every number as a double, null not at all, and what is not known as an object.
    """
    return {name: _plain(value) for name, value in properties.items() if name != PROVIDER_KEY}


def to_engine(properties: Mapping[str, Json]) -> dict[str, Any]:
    """Return plain values as properties for the engine."""
    return {name: _for_engine(value) for name, value in properties.items()}


def _plain(value: Any) -> Json:
    match value:
        case str():
            return None if value == CLEAR else value
        case float() if value.is_integer() and abs(value) <= LARGEST_EXACT_INTEGER:
            return int(value)
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(element) for element in value]
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
