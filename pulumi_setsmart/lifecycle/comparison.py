"""Declared values against actual ones: only what is declared is compared, shown or changed.

None stands for null and for an absent field alike, since APIs use both for "nothing".
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from attrs import frozen

from pulumi_setsmart.models.json import Json, JsonObject, dotted, pointer
from pulumi_setsmart.models.marker import UNKNOWN

Shape: TypeAlias = "bool | list[Shape] | dict[str, Shape]"
"""Which fields are declared, without their values: True where a value stands."""


@frozen
class Mismatch:
    """A place where an actual value is not the declared one.

    Attributes:
        path: The JSON pointer of the place.
        declared: What is declared there.
        actual: What is there.
    """

    path: str
    declared: Json
    actual: Json

    @property
    def name(self) -> str:
        """What a person calls the place: ``door.code``."""
        return dotted(self.path)


def matches(declared: Json, actual: Json) -> bool:
    """Return whether ``actual`` is what is declared, looking at declared members only.

    Types count (``True`` is not 1), but 2 equals 2.0. What is not known yet matches nothing.
    """
    return next(mismatches(declared, actual), None) is None


def overwritten(declared: Json, known: Json, actual: Json) -> list[Mismatch]:
    """Return where ``actual`` was changed by others, and a write of what is declared undoes that.

    There, what is declared is what we knew to be there: so no change of the program asks for it.
    """
    asked_for = [difference.path for difference in mismatches(declared, known)]
    return [
        difference
        for difference in mismatches(declared, actual)
        if not any(
            f"{difference.path}/".startswith(f"{path}/") or path.startswith(f"{difference.path}/")
            for path in asked_for
        )
    ]


def is_equal(one: Json, other: Json) -> bool:
    """Return whether two values are the same; types count (``True`` is not 1), but 2 equals 2.0."""
    return matches(one, other) and matches(other, one)


def mismatches(declared: Json, actual: Json, path: str = "") -> Iterator[Mismatch]:
    """Yield every place, as deep as both sides go, where ``actual`` is not what is declared."""
    match declared, actual:
        case dict(), dict() | None if declared or actual is not None:
            members = actual or {}
            for key, value in declared.items():
                if not _equal(value, members.get(key)):
                    yield from mismatches(value, members.get(key), pointer(path, key))
        case list(), list() if len(declared) == len(actual):
            for index, (value, element) in enumerate(zip(declared, actual, strict=True)):
                if not _equal(value, element):
                    yield from mismatches(value, element, pointer(path, index))
        case _:
            if not _equal(declared, actual):
                yield Mismatch(path, declared, actual)


def _equal(declared: Json, actual: Json) -> bool:
    """Return whether a value that is no object or list is what is declared."""
    match declared:
        case None | bool():
            return declared is actual
        case str():
            return declared is not UNKNOWN and type(declared) is type(actual) and declared == actual
        case int() | float():
            is_number = isinstance(actual, int | float) and not isinstance(actual, bool)
            return is_number and declared == actual
    return False


def shape_of(declared: JsonObject) -> dict[str, Shape]:
    """Return which fields ``declared`` declares, without their values."""
    return {name: _shape_of(value) for name, value in declared.items()}


def _shape_of(declared: Json) -> Shape:
    match declared:
        case dict():
            return shape_of(declared)
        case list():
            return [_shape_of(element) for element in declared]
    return True


def read_shape(value: object) -> dict[str, Shape]:
    """Return the shape that plain JSON holds.

    Raises:
        ValueError: It holds none.
    """
    match value:
        case dict():
            return {name: _read_shape(member) for name, member in value.items()}
    raise ValueError


def _read_shape(value: object) -> Shape:
    match value:
        case True:
            return True
        case list():
            return [_read_shape(element) for element in value]
    return read_shape(value)


def shows_enough(shown: Shape, declared: Shape, value: Json) -> bool:
    """Return whether a shape shows all of a value that another one declares, and else only nulls.

    Elements of a list that none of its shapes describes are shown as they are, as scalars are.

    Args:
        shown: What is shown of the value.
        declared: What is declared of it.
        value: The value as it is shown.
    """
    match shown, declared:
        case dict(), dict():
            members = value if isinstance(value, dict) else {}
            return declared.keys() <= shown.keys() and all(
                shows_enough(shape, declared[name], members.get(name))
                if name in declared
                else matches(members.get(name), None)
                for name, shape in shown.items()
            )
        case list(), list():
            elements = value if isinstance(value, list) else []
            return all(map(shows_enough, shown, declared, elements))
    return shown is True


def project(shape: dict[str, Shape], fields: JsonObject) -> dict[str, Json]:
    """Return the declared part of ``fields``.

    A declared field that is missing shows as None, so that it keeps its place: Pulumi knows which
    values are secret by their place alone.
    """
    return {name: _project(inner, fields.get(name)) for name, inner in shape.items()}


def _project(shape: Shape, actual: Json) -> Json:
    match shape, actual:
        case dict(), dict() | None if shape or actual is not None:
            return project(shape, actual or {})
        case list(), list():
            within = [_project(inner, value) for inner, value in zip(shape, actual, strict=False)]
            return within + actual[len(shape) :]
    return actual


def overlay(fields: JsonObject, declared: JsonObject) -> dict[str, Json]:
    """Return ``fields`` with what is declared laid over them, and nothing undeclared lost."""
    laid = {name: _overlay(fields.get(name), value) for name, value in declared.items()}
    return {**fields, **laid}


def _overlay(actual: Json, declared: Json) -> Json:
    match actual, declared:
        case dict(), dict():
            return overlay(actual, declared)
        case list(), list():
            pairs = zip(_aligned(actual, declared), declared, strict=True)
            return [_overlay(element, value) for element, value in pairs]
    return declared


def _aligned(actual: list[Json], declared: list[Json]) -> list[Json]:
    """Return for each declared element the actual one that it describes, or None.

    An element that was moved takes its undeclared members along: elements that match are paired
    first, in place and then elsewhere, and only then those that share an index.
    """
    free = dict(enumerate(actual))
    paired: dict[int, Json] = {}
    for index, value in enumerate(declared):
        if index in free and matches(value, free[index]):
            paired[index] = free.pop(index)
    for index, value in enumerate(declared):
        if index not in paired:
            found = next(
                (place for place, element in free.items() if matches(value, element)), None
            )
            if found is not None:
                paired[index] = free.pop(found)
    for index in range(len(declared)):
        if index not in paired:
            paired[index] = free.pop(index, None)
    return [paired[index] for index in range(len(declared))]


def without(value: JsonObject, *paths: Sequence[str]) -> dict[str, Json]:
    """Return ``value`` less the members that the paths lead to; one may lead to none.

    Args:
        value: An object.
        paths: For each member, the keys that lead to it. A list is gone into by an index, or else
            all its elements.
    """
    return functools.reduce(_without, paths, dict(value))


def _without(value: JsonObject, path: Sequence[str]) -> dict[str, Json]:
    match path:
        case [step]:
            return {name: member for name, member in value.items() if name != step}
        case [step, *rest]:
            return {
                name: _without_inside(member, rest) if name == step else member
                for name, member in value.items()
            }
    return dict(value)


def _without_inside(value: Json, path: Sequence[str]) -> Json:
    match value:
        case dict():
            return _without(value, path)
        case list() if len(path) > 1 and path[0].isdecimal():
            return [
                _without_inside(element, path[1:]) if index == int(path[0]) else element
                for index, element in enumerate(value)
            ]
        case list():
            return [_without_inside(element, path) for element in value]
    return value


def reconcile(
    known: JsonObject, actual: JsonObject, accepts: Callable[[str, Json], bool], path: str = ""
) -> dict[str, Json]:
    """Return ``actual``, but with what is known wherever the difference is an accepted one.

    Args:
        known: What we hold the fields to be.
        actual: What the server shows.
        accepts: Whether the value that the server shows at a path stands for the known one.
        path: The JSON pointer of both.
    """
    return {
        name: _reconcile(known.get(name), value, accepts, pointer(path, name))
        for name, value in actual.items()
    }


def _reconcile(known: Json, actual: Json, accepts: Callable[[str, Json], bool], path: str) -> Json:
    match known, actual:
        case dict(), dict():
            return reconcile(known, actual, accepts, path)
        case list(), list() if len(known) == len(actual):
            return [
                _reconcile(one, other, accepts, pointer(path, index))
                for index, (one, other) in enumerate(zip(known, actual, strict=True))
            ]
    return known if accepts(path, actual) else actual
