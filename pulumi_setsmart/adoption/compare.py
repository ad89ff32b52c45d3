"""What is different between two portfolios, wherever they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from attrs import Factory, frozen

from pulumi_setsmart.adoption.pairing import (
    has_same_identity,
    has_same_title,
    is_as_declared,
    is_the_same,
    pairs,
    pairs_by_id,
)
from pulumi_setsmart.lifecycle.comparison import Mismatch, mismatches
from pulumi_setsmart.lifecycle.declaration import unordered_lists
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.ordering import Pattern, in_order_of
from pulumi_setsmart.models.json import Json, JsonObject, dotted
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.specification.sections import SECTIONS

Patterns: TypeAlias = frozenset[Pattern]


@frozen
class ComparedPortfolio:
    """One of two portfolios.

    Attributes:
        name: How the user named it.
        sections: The fields of its objects by section, and there by key: in an account, by id.
        is_complete: Whether the objects have no other fields than these, as in an account; in a
            file and in a stack, what is not declared is not known.
        unordered: What leads to the lists whose order means nothing, by section and key.
        left_out: What of it cannot be compared, and why.
        ids: The ids that are known of the objects, by section and key; in an account its keys.
    """

    name: str
    sections: Mapping[str, Mapping[str, JsonObject]]
    is_complete: bool = False
    unordered: Mapping[str, Mapping[str, Patterns]] = Factory(dict)
    left_out: Sequence[Notice] = ()
    ids: Mapping[str, Mapping[str, str]] = Factory(dict)

    def ids_in(self, section: str) -> Mapping[str, str]:
        """Return the known ids of the objects in a section, by key."""
        if self.is_complete:
            return {key: key for key in self.sections[section]}
        return self.ids.get(section, {})

    def unordered_lists(self, section: str, key: str) -> Patterns:
        """Return what leads to the lists of an object whose order means nothing on this source."""
        return self.unordered.get(section, {}).get(key, frozenset())


class DifferenceKind(StrEnum):
    """What became of an object from left to right."""

    ADDED = "added"
    MISSING = "missing"
    CHANGED = "changed"


@frozen
class FieldDifference:
    """A field that differs.

    Attributes:
        name: Its name, such as ``house_rules.pets``.
        left: Its value on the left, None for nothing.
        right: Its value on the right.
    """

    name: str
    left: Json
    right: Json


@frozen
class ObjectDifference:
    """An object that differs.

    Attributes:
        change: What became of it.
        section: The section of a file that it belongs to.
        title: What a person calls it.
        left: Its key or id on the left, or None where it is not there.
        right: The same on the right.
        fields: The fields that differ, where it is on both sources.
    """

    change: DifferenceKind
    section: str
    title: str
    left: str | None
    right: str | None
    fields: Sequence[FieldDifference] = Factory(list)


def differences(left: ComparedPortfolio, right: ComparedPortfolio) -> list[ObjectDifference]:
    """Return what is different between two sources; ids, secrets and the order do not count.

    Objects are one if they have the same key, where both sources are files or stacks; else if they
    have the same id, as far as a stack, an import file or `existing_id` knows it; else if they are
    alike: as they are declared, then with the same name and address, then the same name. Blank
    texts, null and what is not there are the same. Between an account and a file or stack, only
    the declared fields count.
    """
    found: list[ObjectDifference] = []
    for section, kind in SECTIONS.items():
        lefts = {key: _comparable(kind, fields) for key, fields in left.sections[section].items()}
        rights = {key: _comparable(kind, fields) for key, fields in right.sections[section].items()}

        def unordered(key: str, other: str, section: str = section, kind: Kind = kind) -> Patterns:
            declared = left.unordered_lists(section, key), right.unordered_lists(section, other)
            return unordered_lists(kind, {}).union(*declared)

        paired = _paired(section, left, lefts, right, rights, unordered)
        for key, fields in lefts.items():
            title = str(fields.get(kind.title or "", key))
            other = paired.get(key)
            if other is None:
                found.append(ObjectDifference(DifferenceKind.MISSING, section, title, key, None))
                continue
            ordered = in_order_of(fields, rights[other], unordered(key, other))
            differing = _differing(left, fields, right, ordered)
            if differing:
                found.append(
                    ObjectDifference(DifferenceKind.CHANGED, section, title, key, other, differing)
                )
        for key in rights.keys() - paired.values():
            title = str(rights[key].get(kind.title or "", key))
            found.append(ObjectDifference(DifferenceKind.ADDED, section, title, None, key))
    return sorted(
        found,
        key=lambda difference: (
            difference.section,
            difference.title,
            difference.left or "",
            difference.right or "",
        ),
    )


def _comparable(kind: Kind, fields: JsonObject) -> dict[str, Json]:
    return {
        name: value
        for name, value in fields.items()
        if value not in (None, "") and name not in kind.secret_names
    }


def _paired(
    section: str,
    left: ComparedPortfolio,
    lefts: Mapping[str, JsonObject],
    right: ComparedPortfolio,
    rights: Mapping[str, JsonObject],
    unordered: Callable[[str, str], Patterns],
) -> dict[str, str]:
    same = (
        {}
        if left.is_complete or right.is_complete
        else {key: key for key in lefts if key in rights}
    )
    kind = SECTIONS[section]
    known = pairs_by_id(
        kind,
        {key: fields for key, fields in lefts.items() if key not in same},
        {key: fields for key, fields in rights.items() if key not in same},
        {} if left.is_complete and right.is_complete else left.ids_in(section),
        right.ids_in(section),
    )
    same |= known
    taken = {*same.values()}
    free_left = {key: fields for key, fields in lefts.items() if key not in same}
    free_right = {key: fields for key, fields in rights.items() if key not in taken}
    likenesses = (is_the_same, is_as_declared, has_same_identity, has_same_title)
    if left.is_complete and not right.is_complete:  # what declares chooses first
        found = pairs(
            kind, free_right, free_left, likenesses, lambda one, other: unordered(other, one)
        )
        return same | {one: other for other, one in found.items()}
    return same | pairs(kind, free_left, free_right, likenesses, unordered)


def _differing(
    left: ComparedPortfolio, lefts: JsonObject, right: ComparedPortfolio, rights: JsonObject
) -> list[FieldDifference]:
    found: dict[str, tuple[Json, Json]] = {}
    if right.is_complete or not left.is_complete:
        found |= {
            mismatch.path: (mismatch.declared, mismatch.actual)
            for mismatch in _mismatches(lefts, rights)
        }
    if left.is_complete or not right.is_complete:
        found |= {
            mismatch.path: (mismatch.actual, mismatch.declared)
            for mismatch in _mismatches(rights, lefts)
        }
    fields = [FieldDifference(dotted(path), *values) for path, values in found.items()]
    return sorted(fields, key=lambda field: field.name)


def _mismatches(declared: JsonObject, actual: JsonObject) -> Iterator[Mismatch]:
    return mismatches(dict(declared), dict(actual))
