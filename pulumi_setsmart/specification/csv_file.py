"""Listings in a spreadsheet: a row for each, with the documented fields as columns.

Further columns are ``attributes.NAME`` with strings, ``attributes.NAME:number`` and
``attributes.NAME:json``. Capitals in the names of columns do not matter, except in ``NAME``.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import itertools
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs
from attrs import define, field, frozen

from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.cell import (
    CellFormat,
    JsonCell,
    NumberCell,
    StringCell,
    guarded,
    unguarded,
)
from pulumi_setsmart.models.json import Json, steps
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.document import (
    PORTFOLIO_BOUNDS,
    Bounds,
    Document,
    FileLocation,
    Report,
    stop,
)
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys
from pulumi_setsmart.specification.place import Place
from pulumi_setsmart.specification.suggestion import closest, did_you_mean

SECTION = str(PROPERTY.section)
"""The section of a portfolio that a CSV file contains."""

RESOURCE_NAME = "resource_name"
"""The column with the names of the resources."""

FIELDS = {field.name: field for field in PROPERTY.fields if not field.secret}
"""The columns beside it: the named fields of a listing."""

ATTRIBUTES = PROPERTY.extra_fields
"""What further columns begin with."""

_DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_TYPES: Mapping[str, CellFormat] = {
    "": StringCell(),
    "number": NumberCell(),
    "json": JsonCell(),
}


def keys_in(text: str) -> list[str]:
    """Return the former keys in the text of a cell, which are separated by semicolons."""
    return [key for part in text.split(";") if (key := part.strip())]


class _KeysCell:
    """How the column of former keys holds them: separated by semicolons."""

    def from_cell(self, cell: str) -> Json:
        """Return the keys in a cell."""
        return [*keys_in(unguarded(cell))]

    def to_cell(self, value: Json) -> str:
        """Return a cell with keys."""
        return guarded("; ".join(former_keys(value)))


OPTIONAL: Mapping[str, CellFormat] = {FORMERLY: _KeysCell(), STACK: StringCell()}
"""The columns that a file has only if an entry has a value there, and how they hold it."""

_CELLS: Mapping[str, CellFormat] = {
    **{name: field.constraint for name, field in FIELDS.items()},
    **OPTIONAL,
}
"""How the columns hold values, beside that of the names."""


@frozen
class _Column:
    """A column.

    Attributes:
        name: Its field, or a field below ``attributes``; empty if it has no title.
        cell: How its cells are read and written, or None in a column without values: that of the
            names, or one that is ignored.
        is_attribute: Whether its field is below ``attributes``.
    """

    name: str
    cell: CellFormat | None
    is_attribute: bool = False

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{ATTRIBUTES}.{self.name}" if self.is_attribute else self.name


def read_csv(
    text: str, file: str, report: Report = stop, bounds: Bounds = PORTFOLIO_BOUNDS
) -> Document:
    """Return the content of a CSV file, with columns separated by commas, semicolons or tabs.

    An empty cell declares nothing. An apostrophe before text that a spreadsheet would take for a
    formula is not part of the string.

    Args:
        text: Its text.
        file: The file's name.
        report: Called with each column, row and cell that cannot be read.
        bounds: How large it may be.

    Raises:
        PortfolioFileError: It is not CSV, or has no column with names.
    """
    with unlimited_cells():
        return _document(text, file, report, bounds)


@contextlib.contextmanager
def unlimited_cells() -> Iterator[None]:
    """Allow cells of any length: the limit of the `csv` module is one for the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def separator_line(text: str) -> tuple[str | None, str]:
    """Return the separator that the first line names for Excel, and the text below that line."""
    found = _SEPARATOR.match(text)
    return (None, text) if found is None else (found[1], text[found.end() :])


