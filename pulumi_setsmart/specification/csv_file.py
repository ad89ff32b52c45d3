"""Listings in a spreadsheet: a row for each, with the documented fields as columns.

Further columns are ``attributes.NAME`` with strings, ``attributes.NAME:number`` and
``attributes.NAME:json``. Capitals in the names of columns do not matter, except in ``NAME``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from attrs import frozen

from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.cell import (
    CellFormat,
    JsonCell,
    NumberCell,
    StringCell,
    guarded,
    unguarded,
)
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.document import MOST_VALUES, Document, FileLocation
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys

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
_TYPES: Mapping[str, CellFormat] = {
    "": StringCell(),
    "number": NumberCell(),
    "json": JsonCell(),
}


class _KeysCell:
    """How the column of former keys holds them: separated by semicolons."""

    def from_cell(self, cell: str) -> Json:
        """Return the keys in a cell."""
        return [key for part in unguarded(cell).split(";") if (key := part.strip())]

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
        cell: How its cells are read and written, or None in a column without values.
        is_attribute: Whether its field is below ``attributes``.
    """

    name: str
    cell: CellFormat | None
    is_attribute: bool = False

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{ATTRIBUTES}.{self.name}" if self.is_attribute else self.name


def read_csv(text: str, file: str) -> Document:
    """Return the content of a CSV file, with columns separated by commas, semicolons or tabs.

    An empty cell declares nothing. An apostrophe before text that a spreadsheet would take for a
    formula is not part of the string.

    Raises:
        PortfolioFileError: It has other columns, or a cell cannot be read.
    """
    with unlimited_cells():
        return _document(text, file)


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


def _document(text: str, file: str) -> Document:
    separator, table = separator_line(text)
    skipped = 0 if separator is None else 1
    rows = _rows(table, separator)
    locations = {"": FileLocation(file, 1), pointer("", SECTION): FileLocation(file, 1)}
    listings: dict[str, Json] = {}
    begins = 1 + skipped
    try:
        header: list[str] = next(rows, [])
        columns = _columns(header, FileLocation(file, begins))
        begins = rows.line_num + 1 + skipped
        for row in rows:
            if len(locations) * len(header) > MOST_VALUES:
                raise FileLocation(file, begins).error(
                    f"holds more than {MOST_VALUES:,} values", MessageCode.TOO_MANY_VALUES
                )
            if any(row):
                location = FileLocation(file, begins)
                _check_width(header, columns, row, location)
                _read_row(columns, row, location, listings, locations)
            begins = rows.line_num + 1 + skipped
    except csv.Error as error:
        raise FileLocation(file, begins).error(
            f"is not CSV: {error}", MessageCode.INVALID_SYNTAX
        ) from None
    return Document({SECTION: listings}, locations)


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
    text: str, members: Mapping[str, Mapping[str, Json]], removed: Collection[str]
) -> str:
    """Return the text of a CSV file with other values, in the columns that it has.

    Only optional columns are added, if an entry gets a value there.

    Args:
        text: A text that can be read.
        members: What changes or is new, by the name of the resource.
        removed: The names of the resources to leave out.
    """
    separator, table = separator_line(text)
    rows = _rows(table, separator)
    header = next(rows)
    for title in _optional_columns(members):
        header = _with_column(title, header)
    columns = _all_columns(header)
    place = next(index for index, column in enumerate(columns) if column.name == RESOURCE_NAME)
    updated = io.StringIO(newline="")
    updated.write(text[: len(text) - len(table)])
    writer = csv.writer(updated, delimiter=separator or _delimiter(table))
    writer.writerow(header)
    known = set()
    for row in rows:
        name = unguarded(row[place]).strip() if any(row) else ""
        known.add(name)
        if name in removed:
            continue
        unchanged = [""] * len(header) if any(row) else []
        changed = _cells(name, members[name], columns) if name in members else unchanged
        writer.writerow([new or old for new, old in zip_longest(changed, row, fillvalue="")])
    writer.writerows(
        _cells(name, entry, columns) for name, entry in members.items() if name not in known
    )
    return updated.getvalue()


