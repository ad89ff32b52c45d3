"""Which column becomes which field, and how certain that is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from attrs import evolve, frozen
from slugify import slugify

from pulumi_setsmart.conversion.cells import problem_in
from pulumi_setsmart.conversion.column_names import ID, column_names, plain
from pulumi_setsmart.conversion.number_format import Decimal
from pulumi_setsmart.conversion.sheet import Cell, is_empty, text_in
from pulumi_setsmart.conversion.table import Table
from pulumi_setsmart.conversion.target import SKIP, Assignment, Target
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.specification.csv_file import ATTRIBUTES

ADDRESS = "address"
NAME = "name"
_SEVERAL_PARTS = 2
_LONGEST_ID = 15
_NOTES = re.compile(r"\([^()]*\)|\[[^][]*\]|\*")
"""What people add to a title: Max guests (adults), Address [street only]."""
_REPEATED = re.compile(r" \(\d+\)$")
"""What the second of two columns with one title has behind it."""

_ROUNDED = ("E+", "e+")


class Confidence(StrEnum):
    """How certain it is what a column becomes."""

    GIVEN = "given"
    CERTAIN = "certain"
    UNCERTAIN = "uncertain"
    UNUSED = "left out"


class Unmapped(StrEnum):
    """What becomes of columns that are no field."""

    ATTRIBUTES = "attributes"
    SKIP = "skip"


@frozen
class Proposal:
    """What a column, or several, may become.

    Attributes:
        assignment: The columns and what they become.
        confidence: How certain it is.
        reason: Why it is not certain, or why it is left out.
    """

    assignment: Assignment
    confidence: Confidence
    reason: str = ""

    @property
    def is_used(self) -> bool:
        """Whether its values are used."""
        return self.assignment.target.name != SKIP


def proposals(
    table: Table, given: Sequence[Assignment], stored: Sequence[Assignment], unmapped: Unmapped
) -> list[Proposal]:
    """Return what becomes of each column, in their order.

    Args:
        table: The table.
        given: What the command line says.
        stored: What an earlier run stored; the command line wins.
        unmapped: What becomes of columns that are no field.
    """
    fixed = [*given]
    for each in stored:
        overridden = _columns(fixed) & {*each.columns}
        retargeted = each.target.name != SKIP and any(
            each.target.name == other.target.name for other in fixed
        )
        if not overridden and not retargeted and {*each.columns} <= {*table.columns}:
            fixed.append(each)
    decided = {
        assignment.columns[0]: Proposal(assignment, Confidence.GIVEN) for assignment in fixed
    }
    free = [column for column in table.columns if column not in _columns(fixed)]
    taken = {assignment.target.name for assignment in fixed}
    decided |= _named(table, free, taken)
    decided |= _joined_address(table, free, decided, taken)
    rest = [
        column for column in free if column not in _columns(p.assignment for p in decided.values())
    ]
    decided |= _others(rest, taken, unmapped)
    order = {column: index for index, column in enumerate(table.columns)}
    return sorted(decided.values(), key=lambda each: order[each.assignment.columns[0]])


def _columns(assignments: Iterable[Assignment]) -> set[str]:
    return {column for assignment in assignments for column in assignment.columns}


def _named(table: Table, free: Sequence[str], taken: set[str]) -> dict[str, Proposal]:
    names = column_names()
    by_target: dict[str, list[str]] = defaultdict(list)
    possible: dict[str, list[str]] = defaultdict(list)
    for column in free:
        title = plain(_REPEATED.sub("", column))
        without_notes = plain(_NOTES.sub("", column))
        if field := names.certain.get(title):
            by_target[field].append(column)
        elif field := (
            names.possible.get(title)
            or names.certain.get(without_notes)
            or names.possible.get(without_notes)
        ):
            possible[field].append(column)
    decided = {}
    for target, columns in by_target.items():
        if target not in taken:
            for column in columns:
                decided[column] = _judged(table, column, target, several=len(columns) > 1)
    claimed = {each.assignment.target.name for each in decided.values()}
    for target, columns in possible.items():
        if target not in {*taken, *claimed, ID}:
            for column in columns:
                decided[column] = _asked(table, column, target)
    return decided


def _asked(table: Table, column: str, target: str) -> Proposal:
    if all(is_empty(row.cells[column]) for row in table.rows):
        return _proposal(column, SKIP, Confidence.UNUSED, "no values")
    reason = f"{column} may mean something else"
    return _proposal(column, target, Confidence.UNCERTAIN, reason)


def _judged(table: Table, column: str, target: str, *, several: bool) -> Proposal:
    cells = [row.cells[column] for row in table.rows]
    if target == ID:
        reason = _unusable_ids([text_in(cell) for cell in cells], several=several)
        if reason is None:
            return _proposal(column, target, Confidence.CERTAIN)
        return _proposal(column, SKIP, Confidence.UNUSED, reason)
    if all(map(is_empty, cells)):
        return _proposal(column, SKIP, Confidence.UNUSED, "no values")
    doubt = f"several columns may be {target}" if several else _doubt_about_rows(target, cells)
    if doubt is not None:
        return _proposal(column, target, Confidence.UNCERTAIN, doubt)
    field = next((each for each in PROPERTY.fields if each.name == target), None)
    if field is not None and field.suggestions:
        unknown = {text_in(cell) for cell in cells if not is_empty(cell)} - {*field.suggestions}
        if unknown:
            reason = f"SetSmart documents only {', '.join(field.suggestions)}"
            return _proposal(column, target, Confidence.UNCERTAIN, reason)
    problem = problem_in(table, Assignment((column,), Target(target)))
    confidence = Confidence.CERTAIN if problem is None else Confidence.UNCERTAIN
    return _proposal(column, target, confidence, problem or "")


def _doubt_about_rows(target: str, cells: Sequence[Cell]) -> str | None:
    """Return why rows may be no listings: their names are titles, as in a turned table."""
    if target != NAME:
        return None
    certain = column_names().certain
    title = next((text for cell in cells if plain(text := text_in(cell)) in certain), None)
    if title is None:
        return None
    return f"{title} is the name of a field; each listing needs a row, not a column"


def _unusable_ids(texts: Sequence[str], *, several: bool) -> str | None:
    if several:
        return "several columns of ids; --map COLUMN=id chooses one"
    if len({*texts}) < len(texts) or not all(texts):
        return "ids are repeated or missing"
    if any(map(_is_rounded, texts)):
        return "the spreadsheet has rounded the ids"
    return None


def _is_rounded(text: str) -> bool:
    digits = text.removeprefix("-")
    return any(mark in text for mark in _ROUNDED) or (
        digits.isdecimal() and len(digits) > _LONGEST_ID and digits.endswith("00000")
    )


def _joined_address(
    table: Table, free: Sequence[str], decided: dict[str, Proposal], taken: set[str]
) -> dict[str, Proposal]:
    """Propose to join the parts of an address where no column is all of it."""
    certain = {
        each.assignment.target.name
        for each in decided.values()
        if each.confidence is Confidence.CERTAIN
    }
    if ADDRESS in {*taken, *certain}:
        return {}
    places = column_names().address_parts
    parts = sorted(
        (
            column
            for column in free
            if plain(column) in places
            and any(not is_empty(row.cells[column]) for row in table.rows)
        ),
        key=lambda column: places[plain(column)],
    )
    if len(parts) < _SEVERAL_PARTS:
        return {}
    for part in parts:
        decided.pop(part, None)
    assignment = Assignment(tuple(parts), Target(ADDRESS))
    reason = "the address seems to be in several columns"
    return {parts[0]: Proposal(assignment, Confidence.UNCERTAIN, reason)}


def _others(rest: Sequence[str], taken: set[str], unmapped: Unmapped) -> dict[str, Proposal]:
    decided = {}
    for column in rest:
        if unmapped is Unmapped.SKIP:
            decided[column] = _proposal(column, SKIP, Confidence.UNUSED, "no field of a listing")
            continue
        base = f"{ATTRIBUTES}.{slugify(column, separator='_', allow_unicode=True) or 'column'}"
        name = base
        number = 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        decided[column] = _proposal(column, name, Confidence.GIVEN)
    return decided


def _proposal(column: str, target: str, confidence: Confidence, reason: str = "") -> Proposal:
    return Proposal(Assignment((column,), Target(target)), confidence, reason)


def with_decimal(proposal: Proposal, decimal: Decimal) -> Proposal:
    """Return a proposal whose numbers a person has decided about."""
    target = evolve(proposal.assignment.target, decimal=decimal)
    return accepted(proposal, target)


def accepted(proposal: Proposal, target: Target) -> Proposal:
    """Return a proposal that a person has decided about."""
    assignment = evolve(proposal.assignment, target=target)
    return Proposal(assignment, Confidence.GIVEN)
