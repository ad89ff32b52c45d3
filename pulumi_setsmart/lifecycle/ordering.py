"""Lists whose order means nothing: two of them are the same if they hold the same elements.

They are compared by bringing one into the order of the other. So everything else, from diffs to
what the state remembers by place, goes by index. An element that occurs twice counts twice.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from pulumi_setsmart.lifecycle.comparison import Mismatch, is_equal, matches, without
from pulumi_setsmart.lifecycle.normalisation import is_normalised
from pulumi_setsmart.models.json import Json, JsonObject, named_steps, pointer, steps

Pattern: TypeAlias = tuple[str, ...]
"""The keys that lead to a list, the outermost first; ``*`` stands for any."""

_ANY = "*"


def patterns_of(paths: Iterable[str], extra_fields: str) -> frozenset[Pattern]:
    """Return the lists that a user names.

    Args:
        paths: What leads to each, ``house.amenities`` or, for names that hold a dot, the JSON
            pointer ``/house/amenities``. As in Pulumi's options it may begin with
            ``extra_fields``.
        extra_fields: The input that holds the fields that are not known by name.
    """
    named = {tuple(named_steps(path)) for path in paths}
    return frozenset(
        named | {path[1:] for path in named if path[0] == extra_fields and len(path) > 1}
    )


def in_order_of(
    reference: JsonObject,
    fields: JsonObject,
    unordered: Collection[Pattern],
    hidden: Collection[Pattern] = (),
) -> dict[str, Json]:
    """Return ``fields`` with each unordered list in the order that it has in ``reference``.

    An element that is not there takes a place that is free, or comes last.

    Args:
        reference: The fields whose order counts.
        fields: The fields to bring into that order.
        unordered: What leads to the lists.
        hidden: What in ``reference`` leads to values that ``fields`` may not show.
    """
    return {
        name: _in_order_of(
            reference.get(name), value, _below(unordered, name), _below(hidden, name)
        )
        if isinstance(value, dict | list)
        else value
        for name, value in fields.items()
    }


def is_unordered(path: str, unordered: Iterable[Pattern]) -> bool:
    """Return whether a JSON pointer leads to a list whose order means nothing."""
    keys = steps(path)
    return any(
        len(pattern) == len(keys)
        and all(wanted in (key, _ANY) for wanted, key in zip(pattern, keys, strict=True))
        for pattern in unordered
    )


def places_after(
    path: str, before: Json, after: Json, unordered: Collection[Pattern]
) -> Iterator[str]:
    """Yield the JSON pointers of what was at a place before its lists were brought into order.

    Equal elements share their places. Where an element cannot be found again, or is itself what is
    looked for, that is its list: others may put another element into its place.

    Args:
        path: The JSON pointer of the place.
        before: What it was in.
        after: The same in another order.
        unordered: What leads to the lists whose order may be another one.
    """
    yield from _places_after(tuple(steps(path)), before, after, frozenset(unordered), "")


def values_at(value: Json, pattern: Pattern) -> Iterator[Json]:
    """Yield what a pattern leads to; nothing where there is nothing."""
    if not pattern:
        yield value
        return
    key, *rest = pattern
    match value:
        case dict():
            members = [member for name, member in value.items() if key in (name, _ANY)]
        case list():
            members = [element for index, element in enumerate(value) if key in (str(index), _ANY)]
        case _:
            return
    for member in members:
        yield from values_at(member, tuple(rest))


def reordering_around(difference: Mismatch, declared: Json, actual: Json) -> Mismatch:
    """Return the list around a difference that is in another order, or the difference itself."""
    path = ""
    for key in steps(difference.path):
        if is_reordered(declared, actual):
            return Mismatch(path, declared, actual)
        declared, actual = (next(values_at(side, (key,)), None) for side in (declared, actual))
        path = pointer(path, key)
    return difference


def is_reordered(one: Json, other: Json) -> bool:
    """Return whether two values are lists of the same elements in another order."""
    if not (isinstance(one, list) and isinstance(other, list)) or len(one) != len(other):
        return False
    return is_equal(one, _paired(one, other)) and not is_equal(one, other)


def _places_after(
    keys: Pattern, before: Json, after: Json, unordered: frozenset[Pattern], path: str
) -> Iterator[str]:
    if not keys:
        yield path
        return
    key, *rest = keys
    places = [key]
    if () in unordered and isinstance(before, list) and isinstance(after, list):
        element = next(values_at(before, (key,)), None)
        places = [
            str(place)
            for place, candidate in enumerate(after)
            if _canonical_json(candidate) == _canonical_json(element)
        ]
        if not (places and rest):
            yield path
            return
    for place in places:
        yield from _places_after(
            tuple(rest),
            next(values_at(before, (key,)), None),
            next(values_at(after, (place,)), None),
            _below(unordered, key),
            pointer(path, place),
        )


def _in_order_of(
    reference: Json,
    value: Json,
    unordered: Collection[Pattern],
    hidden: Collection[Pattern] = (),
) -> Json:
    match reference, value:
        case dict(), dict() if unordered:
            return in_order_of(reference, value, unordered, hidden)
        case list(), list() if unordered:
            elements = value
            if () in unordered:
                elements = _paired(reference, value, _below(unordered, _ANY), hidden)
            known = [*reference, *([None] * len(elements))]
            return [
                _in_order_of(
                    known[index],
                    element,
                    _below(unordered, str(index)),
                    _below(hidden, str(index)),
                )
                for index, element in enumerate(elements)
            ]
    return value


def _below(unordered: Collection[Pattern], key: str) -> frozenset[Pattern]:
    return frozenset(path[1:] for path in unordered if path and path[0] in (key, _ANY))


def _paired(
    reference: list[Json],
    elements: list[Json],
    unordered: Collection[Pattern] = (),
    hidden: Collection[Pattern] = (),
) -> list[Json]:
    """Return ``elements``, each at the place of the one in the reference that it stands for.

    Equal ones are paired first, then those with the same declared members, then normalised forms,
    and then both again less what may be hidden. What is left takes the free places in the order in
    which it came.
    """
    free = dict(enumerate(elements))
    placed: dict[int, Json] = {}
    equal: dict[str, list[int]] = {}
    for index in reversed(free):
        equal.setdefault(_canonical_json(free[index]), []).append(index)
    for place, one in enumerate(reference):
        if equal.get(_canonical_json(one)):
            placed[place] = free.pop(equal[_canonical_json(one)].pop())
    forms = [reference]
    if hidden:
        forms.append(
            [_without_hidden(one, hidden, str(place)) for place, one in enumerate(reference)]
        )
    for known, stands_for in itertools.product(forms, (matches, is_normalised)):
        for place, one in enumerate(known):
            if place in placed:
                continue
            found = next(
                (
                    index
                    for index, each in free.items()
                    if stands_for(one, _in_order_of(one, each, unordered))
                ),
                None,
            )
            if found is not None:
                placed[place] = free.pop(found)
    left = iter(free.values())
    free_places = [place for place in range(len(reference)) if place not in placed]
    placed |= dict(zip(free_places, left, strict=False))
    return [*(placed[place] for place in sorted(placed)), *left]


def _without_hidden(element: Json, hidden: Collection[Pattern], place: str) -> Json:
    """Return an object less what may be hidden of it; whatever else it is, as it is."""
    if isinstance(element, dict):
        for path in _below(hidden, place):
            element = without(element, path)
    return element


def _canonical_json(value: Json) -> str:
    return json.dumps(value, sort_keys=True)
