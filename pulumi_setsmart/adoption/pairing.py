"""Which object of one side is which of the other, where no id or name tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from pulumi_setsmart.lifecycle.comparison import is_equal, matches
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.lifecycle.ordering import Pattern, in_order_of
from pulumi_setsmart.models.json import Json, JsonObject

Likeness: TypeAlias = Callable[[Kind, JsonObject, JsonObject], bool]
"""Tells whether two objects with the same title are alike enough to be one."""


def is_the_same(_kind: Kind, one: JsonObject, other: JsonObject) -> bool:
    """Return whether two objects have the same fields."""
    return is_equal(dict(one), dict(other))


def is_as_declared(_kind: Kind, declared: JsonObject, actual: JsonObject) -> bool:
    """Return whether ``actual`` is all that is declared."""
    return matches(dict(declared), dict(actual))


def has_same_identity(kind: Kind, one: JsonObject, other: JsonObject) -> bool:
    """Return whether the fields by which a person knows objects are the same, if both have them."""
    return all(
        not one.get(name)
        or not other.get(name)
        or matches(folded(one.get(name)), folded(other.get(name)))
        for name in kind.natural_key
    )


def has_same_title(_kind: Kind, _one: JsonObject, _other: JsonObject) -> bool:
    """Return True: those that are compared have the same title."""
    return True


def pairs(
    kind: Kind,
    left: Mapping[str, JsonObject],
    right: Mapping[str, JsonObject],
    likenesses: Sequence[Likeness],
    unordered: Callable[[str, str], Collection[Pattern]] = lambda _left, _right: (),
) -> dict[str, str]:
    """Return the right name of each left object that is one with an object on the right.

    Each object is in one pair at the most. The closest likeness pairs first; of the objects on the
    left those that say most choose first, and then the order of the two sides decides.

    Args:
        kind: What they are.
        left: The fields of the objects on the left by their names there.
        right: The same on the right.
        likenesses: What makes two objects with the same title one, the closest likeness first.
        unordered: Tells, for a left and a right name, which lists may be in any order.
    """
    free: dict[str, list[str]] = {}
    for name, fields in right.items():
        free.setdefault(_title(kind, fields), []).append(name)
    paired: dict[str, str] = {}
    for are_alike in likenesses:
        for name, fields in sorted(left.items(), key=lambda item: -len(item[1])):
            if name in paired:
                continue
            candidates = free.get(_title(kind, fields), [])
            found = next(
                (
                    candidate
                    for candidate in candidates
                    if are_alike(
                        kind,
                        fields,
                        in_order_of(fields, right[candidate], unordered(name, candidate)),
                    )
                ),
                None,
            )
            if found is not None:
                paired[name] = found
                candidates.remove(found)
    return paired


def certain_pairs(
    kind: Kind,
    left: Mapping[str, JsonObject],
    right: Mapping[str, JsonObject],
    likenesses: Sequence[Likeness],
    unordered: Callable[[str, str], Collection[Pattern]] = lambda _left, _right: (),
) -> dict[str, str]:
    """Return the pairs that leave no choice: neither of the two is as much like another object.

    The closest likeness pairs first, and what it pairs is no choice for others.

    Args:
        kind: What they are.
        left: The fields of the objects on the left by their names there.
        right: The same on the right.
        likenesses: As for `pairs`.
        unordered: As for `pairs`.
    """
    paired: dict[str, str] = {}
    for are_alike in likenesses:
        taken = {*paired.values()}
        titled: dict[str, list[str]] = {}
        for name, fields in right.items():
            if name not in taken:
                titled.setdefault(_title(kind, fields), []).append(name)
        choices = {
            name: [
                other
                for other in titled.get(_title(kind, fields), [])
                if are_alike(
                    kind, fields, in_order_of(fields, right[other], unordered(name, other))
                )
            ]
            for name, fields in left.items()
            if name not in paired
        }
        wanted = Counter(other for others in choices.values() for other in others)
        for name, others in choices.items():
            if len(others) == 1 and wanted[others[0]] == 1:
                paired[name] = others[0]
    return paired


def pairs_by_id(
    kind: Kind,
    left: Mapping[str, JsonObject],
    right: Mapping[str, JsonObject],
    left_ids: Mapping[str, str],
    right_ids: Mapping[str, str],
) -> dict[str, str]:
    """Return the right name of each left object that has the same id on the right.

    Two accounts may have the same ids for other objects. So no id counts if none of the pairs has
    the same title on both sides, while another object on the right has the title of one of them.

    Args:
        kind: What they are.
        left: The fields of the objects on the left by their names there.
        right: The same on the right.
        left_ids: The known ids of objects on the left, by name.
        right_ids: The same on the right.
    """
    names = {right_ids[name]: name for name in right if name in right_ids}
    paired = {name: names[left_ids[name]] for name in left if left_ids.get(name, "") in names}
    titles = {name: _title(kind, fields) for name, fields in right.items()}
    lefts = {name: _title(kind, left[name]) for name in paired}
    is_recognised = any(titles[paired[name]] == title for name, title in lefts.items())
    return paired if is_recognised or {*lefts.values()}.isdisjoint(titles.values()) else {}


def _title(kind: Kind, fields: JsonObject) -> str:
    title: Json = fields.get(kind.title or "")
    return str(folded(title))
