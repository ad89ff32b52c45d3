"""Listings in a spreadsheet: a row for each, with the documented fields as columns."""

from __future__ import annotations

import contextlib
import csv
import io
import math
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.constraint import Text
from pulumi_setsmart.models.field import ApiField
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.document import MOST_VALUES, Document, Place
from pulumi_setsmart.specification.sections import PROPERTIES

RESOURCE_NAME = "resource_name"
"""The column with the names of the resources."""

FIELDS = {field.name: field for field in PROPERTY.fields}
"""The columns beside it: the documented fields of a listing."""

_DELIMITERS = ",;\t"
_LONGEST_NUMBER = 400
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
"""A number as JSON has it, in ASCII."""

_BEGINS_A_FORMULA = tuple("=+-@\N{MINUS SIGN}")
_ENDS_A_CELL = ("\t", "\r", "\n")
_UNSEEN = ("Z", "C")
"""The categories of characters that nobody sees: blanks, controls, marks of direction."""


def read_csv(text: str, file: str) -> Document:
    """Return what a CSV file holds; the columns may be parted by commas, semicolons or tabs.

    An empty cell declares nothing. An apostrophe before what a spreadsheet would take for a formula
    is no part of the text.

    Raises:
        PortfolioFileError: It has other columns, or a cell cannot be read.
    """
    with _any_length():
        return _document(text, file)


@contextlib.contextmanager
def _any_length() -> Iterator[None]:
    """Let a cell be as long as its file: the module's own bound is one for the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _document(text: str, file: str) -> Document:
    rows = _rows(text)
    places = {"": Place(file, 1), pointer("", PROPERTIES): Place(file, 1)}
    listings: dict[str, Json] = {}
    begins = 1
    try:
        header = _header(next(rows, []), Place(file, 1))
        begins = rows.line_num + 1
        for row in rows:
            if len(places) * len(header) > MOST_VALUES:
                raise Place(file, begins).refusal(
                    f"holds more than {MOST_VALUES:,} values", MessageCode.TOO_MANY_VALUES
                )
            if any(row):
                _read_row(header, row, Place(file, begins), listings, places)
            begins = rows.line_num + 1
    except csv.Error as error:
        raise Place(file, begins).refusal(
            f"is not CSV: {error}", MessageCode.INVALID_SYNTAX
        ) from None
    return Document({PROPERTIES: listings}, places)


def csv_text(listings: Mapping[str, Mapping[str, Json]]) -> str:
    """Return listings as a CSV file, with all columns."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow((RESOURCE_NAME, *FIELDS))
    return extended_csv(text.getvalue(), listings)


def extended_csv(text: str, listings: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the text of a CSV file with listings added as rows, in the columns that it has."""
    header = [cell.strip() for cell in next(_rows(text))]
    extended = io.StringIO(newline="")
    extended.write(text if text.endswith("\n") else f"{text}\r\n")
    rows = csv.writer(extended, delimiter=_delimiter(text))
    for name, entry in listings.items():
        cells = {**entry, RESOURCE_NAME: name}
        rows.writerow([_cell(cells.get(column)) for column in header])
    return extended.getvalue()


def _rows(text: str) -> Any:  # a csv.reader, whose type has no public name
    return csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=text.partition("\n")[0].count)


def _cell(value: Json) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return guarded(value)


def _header(cells: list[str], place: Place) -> list[str]:
    names = [cell.strip() for cell in cells]
    if RESOURCE_NAME not in names:  # then it may be any file, whose content is not repeated
        raise place.refusal(f"there is no column {RESOURCE_NAME}", MessageCode.INVALID_TABLE)
    for name in names:
        if name != RESOURCE_NAME and name not in FIELDS:
            known = ", ".join((RESOURCE_NAME, *FIELDS))
            raise place.refusal(
                f"{name or 'an empty title'} is no column; there are {known}",
                MessageCode.INVALID_TABLE,
            )
        if names.count(name) > 1:
            raise place.refusal(f"there are two columns {name}", MessageCode.INVALID_TABLE)
    return names


def _read_row(
    header: list[str],
    row: list[str],
    place: Place,
    listings: dict[str, Json],
    places: dict[str, Place],
) -> None:
    if len(row) != len(header):
        raise place.refusal(
            f"has {len(row)} cells where there are {len(header)} columns", MessageCode.INVALID_TABLE
        )
    cells = dict(zip(header, row, strict=True))
    resource_name = unguarded(cells.pop(RESOURCE_NAME)).strip()
    if not resource_name:
        raise place.refusal(f"{RESOURCE_NAME}: must not be empty", MessageCode.INVALID_TABLE)
    path = pointer(pointer("", PROPERTIES), resource_name)
    if path in places:
        raise place.refusal(
            f"{resource_name} stands in line {places[path].line} too", MessageCode.DUPLICATE_KEY
        )
    places[path] = place
    listings[resource_name] = {
        name: _value(FIELDS[name], cell, place) for name, cell in cells.items() if cell
    }


def _value(field: ApiField, cell: str, place: Place) -> Json:
    if isinstance(field.constraint, Text):
        return unguarded(cell)
    number = _number(cell)
    if number is None:
        raise place.refusal(
            f"{field.name}: must be a number like 2 or 1.5: digits 0 to 9 and a point, without "
            "blanks, a plus sign or zeros in front",
            MessageCode.INVALID_TABLE,
        )
    return number


def _number(cell: str) -> int | float | None:
    """Return the number that a cell holds, exactly, or None if it holds none."""
    if not _NUMBER.fullmatch(cell) or len(cell) > _LONGEST_NUMBER:
        return None
    if cell.removeprefix("-").isdecimal():
        return int(cell)
    number = float(cell)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula, and would run."""
    return f"'{text}" if _is_risky(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a cell; whoever wrote it may have guarded it, or not."""
    text = cell.removeprefix("'")
    return text if _is_risky(text) else cell


def _is_risky(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula; apostrophes before it are none.

    Some spreadsheets leave out what is not seen before a formula, and some take the wide and small
    forms of a character for the character. With one more apostrophe before it, a text is as risky
    as without: so the guard, which is that, is taken away exactly.
    """
    bare = text.lstrip("'")
    first = next((each for each in bare if each != "'" and not _is_unseen(each)), "")
    return bare.startswith(_ENDS_A_CELL) or (
        unicodedata.normalize("NFKC", first).startswith(_BEGINS_A_FORMULA)
    )


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character).startswith(_UNSEEN)