@define
class _Table:
    """Where the rows and cells of a table are. A cell is looked for when a message needs it.

    Attributes:
        file: The file's name.
        text: The text of the table.
        delimiter: What separates its columns.
        first_line: The line in which it begins.
        rows: The offsets in the text at which rows begin, and their lines, by the names in them.
    """

    file: str
    text: str
    delimiter: str
    first_line: int
    columns: list[_Column] = field(factory=list, init=False)
    rows: dict[str, tuple[int, int]] = field(factory=dict, init=False)

    def get(self, path: str, /) -> FileLocation | None:
        """Return where the value at a path is: its cell, or that of the name of its row."""
        keys = steps(path)
        if len(keys) < 2:  # noqa: PLR2004 - the file, or a section
            is_here = keys in ([], [SECTION])
            return FileLocation(self.file, self.first_line, 1) if is_here else None
        section, name, *inside = keys
        title = ".".join(inside) or RESOURCE_NAME
        titles = [column.title for column in self.columns]
        if section != SECTION or name not in self.rows or title not in titles:
            return None
        return self.cell_at(*self.rows[name], titles.index(title))

    def cell_at(self, offset: int, line: int, index: int) -> FileLocation:
        """Return where a cell is in a row that begins at an offset and in a line."""
        return next(itertools.islice(self.cells(offset, line), index, None))

    def cells(self, offset: int, line: int) -> Iterator[FileLocation]:
        """Yield where the cells of a row are, and go on as if it did not end."""
        column = 1
        for start, end in self.spans(offset):
            yield FileLocation(self.file, line, column)
            content = self.text[start:end]
            *above, last = _LINE_BREAK.split(content)
            line += len(above)
            column = (1 if above else column) + len(last) + 1

    def spans(self, offset: int) -> Iterator[tuple[int, int]]:
        """Yield where the cells of a row begin and end, and go on as if it did not end."""
        cell = re.compile(rf'"[^"]*(?:""[^"]*)*"?|[^{re.escape(self.delimiter)}\r\n]*')
        while True:
            found = cell.match(self.text, offset)
            end = offset if found is None else found.end()
            yield offset, end
            offset = end + 1


def _document(text: str, file: str, report: Report, bounds: Bounds) -> Document:
    separator, below = separator_line(text)
    table = _Table(file, below, separator or _delimiter(below), 1 if separator is None else 2)
    stream = io.StringIO(below, newline="")
    rows = csv.reader(stream, delimiter=table.delimiter, strict=True)
    listings: dict[str, Json] = {}
    offset, line = 0, table.first_line
    try:
        header: list[str] = next(rows, [])
        table.columns = _columns(header, table, report)
        offset, line = stream.tell(), rows.line_num + table.first_line
        for row in rows:
            if (len(listings) + 2) * len(header) > bounds.most_values:
                raise FileLocation(file, line, 1).error(
                    f"holds more than {bounds.most_values:,} values", MessageCode.TOO_MANY_VALUES
                )
            if any(row) and _has_width_of(header, table, row, offset, line, report):
                _read_row(table, row, (offset, line), listings, report)
            offset, line = stream.tell(), rows.line_num + table.first_line
    except csv.Error as error:
        raise FileLocation(file, line, 1).error(
            f"is not CSV: {error}", MessageCode.INVALID_SYNTAX
        ) from None
    return Document({SECTION: listings}, table)


def csv_places(text: str) -> Place:
    """Return where the values in a CSV file are, and how others are written there.

    An empty cell is no value. None is written as one.

    Args:
        text: A text that can be read.
    """
    with unlimited_cells():
        document = _document(text, "", stop, PORTFOLIO_BOUNDS)
    table = document.locations
    assert isinstance(table, _Table)  # noqa: S101 - which is what a table has
    before = len(text) - len(table.text)
    listings: dict[str, Place] = {}
    for name, (offset, _) in table.rows.items():
        fields: dict[str, Place] = {}
        attributes: dict[str, Place] = {}
        for column, (start, end) in zip(table.columns, table.spans(offset), strict=False):
            if column.cell is not None and end > start:
                write = functools.partial(_cell, column.cell, table, table.text[start:end])
                place = Place(text, before + start, before + end, write)
                (attributes if column.is_attribute else fields)[column.name] = place
        if attributes:
            fields[ATTRIBUTES] = _row_part(text, attributes)
        listings[name] = _row_part(text, fields)
    return _row_part(text, {SECTION: _row_part(text, listings)})