def _optional_columns(listings: Mapping[str, Mapping[str, Json]]) -> list[str]:
    return [name for name in OPTIONAL if any(entry.get(name) for entry in listings.values())]


def _with_column(title: str, header: Sequence[str]) -> list[str]:
    """Return a header that has a column, perhaps in the place of the first one without a title."""
    titles = [column.title for column in _columns([*header], FileLocation("", 1))]
    if title in titles:
        return [*header]
    return [*header[: len(titles)], title, *header[len(titles) + 1 :]]


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


def _columns(cells: list[str], location: FileLocation) -> list[_Column]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    columns = [_column(cell.strip(), location) for cell in cells]
    titles = [column.title for column in columns]
    if RESOURCE_NAME not in titles:  # it may be any file, so its content is not quoted
        raise location.error(f"there is no column {RESOURCE_NAME}", MessageCode.INVALID_TABLE)
    for column in columns:
        if column.cell is None and column.name != RESOURCE_NAME:
            known = ", ".join((RESOURCE_NAME, *_CELLS))
            raise location.error(
                f"{column.name or 'an empty title'} is an unknown column; there are {known}, and "
                f"{ATTRIBUTES}.NAME for further fields",
                MessageCode.INVALID_TABLE,
            )
        if titles.count(column.title) > 1:
            raise location.error(f"there are two columns {column.title}", MessageCode.INVALID_TABLE)
    return columns


def _all_columns(header: list[str]) -> list[_Column]:
    """Return the columns of a header that can be read, those without a title included."""
    columns = _columns(header, FileLocation("", 1))
    return [*columns, *[_Column("", None)] * (len(header) - len(columns))]


def _column(title: str, location: FileLocation) -> _Column:
    known = title.lower()
    if known in _CELLS:
        return _Column(known, _CELLS[known])
    section, dot, rest = title.partition(".")
    if section.lower() != ATTRIBUTES or not dot:
        return _Column(known if known == RESOURCE_NAME else title, None)
    name, _, type_ = rest.partition(":")
    cell = _TYPES.get(type_.strip().lower())
    if cell is None or not name.strip():
        types = " and ".join(f":{each}" for each in _TYPES if each)
        raise location.error(
            f"{title} must be {ATTRIBUTES}.NAME, with {types} where its values are no strings",
            MessageCode.INVALID_TABLE,
        )
    return _Column(name.strip(), cell, is_attribute=True)


def _check_width(
    header: Sequence[str], columns: Sequence[_Column], row: list[str], location: FileLocation
) -> None:
    """Stop at a row with more or fewer cells than the header, or with values below no title."""
    if any(row[len(columns) : len(header)]):
        raise location.error("has a value in a column without a title", MessageCode.INVALID_TABLE)
    if len(row) != len(header):
        raise location.error(
            f"has {len(row)} cells where there are {len(header)} columns",
            MessageCode.INVALID_TABLE,
        )


def _read_row(
    columns: Sequence[_Column],
    row: list[str],
    location: FileLocation,
    listings: dict[str, Json],
    locations: dict[str, FileLocation],
) -> None:
    resource_name, entry = "", dict[str, Json]()
    attributes: dict[str, Json] = {}
    for column, cell in zip(columns, row, strict=False):
        if column.cell is None:
            resource_name = unguarded(cell).strip()
        elif cell:
            value = _value(column.cell, column.title, cell, location)
            (attributes if column.is_attribute else entry)[column.name] = value
    if not resource_name:
        raise location.error(f"{RESOURCE_NAME}: must not be empty", MessageCode.INVALID_TABLE)
    path = pointer(pointer("", SECTION), resource_name)
    if path in locations:
        raise location.error(
            f"{resource_name} is also in line {locations[path].line}", MessageCode.DUPLICATE_KEY
        )
    locations[path] = location
    listings[resource_name] = {**entry, ATTRIBUTES: attributes} if attributes else entry


def _value(format_: CellFormat, title: str, cell: str, location: FileLocation) -> Json:
    try:
        return format_.from_cell(cell)
    except ValueError as error:
        raise location.error(f"{title}: {error}", MessageCode.INVALID_TABLE) from None
