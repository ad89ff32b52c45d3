"""Made-up values that look as a recording says."""

from collections.abc import Callable, Iterator
from uuid import UUID

from pulumi_setsmart.sandbox.json import Json, JsonObject

_ELEMENTS = 2
"""So many elements has a list at least."""
_STRINGS = {
    "empty": "",
    "masked": "****",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "15:00",
    "url": "https://replay.example/",
    "email": "somebody@replay.example",
    "decimal": "1.5",
    "active": "active",
}


def sample(shape: Json, number: int) -> Json:
    """Return a value that looks like a shape; values of different numbers show all that it says.

    Args:
        shape: A shape as recordings have it.
        number: Which of the values, from 0.
    """
    named = types(shape)
    kind, form = named[number % len(named)] if named else ("null", "")
    made: dict[str, Callable[[], Json]] = {
        "boolean": lambda: number % 2 == 0,
        "integer": lambda: number + 1,
        "list": lambda: _list(shape),
        "null": lambda: None,
        "number": lambda: number + 0.5,
        "object": lambda: _object(shape, number),
        "string": lambda: _string(form, number),
    }
    return made[kind]()


def types(shape: Json) -> list[tuple[str, str]]:
    """Return the types that a shape names, each with the form of its strings."""
    text = shape.get("type") if isinstance(shape, dict) else shape
    parts = str(text).split(" | ") if text else []
    return [(part.partition(" (")[0], part.partition(" (")[2].removesuffix(")")) for part in parts]


def fields(shape: Json) -> Iterator[tuple[str, Json, bool]]:
    """Yield the members that a shape has: name, shape, and whether all objects have it."""
    found = shape.get("fields") if isinstance(shape, dict) else None
    for name, inner in found.items() if isinstance(found, dict) else ():
        yield name.removesuffix("?"), inner, not name.endswith("?")


def _string(form: str, number: int) -> str:
    match form:
        case "uuid":
            return str(UUID(int=number + 1))
        case "digits":
            return str(number + 1)
        case "active and others":
            return "active" if number % 2 == 0 else "other"
    return _STRINGS.get(form, f"text {number}")


def _list(shape: Json) -> list[Json]:
    elements = shape.get("elements") if isinstance(shape, dict) else None
    if elements is None:
        return []
    return [sample(elements, number) for number in range(max(_ELEMENTS, len(types(elements))))]


def _object(shape: Json, number: int) -> JsonObject:
    # What some objects lack is left out of every other one.
    return {
        name: sample(inner, number if always else number // 2)
        for name, inner, always in fields(shape)
        if always or number % 2 == 0
    }
