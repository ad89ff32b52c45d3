"""Reads the workbooks of Excel and LibreOffice: xlsx, xls and ods."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.extra import missing_extra
from pulumi_setsmart.conversion.sheet import Cell, Sheet, check_size
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import cut, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_UNPACKED = 96 * 1024 * 1024
"""How many bytes an archive may have when it is unpacked."""

_STEP = 256 * 1024
_REFERENCE = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST_REFERENCE = 16
_UNCALCULATED = re.compile(rb"</f>(?:<v\s*/>|<v></v>)?</c>")
"""A formula whose value was not stored, as programs write it that do not calculate."""

_LETTERS = 26
_LONGEST_NAME = 60
_HEADER_ROWS = 30


def read_workbook(content: bytes, file: str, wanted: str | None) -> Sheet:
    """Return a sheet of a workbook.

    python-calamine makes room for each cell between the first and the last one. So a small file
    that would need too much is rejected before.

    Args:
        content: The bytes of the file.
        file: The file's name.
        wanted: The sheet's name, or None for the only one that has cells.

    Raises:
        PortfolioFileError: It cannot be read, or there are several sheets.
    """
    try:
        from python_calamine import (  # noqa: PLC0415 - an extra
            CalamineError,
            CalamineWorkbook,
            PasswordError,
        )
    except ModuleNotFoundError:
        raise missing_extra() from None
    uncalculated = _checked_archive(content, file) if zipfile.is_zipfile(io.BytesIO(content)) else 0
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            sheet = _chosen(workbook, file, wanted)
            rows = _rows(sheet, file)
            merged = sheet.merged_cell_ranges or []
            hidden = [] if wanted else _hidden(workbook)
    except PasswordError:
        raise PortfolioFileError(
            f"{file}: has a password; save it without one", code=MessageCode.UNREADABLE_SHEET
        ) from None
    except (CalamineError, ValueError, OSError):
        raise PortfolioFileError(
            f"{file}: cannot be read as a spreadsheet; open it and save it again",
            code=MessageCode.UNREADABLE_SHEET,
        ) from None
    if uncalculated:
        raise PortfolioFileError(
            f"{file}: has formulas without a value ({uncalculated}); open it in a spreadsheet "
            "program and save it again",
            code=MessageCode.UNREADABLE_SHEET,
        )
    notices = _fill_merged(rows, merged)
    if hidden:
        names = ", ".join(cut(one_line(name), _LONGEST_NAME) for name in hidden)
        message = f"{file}: hidden sheets are left out: {names}; --sheet chooses one"
        notices += (Notice(MessageCode.HIDDEN_SHEETS, message),)
    return Sheet(rows, [*range(1, len(rows) + 1)], notices)


def _chosen(workbook: Any, file: str, wanted: str | None) -> Any:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - an extra

    visible = [
        each.name
        for each in workbook.sheets_metadata
        if each.typ is SheetTypeEnum.WorkSheet
        and (wanted is not None or each.visible is SheetVisibleEnum.Visible)
    ]
    names = ", ".join(cut(one_line(name), _LONGEST_NAME) for name in visible)
    if wanted is not None:
        if wanted not in visible:
            raise PortfolioFileError(
                f"{file}: there is no sheet {one_line(wanted)}; there are {names}",
                code=MessageCode.UNREADABLE_SHEET,
            )
        return workbook.get_sheet_by_name(wanted)
    filled = [sheet for name in visible if (sheet := workbook.get_sheet_by_name(name)).height]
    if not filled:
        raise PortfolioFileError(f"{file}: has no cells", code=MessageCode.UNREADABLE_SHEET)
    if len(filled) > 1:
        names = ", ".join(cut(one_line(sheet.name), _LONGEST_NAME) for sheet in filled)
        raise PortfolioFileError(
            f"{file}: has several sheets; choose one with --sheet: {names}",
            code=MessageCode.UNREADABLE_SHEET,
        )
    return filled[0]


def _hidden(workbook: Any) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - an extra

    return [
        each.name
        for each in workbook.sheets_metadata
        if each.typ is SheetTypeEnum.WorkSheet and each.visible is not SheetVisibleEnum.Visible
    ]


def _rows(sheet: Any, file: str) -> list[list[Cell]]:
    check_size(sheet.total_height * sheet.total_width, file)
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
    return rows


def _fill_merged(
    rows: list[list[Cell]], merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[Notice, ...]:
    """Give merged cells near the top, such as headers, the value that they show."""
    below = 0
    for (top, left), (bottom, right) in merged:
        if bottom >= len(rows):
            continue
        if top >= _HEADER_ROWS:
            below += 1
            continue
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    if not below:
        return ()
    message = f"merged cells count only where they begin ({below}); split them if that is wrong"
    return (Notice(MessageCode.MERGED_CELLS, message),)


def _checked_archive(content: bytes, file: str) -> int:
    """Return how many formulas of a workbook have no value.

    Raises:
        PortfolioFileError: It would need too much memory, or is no archive.
    """
    unpacked = formulas = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                is_sheet = member.filename.startswith("xl/worksheets/sheet")
                last_row = last_column = 0
                for part in _parts(archive, member):
                    unpacked += len(part)
                    if unpacked > _MOST_UNPACKED:
                        raise PortfolioFileError(
                            f"{file}: is larger than {_MOST_UNPACKED // 1024**2} MiB when it is "
                            "unpacked",
                            code=MessageCode.UNUSABLE_FILE,
                        )
                    if is_sheet:
                        for letters, digits in set(_REFERENCE.findall(part)):
                            last_row = max(last_row, int(digits))
                            last_column = max(last_column, _column_number(letters))
                        formulas += len(_UNCALCULATED.findall(part))
                check_size(last_row * last_column, file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise PortfolioFileError(
            f"{file}: cannot be read as a spreadsheet; open it and save it again",
            code=MessageCode.UNREADABLE_SHEET,
        ) from None
    return formulas


def _parts(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member has, whatever size the archive claims for it."""
    member.file_size = _MOST_UNPACKED + 1
    rest = b""
    with archive.open(member) as stream:
        while part := stream.read(_STEP):
            yield rest + part
            rest = part[-_LONGEST_REFERENCE:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number
