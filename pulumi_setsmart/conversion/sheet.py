"""A spreadsheet as rows of cells, whatever its format."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.regular_file import content_of
from pulumi_setsmart.models.message_code import MessageCode, Notice

Cell: TypeAlias = "str | int | float | bool | dt.date | dt.time | dt.timedelta | None"
"""The value of a cell; None and blank strings are empty."""

LARGEST_SHEET = 32 * 1024 * 1024
"""How many bytes a spreadsheet may have."""

MOST_CELLS = 2_000_000
"""How many cells a sheet may have."""

_WORKBOOKS = {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}
"""How archives (xlsx, ods) and old workbooks (xls) begin."""


@frozen
class Sheet:
    """A sheet of a spreadsheet.

    Attributes:
        rows: The cells of each row; rows may have different lengths.
        lines: The number of each row, as the spreadsheet or an editor shows it.
        notices: What was guessed or left out.
        plain: Whether it was text, in which all cells are strings.
    """

    rows: list[list[Cell]]
    lines: list[int]
    notices: tuple[Notice, ...] = ()
    plain: bool = False


def read_sheet(path: str | os.PathLike[str], sheet: str | None, encoding: str | None) -> Sheet:
    """Return a sheet of a spreadsheet. Its content decides about the format, not its name.

    Args:
        path: The file: CSV, TSV, xlsx, xls or ods.
        sheet: The sheet's name, or None for the only one that has cells.
        encoding: The encoding of a text, or None to find it out.

    Raises:
        PortfolioFileError: It cannot be read, or is larger than `LARGEST_SHEET`.
    """
    file = os.fspath(path)
    content = content_of(file, LARGEST_SHEET)
    if content[:4] in _WORKBOOKS:
        from pulumi_setsmart.conversion.workbook import read_workbook  # noqa: PLC0415 - an extra

        return read_workbook(content, file, sheet)
    if Path(file).suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods"}:
        raise PortfolioFileError(
            f"{file}: is not a spreadsheet; open it and save it again",
            code=MessageCode.UNREADABLE_SHEET,
        )
    if sheet is not None:
        raise PortfolioFileError(
            f"{file}: a text has no sheets; leave out --sheet", code=MessageCode.UNREADABLE_SHEET
        )
    from pulumi_setsmart.conversion.delimited import read_delimited  # noqa: PLC0415 - as above

    return read_delimited(content, file, encoding)


def is_empty(cell: Cell) -> bool:
    """Return whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_in(cell: Cell) -> str:
    """Return a cell as a string: 3.0 as 3, dates in the form of ISO 8601."""
    match cell:
        case bool() | None:
            return {None: "", True: "true", False: "false"}[cell]
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case dt.date() | dt.time():
            return cell.isoformat()
        case str():
            return cell.strip()
    return str(cell)


def check_size(cells: int, file: str) -> None:
    """Stop at a sheet with too many cells.

    Raises:
        PortfolioFileError: It has more than `MOST_CELLS`.
    """
    if cells > MOST_CELLS:
        raise PortfolioFileError(
            f"{file}: has more than {MOST_CELLS:,} cells; delete empty rows and columns that only "
            "have a format, or copy the table to a new sheet",
            code=MessageCode.TOO_MANY_VALUES,
        )
