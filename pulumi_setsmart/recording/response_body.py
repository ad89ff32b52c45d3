"""Lists, objects and ids in the responses of a server of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.words import ENVELOPES

_DEEPEST = 3
_ID_NAMES = ("id", "_id", "uuid", "uid", "key")

Path: TypeAlias = "tuple[str, ...]"
Object: TypeAlias = "dict[str, Json]"


def members(body: Json, at: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield a value and what is in it, objects in objects, the outermost first."""
    level = [(at, body)]
    for _ in range(_DEEPEST + 1):
        yield from level
        level = [
            ((*path, name), inner)
            for path, value in level
            if isinstance(value, dict)
            for name, inner in value.items()
        ]


def items_in(body: Json) -> tuple[Path, list[Object]] | None:
    """Return where in a response the list of objects is, and the objects; None if there is none."""
    lists = [
        (path, [element for element in value if isinstance(element, dict)])
        for path, value in members(body)
        if isinstance(value, list) and all(isinstance(element, dict) for element in value)
    ]
    return min(lists, key=_strangeness, default=None)


def _strangeness(found: tuple[Path, list[Object]]) -> tuple[bool, int, int]:
    path, items = found
    name = path[-1] if path else ""
    rank = ENVELOPES.index(name) if name in ENVELOPES else len(ENVELOPES)
    return (not items and bool(path) and rank == len(ENVELOPES), len(path), rank)


def id_in(item: Object) -> tuple[str, str | int] | None:
    """Return the member of an object that is its id, and the id; None if there is none."""
    names = [name for name in _ID_NAMES if name in item]
    names += [name for name in item if name.lower().endswith("id") and name not in names]
    for name in names:
        value = item[name]
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return name, value
    return None


def object_in(body: Json, id_field: str, identifier: str | int) -> tuple[Path, Object] | None:
    """Return where in a response the object with an id is, and the object; None if it is not."""
    for path, value in members(body):
        if isinstance(value, dict) and str(value.get(id_field)) == str(identifier):
            return path, value
    return None
