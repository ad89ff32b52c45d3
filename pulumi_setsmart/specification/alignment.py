"""Which elements of a list became which ones of another list."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from pulumi_setsmart.models.json import Json

Pair: TypeAlias = tuple[int | None, int | None]
"""The indexes of an element before and after; None where it was added or removed."""

_Cost: TypeAlias = tuple[int, float]
"""How many elements do not stay, and how much is changed, removed and added."""

_MOST_PAIRS = 1_000_000
"""How many pairs are compared: the work of seconds. Longer lists are paired by their indexes."""


def exactly(value: Json) -> str:
    """Return what tells values apart, 2 and 2.0 as well."""
    return json.dumps(value)


def aligned(before: Sequence[Json], after: Sequence[Json]) -> list[Pair]:
    """Return which elements stay, are changed, removed or added, in the order of both lists.

    As many as possible stay. Of the others, those are paired that differ least, and an element is
    changed rather than removed and added.
    """
    old, new = ([*map(_Element.of, side)] for side in (before, after))
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - start
    end = next((back for back in range(rest) if old[-1 - back] != new[-1 - back]), rest)
    old_end, new_end = len(old) - end, len(new) - end
    between = _pairs(old[start:old_end], new[start:new_end])
    return [
        *((at, at) for at in range(start)),
        *((_shifted(one, start), _shifted(other, start)) for one, other in between),
        *((old_end + at, new_end + at) for at in range(end)),
    ]


def _shifted(index: int | None, start: int) -> int | None:
    return None if index is None else start + index


@frozen
class _Element:
    """An element of a list.

    Attributes:
        text: What tells it apart.
        members: What tells its members apart, if it is an object.
    """

    text: str
    members: Mapping[str, str]

    @classmethod
    def of(cls, value: Json) -> _Element:
        """Return a value as an element."""
        members = value if isinstance(value, dict) else {}
        return cls(exactly(value), {name: exactly(each) for name, each in members.items()})

    def change(self, other: _Element) -> _Cost:
        """Return what it costs to make another element of it."""
        if self.text == other.text:
            return 0, 0.0
        names = self.members.keys() | other.members.keys()
        same = len(self.members.items() & other.members.items())
        return 1, 1 - same / len(names) if names else 1.0


def _pairs(old: Sequence[_Element], new: Sequence[_Element]) -> Iterator[Pair]:
    if len(old) * len(new) > _MOST_PAIRS:
        yield from itertools.zip_longest(range(len(old)), range(len(new)))
        return
    costs = _costs(old, new)
    row = column = 0
    while row < len(old) or column < len(new):
        _, is_old, is_new = min(_steps(old, new, costs, row, column), key=lambda step: step[0])
        yield (row if is_old else None), (column if is_new else None)
        row, column = row + is_old, column + is_new


def _costs(old: Sequence[_Element], new: Sequence[_Element]) -> list[list[_Cost]]:
    """Return what it costs to make the rest of one list from that of the other, by two indexes."""
    costs: list[list[_Cost]] = [[(0, 0.0)] * (len(new) + 1) for _ in range(len(old) + 1)]
    for row in range(len(old), -1, -1):
        for column in range(len(new), -1, -1):
            steps = _steps(old, new, costs, row, column)
            costs[row][column] = min((cost for cost, _, _ in steps), default=(0, 0.0))
    return costs


def _steps(
    old: Sequence[_Element],
    new: Sequence[_Element],
    costs: Sequence[Sequence[_Cost]],
    row: int,
    column: int,
) -> Iterator[tuple[_Cost, bool, bool]]:
    """Yield what each step costs with all after it, and whether it uses an element of each list."""
    if row < len(old) and column < len(new):
        change = old[row].change(new[column])
        yield _sum(change, costs[row + 1][column + 1]), True, True
    if row < len(old):
        yield _sum((1, 1.0), costs[row + 1][column]), True, False
    if column < len(new):
        yield _sum((0, 1.0), costs[row][column + 1]), False, True


def _sum(one: _Cost, other: _Cost) -> _Cost:
    return one[0] + other[0], one[1] + other[1]
