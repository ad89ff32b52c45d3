"""The table in a sheet: which row is its header, and what its columns hold."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.column_names import column_names, plain
from pulumi_setsmart.conversion.sheet import Cell, Sheet, is_empty, text_in
from pulumi_setsmart.models.message_code import MessageCode, Notice

_HIGHEST_HEADERS = 30
"""Among how many rows the header is looked for."""

_LETTERS = 26


@frozen
class Row:
    """A row of a table.

    Attributes:
        line: Its number in the file.
        cells: The cells, by the name of the column.
    """

    line: int
    cells: dict[str, Cell]


@frozen
class Table:
    """What a sheet has below its header.

    Attributes:
        columns: The names of the columns, each different.
        rows: The rows that have cells.
        notices: What was left out.
        plain: Whether it was text, in which all cells are strings.
    """

    columns: list[str]
    rows: list[Row]
    notices: tuple[Notice, ...]
    plain: bool


def table_in(sheet: Sheet, file: str, known: Collection[str]) -> Table:
    """Return the table in a sheet.

    Args:
        sheet: The sheet.
        file: The file's name.
        known: Names of columns that the user gave, or an earlier run stored.

    Raises:
        PortfolioFileError: There is none, or a row adds others up.
    """
    index = _header(sheet, {plain(name) for name in known})
    if index is None:
        raise PortfolioFileError(
            f"{file}: has no table: there is no row with names of columns",
            code=MessageCode.UNREADABLE_SHEET,
        )
    header = [text_in(cell) for cell in sheet.rows[index]]
    below = [*zip(sheet.lines[index + 1 :], sheet.rows[index + 1 :], strict=True)]
    width = max((_width(row) for row in (sheet.rows[index], *(row for _, row in below))), default=0)
    columns = _names(header, width)
    rows, repeated = [], 0
    for line, cells in below:
        if all(map(is_empty, cells)):
            continue
        if [text_in(cell) for cell in cells[: len(header)]] == header:
            repeated += 1
            continue
        row = Row(line, dict(zip(columns, [*cells, *[None] * width], strict=False)))
        first = next(text_in(cell) for cell in cells if not is_empty(cell))
        if plain(first) in column_names().totals:
            raise PortfolioFileError(
                f"{file}:{line}: the row {first} is no listing; delete it from the sheet",
                code=MessageCode.INVALID_CELL,
            )
        rows.append(row)
    columns = [
        name
        for name, title in zip(columns, [*header, *[""] * width], strict=False)
        if title or any(not is_empty(row.cells[name]) for row in rows)
    ]
    notices = sheet.notices
    if repeated:
        message = f"{file}: the header is repeated in {repeated} rows, which are left out"
        notices += (Notice(MessageCode.ROWS_LEFT_OUT, message),)
    return Table(columns, rows, notices, sheet.plain)


def _header(sheet: Sheet, known: Collection[str]) -> int | None:
    names = column_names()
    scores = []
    for index, row in enumerate(sheet.rows[:_HIGHEST_HEADERS]):
        titles = {plain(text_in(cell)) for cell in row if isinstance(cell, str)} - {""}
        score = sum(
            4 * (title in known)
            + 2 * (title in names.certain)
            + (title in names.possible or title in names.address_parts)
            for title in titles
        )
        scores.append((score, len(titles) > 1, -index))
    score, has_several, index = max(scores, default=(0, False, 0))
    return -index if score or has_several else None


def _width(row: list[Cell]) -> int:
    return max((index + 1 for index, cell in enumerate(row) if not is_empty(cell)), default=0)


def _names(header: list[str], width: int) -> list[str]:
    names: dict[str, None] = {}
    for index in range(width):
        title = " ".join(header[index].split()) if index < len(header) else ""
        name = title or f"column {_letters(index)}"
        numbered = (f"{name} ({number})" for number in itertools.count(2))
        names[
            name if name not in names else next(each for each in numbered if each not in names)
        ] = None
    return [*names]


def _letters(index: int) -> str:
    """Return what a spreadsheet calls a column: A to Z, AA and so on."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
