"""What JSON can hold, as Python types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
JsonObject: TypeAlias = Mapping[str, Json]

LARGEST_EXACT_INTEGER = 2**53
"""The largest integer that survives Pulumi's engine, which holds every number as a double."""


def type_name(value: Json) -> str:
    """Return what a person calls the type of ``value``; never the value, which may be a secret."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"


def pointer(path: str, key: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of member ``key`` of what ``path`` points to."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"
