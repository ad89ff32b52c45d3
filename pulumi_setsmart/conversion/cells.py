"""The cells of a column as the values of a field."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from attrs import frozen

from pulumi_setsmart.conversion.number_format import Decimal, decimals_of, number_in
from pulumi_setsmart.conversion.sheet import Cell, is_empty, text_in
from pulumi_setsmart.conversion.table import Row, Table
from pulumi_setsmart.conversion.target import NUMBERS, SKIP, Assignment, CellType
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.json import Json, integral
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import cut, one_line
from pulumi_setsmart.specification.csv_file import ATTRIBUTES

_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_YES = {
    "true",
    "yes",
    "y",
    "t",
    "1",
    "wahr",
    "ja",
    "vrai",
    "oui",
    "verdadero",
    "sí",
    "si",
    "vero",
    "sì",
    "verdadeiro",
    "sim",
}
_NO = {"false", "no", "n", "f", "0", "falsch", "nein", "faux", "non", "falso", "não", "nao", "nee"}
_LONGEST_VALUE = 40
_FIELDS = {field.name: field for field in PROPERTY.fields}
_LINES = re.compile(r"\s*[\r\n]+\s*")


@frozen
class Problem:
    """Why the cells of a column cannot be the values of a field.

    Attributes:
        code: What the message is about.
        line: The row, or None if it is about all of them.
        reason: Why.
        advice: What to add to the command line.
    """

    code: MessageCode
    line: int | None
    reason: str
    advice: str = ""

    @property
    def text(self) -> str:
        """Why, and what to do."""
        return f"{self.reason}: {self.advice}" if self.advice else self.reason


@frozen
class ReadColumn:
    """A column that was read.

    Attributes:
        values: The values row by row; None where there is none, or a problem.
        problems: What is wrong with its cells, row by row.
    """

    values: list[Json]
    problems: list[Problem]


def problem_in(table: Table, assignment: Assignment) -> str | None:
    """Return why columns cannot be the values of a field, or None if they can."""
    problem = next(iter(read_column(table, assignment).problems), None)
    if problem is None:
        return None
    return problem.text if problem.line is None else f"row {problem.line}: {problem.text}"


def ambiguity_in(table: Table, assignment: Assignment) -> str | None:
    """Return why the numbers of a column can be read in two ways, or None if they cannot."""
    if assignment.target.name == SKIP:
        return None
    problems = read_column(table, assignment).problems
    ambiguous = (each for each in problems if each.code is MessageCode.AMBIGUOUS_NUMBERS)
    return next((each.reason for each in ambiguous), None)


def read_column(table: Table, assignment: Assignment) -> ReadColumn:
    """Return the values of a column, or of several, row by row."""
    cells = [_cell(row, assignment) for row in table.rows]
    failed = [
        Problem(
            MessageCode.INVALID_CELL,
            row.line,
            f"{cell.strip()} is the error of a formula; correct it in the sheet",
        )
        for row, cell in zip(table.rows, cells, strict=True)
        if isinstance(cell, str) and _ERROR.fullmatch(cell.strip())
    ]
    if failed:
        return ReadColumn([None] * len(cells), failed)
    target = assignment.target
    if target.name in NUMBERS or target.type is CellType.NUMBER:
        read = _numbers(table, cells, assignment)
    elif target.type is CellType.BOOLEAN:
        read = _each(table, cells, _boolean, "is neither yes nor no")
    elif target.type is CellType.LIST:
        separator = ";" if any(isinstance(cell, str) and ";" in cell for cell in cells) else ","
        read = _each(table, cells, lambda cell: _list(cell, separator), "is no list")
    else:
        read = ReadColumn([_string(cell, target.name) for cell in cells], [])
    field = _FIELDS.get(target.name)
    if field is None:
        return read
    violations = [
        Problem(MessageCode.INVALID_CELL, row.line, f"{_shown(value)} {reason}")
        for row, value in zip(table.rows, read.values, strict=True)
        if value is not None and (reason := field.constraint.violation(value)) is not None
    ]
    return ReadColumn(read.values, [*read.problems, *violations])


def _cell(row: Row, assignment: Assignment) -> Cell:
    if len(assignment.columns) == 1:
        return row.cells[assignment.columns[0]]
    texts = (text_in(row.cells[column]) for column in assignment.columns)
    return ", ".join(filter(None, texts))


def _string(cell: Cell, target: str) -> Json:
    text = text_in(cell)
    if not text or target.startswith(f"{ATTRIBUTES}."):
        return text or None
    return _LINES.sub(", " if target == "address" else " ", text)


def _numbers(table: Table, cells: Sequence[Cell], assignment: Assignment) -> ReadColumn:
    target = assignment.target
    money = target.name not in NUMBERS
    texts = Counter(cell for cell in cells if isinstance(cell, str) and not is_empty(cell))
    decimals = {target.decimal} if target.decimal else decimals_of([*texts], money=money)
    if len(decimals) > 1:
        example = next(
            text
            for text in texts
            if number_in(text, Decimal.POINT, money=money)
            != number_in(text, Decimal.COMMA, money=money)
        )
        choices = " or ".join(
            f"--map '{'+'.join(assignment.columns)}={target}:{decimal}'" for decimal in Decimal
        )
        reason = f"{_shown(example)} can be two different numbers"
        problem = Problem(MessageCode.AMBIGUOUS_NUMBERS, None, reason, choices)
        return ReadColumn([None] * len(cells), [problem])
    decimal = next(iter(decimals), None) or _most_fitting(texts, money=money)
    numbers = {text: number_in(text, decimal, money=money) for text in texts}

    def number(cell: Cell) -> Json:
        match cell:
            case str():
                return numbers[cell]
            case float() | int() if not isinstance(cell, bool):
                return integral(cell) if isinstance(cell, float) else cell
        return None

    written = "" if not texts else f" with a decimal {decimal}"
    return _each(table, cells, number, f"is not a number{written}")


def _most_fitting(texts: Counter[str], *, money: bool) -> Decimal:
    return max(
        Decimal,
        key=lambda decimal: sum(
            count
            for text, count in texts.items()
            if number_in(text, decimal, money=money) is not None
        ),
    )


def _each(
    table: Table, cells: Sequence[Cell], read: Callable[[Cell], Json], reason: str
) -> ReadColumn:
    values = [None if is_empty(cell) else read(cell) for cell in cells]
    problems = [
        Problem(MessageCode.INVALID_CELL, row.line, f"{_shown(text_in(cell))} {reason}")
        for row, cell, value in zip(table.rows, cells, values, strict=True)
        if value is None and not is_empty(cell)
    ]
    return ReadColumn(values, problems)


def _boolean(cell: Cell) -> Json:
    text = text_in(cell).casefold()
    return True if text in _YES else False if text in _NO else None


def _list(cell: Cell, separator: str) -> Json:
    text = text_in(cell)
    if text.startswith("["):
        try:
            value: Json = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return value
    return [part for each in text.split(separator) if (part := each.strip())]


def _shown(value: Json) -> str:
    return cut(one_line(str(value)), _LONGEST_VALUE)