def _row_part(text: str, members: Mapping[str, Place]) -> Place:
    return Place(text, 0, 0, lambda _: "", members)


def _cell(cell: CellFormat, table: _Table, before: str, value: Json) -> str:
    """Return a value as a cell in the place of another one, which may be in quotes."""
    if value is None:
        return ""
    written = cell.to_cell(value)
    if before.startswith('"') or any(each in written for each in f'"\r\n{table.delimiter}'):
        doubled = written.replace('"', '""')
        return f'"{doubled}"'
    return written


def csv_text(listings: Mapping[str, Mapping[str, Json]]) -> str:
    """Return listings as a CSV file, with all columns; optional ones only if any has a value."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow((RESOURCE_NAME, *FIELDS, *_optional_columns(listings)))
    return extended_csv(text.getvalue(), listings)


def extended_csv(text: str, listings: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the text of a CSV file with listings added as rows, in the columns that it has."""
    separator, table = separator_line(text)
    columns = _all_columns(next(_rows(table, separator)))
    extended = io.StringIO(newline="")
    extended.write(text if text.endswith("\n") else f"{text}\r\n")
    rows = csv.writer(extended, delimiter=separator or _delimiter(table))
    rows.writerows(_cells(name, entry, columns) for name, entry in listings.items())
    return extended.getvalue()


def updated_csv(
    text: str,
    members: Mapping[str, Mapping[str, Json]],
    removed: Collection[str],
    renamed: Mapping[str, str],
) -> str:
    """Return the text of a CSV file with other values; rows that stay are not written again.

    Columns are added for members that have none, after the others.

    Args:
        text: A text that can be read.
        members: What changes or is new, by the name of the resource.
        removed: The names of the resources to leave out.
        renamed: The new names by the old ones. Members have the new ones.
    """
    separator, table = separator_line(text)
    lines = [*io.StringIO(table, newline="")]
    delimiter = separator or _delimiter(table)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header = next(rows)
    begins = rows.line_num
    named = len(_readable_columns(header))
    added = _missing_titles(_all_columns(header), members.values())
    columns = _all_columns([*header[:named], *added, *header[named:]])
    place = next(index for index, column in enumerate(columns) if column.title == RESOURCE_NAME)
    end = _line_end(lines[0]) or "\r\n"
    updated = io.StringIO(newline="")
    writer = csv.writer(updated, delimiter=delimiter, lineterminator=end)
    updated.write(text[: len(text) - len(table)])
    if added:
        writer.writerow([*header[:named], *added, *header[named:]])
    else:
        updated.write(_ended("".join(lines[:begins]), end))
    known = set()
    for row in rows:
        as_it_was = "".join(lines[begins : rows.line_num])
        begins = rows.line_num
        before = unguarded(row[place]).strip() if any(row) else ""
        name = renamed.get(before, before)
        known.add(name)
        if before in removed:
            continue
        if name in members or name != before or (added and any(row)):
            cells = [*row[:named], *[""] * len(added), *row[named:]]
            changes = _cells(name, members.get(name, {}), columns)
            writer.writerow([new or old for new, old in zip(changes, cells, strict=True)])
        else:
            updated.write(_ended(as_it_was, end))
    writer.writerows(
        _cells(name, entry, columns) for name, entry in members.items() if name not in known
    )
    return updated.getvalue()


