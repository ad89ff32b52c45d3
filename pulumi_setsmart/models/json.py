"""What JSON can hold, as Python types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]
_Missing = TypeVar("_Missing")

DEEPEST = 100
"""In how many lists and objects a part of a field's value may be, one in the other.

What a program declares, a file holds or an account has is compared with this one figure.
"""

LARGEST_EXACT_INTEGER = 2**53
"""The largest integer that survives Pulumi's engine, which holds every number as a double."""


_TYPE_NAMES: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a fraction",
    str: "a string",
    list: "a list",
    dict: "an object",
}


def type_name(value: Json) -> str:
    """Return what a person calls the type of ``value``; never the value, which may be a secret."""
    return _TYPE_NAMES.get(type(value), "null")


def is_nested_deeper(value: Json, deepest: int) -> bool:
    """Return whether more than ``deepest`` lists and objects are nested in ``value``.

    A value of any depth may be asked about: nothing here calls itself.
    """
    return bool(_containers_at(value, deepest))


def cut_off(value: Json, deepest: int, instead: Json) -> None:
    """Put ``instead`` in the place of each list and object that is deeper in ``value``."""
    for container in _containers_at(value, deepest - 1):
        members: Iterable[tuple[Any, Json]] = (
            container.items() if isinstance(container, dict) else enumerate(container)
        )
        for key, member in [*members]:
            if isinstance(member, dict | list):
                container[key] = instead


def _containers_at(value: Json, depth: int) -> list[dict[str, Json] | list[Json]]:
    """Return the lists and objects that are inside of ``depth`` others."""
    level = [value] if isinstance(value, dict | list) else []
    while level and depth > 0:
        level = _containers_in(level)
        depth -= 1
    return level


def _containers_in(level: list[dict[str, Json] | list[Json]]) -> list[dict[str, Json] | list[Json]]:
    return [
        member
        for container in level
        for member in (container.values() if isinstance(container, dict) else container)
        if isinstance(member, dict | list)
    ]


def integral(number: float) -> int | float:
    """Return a whole number as an integer: JSON does not tell 2.0 from 2."""
    return int(number) if number.is_integer() else number


def digits(value: Json) -> str | None:
    """Return a whole number as its decimal digits, or None if ``value`` is none."""
    match value:
        case bool():
            return None
        case int():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
    return None


def pointer(path: str, key: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of member ``key`` of what ``path`` points to."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def steps(path: str) -> list[str]:
    """Return the keys that a JSON pointer goes through, the outermost first."""
    return [key.replace("~1", "/").replace("~0", "~") for key in path.split("/")[1:]]


def named_steps(path: str) -> list[str]:
    """Return the keys that a user's path goes through: ``house.code``, or a JSON pointer."""
    return steps(path) if path.startswith("/") else path.split(".")


def value_at(
    value: Json | _Missing, keys: Iterable[str], missing: _Missing | None = None
) -> Json | _Missing:
    """Return what is in ``value`` where these keys lead, or ``missing`` if nothing is."""
    for key in keys:
        match value:
            case dict() if key in value:
                value = value[key]
            case list() if key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            case _:
                return missing
    return value


def with_integers(value: Json) -> Json:
    """Return ``value`` with whole numbers as such: servers write 2 as 2.0 too."""
    match value:
        case float():
            return integral(value)
        case dict():
            return {name: with_integers(member) for name, member in value.items()}
        case list():
            return [with_integers(element) for element in value]
    return value


def dotted(path: str) -> str:
    """Return what a person calls what a JSON pointer leads to: ``house_rules.pets``."""
    return ".".join(steps(path))


def may_be_rounded(value: Json) -> bool:
    """Return whether a value holds a number that may have been another one before it was a double.

    2^53 itself is exact, but 2^53 + 1 becomes it.
    """
    match value:
        case bool():
            return False
        case int() | float():
            return abs(value) >= LARGEST_EXACT_INTEGER
        case dict():
            return any(map(may_be_rounded, value.values()))
        case list():
            return any(map(may_be_rounded, value))
    return False
