"""One field on its way: what was declared, what is at SetSmart, and what is declared now."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final, TypeAlias

from attrs import frozen

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.models.json import Json, dotted, pointer


class Absent:
    """Stands for a value where there is none, which is not null."""

    def __repr__(self) -> str:
        """Return how it is written in code."""
        return "ABSENT"


ABSENT: Final = Absent()
Value: TypeAlias = Any
"""A value of JSON, or `ABSENT`."""


class Cause(StrEnum):
    """Who changed a field, or that SetSmart did not."""

    DRIFT = "drift"
    PROGRAM = "program"
    BOTH = "both"
    UNAPPLIED = "unapplied"


@frozen
class FieldChange:
    """A field that does not stay as it is.

    Attributes:
        path: Its JSON pointer.
        last: What was declared when the stack was last deployed.
        current: What is at SetSmart now, or `ABSENT` where that is not known.
        planned: What the program declares, or `ABSENT` where it does not any more.
        secret: Whether its values must not be shown.
        unapplied: Whether SetSmart was sent what the program declares, and kept what it has.
        unordered: Whether its values are lists whose order means nothing.
    """

    path: str
    last: Value
    current: Value
    planned: Value
    secret: bool = False
    unapplied: bool = False
    unordered: bool = False

    @property
    def name(self) -> str:
        """What a person calls it: ``house_rules.pets``."""
        return dotted(self.path)

    @property
    def is_drift(self) -> bool:
        """Whether somebody changed it at SetSmart since the last deployment."""
        return not self.unapplied and self.last is not ABSENT and not _same(self.last, self.current)

    @property
    def cause(self) -> Cause:
        """Who changed it."""
        if self.unapplied:
            return Cause.UNAPPLIED
        if not self.is_drift:
            return Cause.PROGRAM
        return Cause.DRIFT if _same(self.last, self.planned) else Cause.BOTH


def field_changes(
    last: Value, current: Value, planned: Value, path: str = ""
) -> Iterator[FieldChange]:
    """Yield every place, as deep as all sides go, where the three are not the same.

    What is neither declared now nor was before is left alone, and not looked at.

    Args:
        last: What was declared when the stack was last deployed.
        current: What is at SetSmart.
        planned: What is declared now.
        path: The JSON pointer of the place.
    """
    declared = [side for side in (last, planned) if side is not ABSENT]
    if not declared:
        return
    sides = [*declared, *([] if current is ABSENT else [current])]
    if all(isinstance(side, dict) for side in sides):
        if not any(declared) and len(declared) == 1:
            yield FieldChange(path, last, current, planned)
        for key in dict.fromkeys(key for side in declared for key in side):
            before, now, after = (_member(side, key) for side in (last, current, planned))
            if now is ABSENT and current is not ABSENT:
                now = _removed(before, after)
            yield from field_changes(before, now, after, pointer(path, key))
    elif _can_be_paired(sides):
        for index in range(len(sides[0])):
            yield from field_changes(
                _element(last, index),
                _element(current, index),
                _element(planned, index),
                pointer(path, index),
            )
    elif not (_same(last, current) and _same(current, planned)):
        yield FieldChange(path, last, current, planned)


def _can_be_paired(sides: list[Value]) -> bool:
    return (
        all(isinstance(side, list) for side in sides)
        and len({len(side) for side in sides}) == 1
        and any(isinstance(element, dict) for side in sides for element in side)
    )


def _removed(last: Value, planned: Value) -> Value:
    """Return what is at SetSmart in the place of a value that is gone there.

    Of an object its members are gone, one by one. A list is gone as a whole, and so is an object
    without members, or nothing would tell that it is.
    """
    if isinstance(last, dict) and isinstance(planned, dict) and last:
        return {}
    return None if isinstance(last, list) or last == {} else ABSENT


def _member(side: Value, key: str) -> Value:
    return side.get(key, ABSENT) if isinstance(side, dict) else ABSENT


def _element(side: Value, index: int) -> Value:
    return side[index] if isinstance(side, list) else ABSENT


def _same(one: Value, other: Value) -> bool:
    # To the API, null and absent are the same.
    first: Json = None if one is ABSENT else one
    second: Json = None if other is ABSENT else other
    return is_equal(first, second)