def normal_csv(text: str) -> str:
    """Return the text of a CSV file with commas, known spellings of titles, and needed quotes only.

    Columns without a title and empty rows at the end are left out, and between others one of
    several empty rows stays. All lines end as the first one does.

    Args:
        text: A text that can be read.
    """
    separator, table = separator_line(text)
    with unlimited_cells():
        header, *rows = _rows(table, separator)
    columns = _readable_columns(header)
    while rows and not any(rows[-1]):
        rows.pop()
    normal = io.StringIO(newline="")
    writer = csv.writer(normal, lineterminator="\r\n")
    writer.writerow([_normal_title(title) for title in header[: len(columns)]])
    ends = [normal.tell()]
    for before, row in itertools.pairwise([[], *rows]):
        if any(row) or any(before):
            writer.writerow(row[: len(columns)] if any(row) else [])
            ends.append(normal.tell())
    written = normal.getvalue()
    if _line_end(next(iter(io.StringIO(table, newline="")))) == "\r\n":
        return written
    # Written with the other end, a carriage return in a cell would have no quotes.
    starts = [0, *ends]
    return "".join(
        written[start:end].removesuffix("\r\n") + "\n" for start, end in itertools.pairwise(starts)
    )


def _normal_title(title: str) -> str:
    column = _column(title.strip())
    if not column.is_attribute:
        return column.title
    type_ = next(type_ for type_, cell in _TYPES.items() if cell is column.cell)
    return f"{column.title}:{type_}" if type_ else column.title


def _ended(text: str, end: str) -> str:
    return text if _line_end(text) else text + end


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _missing_titles(
    columns: Sequence[_Column], entries: Collection[Mapping[str, Json]]
) -> list[str]:
    """Return the titles of the columns that entries need beside those that there are."""
    fields = {column.name for column in columns if not column.is_attribute}
    titles = [
        name for name in _CELLS if name not in fields and any(name in each for each in entries)
    ]
    known = {column.name for column in columns if column.is_attribute}
    attributes: dict[str, list[Json]] = {}
    for entry in entries:
        further = entry.get(ATTRIBUTES)
        for name, value in further.items() if isinstance(further, dict) else ():
            if name not in known:
                attributes.setdefault(name, []).append(value)
    return [*titles, *(f"{ATTRIBUTES}.{name}{_type_of(each)}" for name, each in attributes.items())]


def _type_of(values: Sequence[Json]) -> str:
    if all(isinstance(value, str) for value in values):
        return ""
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
    return ":number" if numbers else ":json"


def _optional_columns(listings: Mapping[str, Mapping[str, Json]]) -> list[str]:
    return [name for name in OPTIONAL if any(entry.get(name) for entry in listings.values())]


def _cells(name: str, entry: Mapping[str, Json], columns: Sequence[_Column]) -> list[str]:
    further = entry.get(ATTRIBUTES)
    attributes = further if isinstance(further, dict) else {}
    cells = []
    for column in columns:
        value = (attributes if column.is_attribute else entry).get(column.name)
        if column.name == RESOURCE_NAME and not column.is_attribute:
            cells.append(guarded(name))
        elif column.cell is None or value is None:
            cells.append("")
        else:
            cells.append(column.cell.to_cell(value))
    return cells


def _rows(text: str, separator: str | None) -> Any:  # a csv.reader, whose type has no public name
    delimiter = separator or _delimiter(text)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=text.partition("\n")[0].count)


def _columns(cells: Sequence[str], table: _Table, report: Report) -> list[_Column]:
    named = max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)
    cells = cells[:named]
    if RESOURCE_NAME not in (cell.strip().lower() for cell in cells):
        # It may be any file, so its content is not quoted.
        raise FileLocation(table.file, table.first_line, 1).error(
            f"there is no column {RESOURCE_NAME}", MessageCode.INVALID_TABLE
        )
    columns: list[_Column] = []
    titles: set[str] = set()
    for cell, location in zip(cells, table.cells(0, table.first_line), strict=False):
        column = _column(cell.strip())
        reason, suggestion = _title_violation(column, titles)
        if reason is not None:
            violation = location.violation(reason, MessageCode.INVALID_TABLE)
            report(attrs.evolve(violation, suggestion=suggestion))
            column = _Column("", None)
        columns.append(column)
        titles.add(column.title)
    return columns


