"""Listings in a spreadsheet: a row for each, with the documented fields as columns."""

from __future__ import annotations

import contextlib
import csv
import io
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.cell import guarded, unguarded
from pulumi_setsmart.models.field import ApiField
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.document import MOST_VALUES, Document, FileLocation
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys

SECTION = str(PROPERTY.section)
"""The section of a portfolio that a CSV file contains."""

RESOURCE_NAME = "resource_name"
"""The column with the names of the resources."""

FIELDS = {field.name: field for field in PROPERTY.fields if not field.secret}
"""The columns beside it: the named fields of a listing."""

_KEYS = ";"
"""What separates the keys in a cell of the column `FORMERLY`, which a file may have."""

_DELIMITERS = ",;\t"


def read_csv(text: str, file: str) -> Document:
    """Return the content of a CSV file, with columns separated by commas, semicolons or tabs.

    An empty cell declares nothing. An apostrophe before text that a spreadsheet would take for a
    formula is not part of the string.

    Raises:
        PortfolioFileError: It has other columns, or a cell cannot be read.
    """
    with _unlimited_cells():
        return _document(text, file)


@contextlib.contextmanager
def _unlimited_cells() -> Iterator[None]:
    """Allow cells of any length: the limit of the `csv` module is one for the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _document(text: str, file: str) -> Document:
    rows = _rows(text)
    locations = {"": FileLocation(file, 1), pointer("", SECTION): FileLocation(file, 1)}
    listings: dict[str, Json] = {}
    begins = 1
    try:
        header = _columns(next(rows, []), FileLocation(file, 1))
        begins = rows.line_num + 1
        for row in rows:
            if len(locations) * len(header) > MOST_VALUES:
                raise FileLocation(file, begins).error(
                    f"holds more than {MOST_VALUES:,} values", MessageCode.TOO_MANY_VALUES
                )
            if any(row):
                _read_row(header, row, FileLocation(file, begins), listings, locations)
            begins = rows.line_num + 1
    except csv.Error as error:
        raise FileLocation(file, begins).error(
            f"is not CSV: {error}", MessageCode.INVALID_SYNTAX
        ) from None
    return Document({SECTION: listings}, locations)


def csv_text(listings: Mapping[str, Mapping[str, Json]]) -> str:
    """Return listings as a CSV file, with all columns; that of former keys only if any has some."""
    text = io.StringIO(newline="")
    former = (FORMERLY,) if any(entry.get(FORMERLY) for entry in listings.values()) else ()
    csv.writer(text).writerow((RESOURCE_NAME, *FIELDS, *former))
    return extended_csv(text.getvalue(), listings)


def extended_csv(text: str, listings: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the text of a CSV file with listings added as rows, in the columns that it has."""
    header = [cell.strip() for cell in next(_rows(text))]
    extended = io.StringIO(newline="")
    extended.write(text if text.endswith("\n") else f"{text}\r\n")
    rows = csv.writer(extended, delimiter=_delimiter(text))
    for name, entry in listings.items():
        cells = {RESOURCE_NAME: guarded(name), **_cells(entry)}
        rows.writerow([cells.get(column, "") for column in header])
    return extended.getvalue()


def _cells(entry: Mapping[str, Json]) -> dict[str, str]:
    fields = {
        name: field.constraint.to_cell(entry[name])
        for name, field in FIELDS.items()
        if entry.get(name) is not None
    }
    return {**fields, FORMERLY: guarded(f"{_KEYS} ".join(former_keys(entry.get(FORMERLY))))}


def _rows(text: str) -> Any:  # a csv.reader, whose type has no public name
    return csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=text.partition("\n")[0].count)


def _columns(cells: list[str], location: FileLocation) -> list[str]:
    names = [cell.strip() for cell in cells]
    if RESOURCE_NAME not in names:  # it may be any file, so its content is not quoted
        raise location.error(f"there is no column {RESOURCE_NAME}", MessageCode.INVALID_TABLE)
    for name in names:
        if name not in (RESOURCE_NAME, FORMERLY) and name not in FIELDS:
            known = ", ".join((RESOURCE_NAME, *FIELDS, FORMERLY))
            raise location.error(
                f"{name or 'an empty title'} is an unknown column; there are {known}",
                MessageCode.INVALID_TABLE,
            )
        if names.count(name) > 1:
            raise location.error(f"there are two columns {name}", MessageCode.INVALID_TABLE)
    return names


def _read_row(
    header: list[str],
    row: list[str],
    location: FileLocation,
    listings: dict[str, Json],
    locations: dict[str, FileLocation],
) -> None:
    if len(row) != len(header):
        raise location.error(
            f"has {len(row)} cells where there are {len(header)} columns", MessageCode.INVALID_TABLE
        )
    cells = dict(zip(header, row, strict=True))
    resource_name = unguarded(cells.pop(RESOURCE_NAME)).strip()
    if not resource_name:
        raise location.error(f"{RESOURCE_NAME}: must not be empty", MessageCode.INVALID_TABLE)
    path = pointer(pointer("", SECTION), resource_name)
    if path in locations:
        raise location.error(
            f"{resource_name} is also in line {locations[path].line}", MessageCode.DUPLICATE_KEY
        )
    locations[path] = location
    former = [key.strip() for key in unguarded(cells.pop(FORMERLY, "")).split(_KEYS)]
    listing = {name: _value(FIELDS[name], cell, location) for name, cell in cells.items() if cell}
    if any(former):
        listing[FORMERLY] = [*filter(None, former)]
    listings[resource_name] = listing


def _value(field: ApiField, cell: str, location: FileLocation) -> Json:
    try:
        return field.constraint.from_cell(cell)
    except ValueError as error:
        raise location.error(f"{field.name}: {error}", MessageCode.INVALID_TABLE) from None