def _title_violation(column: _Column, before: Collection[str]) -> tuple[str | None, str | None]:
    """Return what is wrong with a column after those with other titles, and what was meant."""
    reason, meant = None, None
    if column.title and column.title in before:
        reason = f"there are two columns {column.title}"
    elif column.cell is None and column.name.lower().startswith(f"{ATTRIBUTES}."):
        types = " and ".join(f":{each}" for each in _TYPES if each)
        reason = (
            f"{column.name} must be {ATTRIBUTES}.NAME, with {types} where its values are no strings"
        )
    elif column.cell is None and column.name != RESOURCE_NAME:
        known = (RESOURCE_NAME, *_CELLS)
        meant = closest(column.name, known)
        reason = (
            f"{column.name or 'an empty title'} is an unknown column; {did_you_mean(meant)}"
            f"there are {', '.join(known)}, and {ATTRIBUTES}.NAME for further fields"
        )
    return reason, meant


def _readable_columns(header: Sequence[str]) -> list[_Column]:
    return _columns(header, _Table("", "", ",", 1), stop)


def _all_columns(header: list[str]) -> list[_Column]:
    """Return the columns of a header that can be read, those without a title included."""
    columns = _readable_columns(header)
    return [*columns, *[_Column("", None)] * (len(header) - len(columns))]


def _column(title: str) -> _Column:
    """Return the column of a title; an unknown one has no cells and the title as its name."""
    known = title.lower()
    if known in _CELLS:
        return _Column(known, _CELLS[known])
    section, _, rest = title.partition(".")
    name, _, type_ = rest.partition(":")
    cell = _TYPES.get(type_.strip().lower())
    if section.lower() == ATTRIBUTES and cell is not None and name.strip():
        return _Column(name.strip(), cell, is_attribute=True)
    return _Column(known if known == RESOURCE_NAME else title, None)


def _has_width_of(
    header: Sequence[str], table: _Table, row: list[str], offset: int, line: int, report: Report
) -> bool:
    """Return whether a row has as many cells as the header, and none with a value below no title.

    Each other row is a violation.
    """
    for index, cell in enumerate(row[len(table.columns) : len(header)], len(table.columns)):
        if cell:
            location = table.cell_at(offset, line, index)
            report(
                location.violation(
                    "has a value in a column without a title", MessageCode.INVALID_TABLE
                )
            )
            return False
    if len(row) != len(header):
        report(
            FileLocation(table.file, line, 1).violation(
                f"has {len(row)} cells where there are {len(header)} columns",
                MessageCode.INVALID_TABLE,
            )
        )
    return len(row) == len(header)


def _read_row(
    table: _Table,
    row: list[str],
    begins: tuple[int, int],
    listings: dict[str, Json],
    report: Report,
) -> None:
    resource_name, entry = "", dict[str, Json]()
    attributes: dict[str, Json] = {}
    place = 0
    for index, (column, cell) in enumerate(zip(table.columns, row, strict=False)):
        if column.cell is None:
            if column.name == RESOURCE_NAME:
                resource_name, place = unguarded(cell).strip(), index
        elif cell:
            try:
                value = column.cell.from_cell(cell)
            except ValueError as error:
                location = table.cell_at(*begins, index)
                reason = f"{column.title}: {error}"
                report(location.violation(reason, MessageCode.INVALID_TABLE))
                value = UNKNOWN
            (attributes if column.is_attribute else entry)[column.name] = value
    if not resource_name or resource_name in table.rows:
        location = table.cell_at(*begins, place)
        if not resource_name:
            reason, code = f"{RESOURCE_NAME}: must not be empty", MessageCode.INVALID_TABLE
        else:
            _, line = table.rows[resource_name]
            reason, code = f"{resource_name} is also in line {line}", MessageCode.DUPLICATE_KEY
        report(location.violation(reason, code))
        return
    table.rows[resource_name] = begins
    listings[resource_name] = {**entry, ATTRIBUTES: attributes} if attributes else entry
