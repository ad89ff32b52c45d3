"""Values as the cells of a spreadsheet, and back."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Protocol

from pulumi_setsmart.models.json import Json, integral

_LONGEST_NUMBER = 400
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
"""A number as JSON has it, in ASCII."""

_BEGINS_A_FORMULA = tuple("=+-@\N{MINUS SIGN}")
_ENDS_A_CELL = ("\t", "\r", "\n")
_UNSEEN = ("Z", "C")
"""The categories of characters that nobody sees: blanks, controls, marks of direction."""


class CellFormat(Protocol):
    """How the cells of a column hold values."""

    def from_cell(self, cell: str) -> Json:
        """Return the value in a cell; a ValueError says what it must be."""

    def to_cell(self, value: Json) -> str:
        """Return a value as a cell."""


class StringCell:
    """How a constraint that allows strings reads and writes a cell."""

    def from_cell(self, cell: str) -> Json:
        """Return the string in a cell."""
        return unguarded(cell)

    def to_cell(self, value: Json) -> str:
        """Return a cell with a string."""
        return guarded(str(value))


class NumberCell:
    """How a constraint that allows numbers reads and writes a cell."""

    def from_cell(self, cell: str) -> Json:
        """Return the number in a cell, exactly.

        Raises:
            ValueError: It holds none; the text is a reason that ends a sentence.
        """
        number = _number(cell)
        if number is None:
            raise ValueError(
                "must be a number like 2 or 1.5: digits 0 to 9 and a point, without blanks, a plus "
                "sign or zeros in front"
            )
        return number

    def to_cell(self, value: Json) -> str:
        """Return a cell with a number."""
        return str(value)


class JsonCell:
    """How a constraint that allows lists or objects reads and writes a cell: as JSON."""

    def from_cell(self, cell: str) -> Json:
        """Return the value in a cell.

        Raises:
            ValueError: It holds none; the text is a reason that ends a sentence.
        """
        try:
            value: Json = json.loads(cell)
        except (ValueError, RecursionError):
            raise ValueError('must be JSON like ["a", "b"]') from None
        return value

    def to_cell(self, value: Json) -> str:
        """Return a cell with a value."""
        return json.dumps(value, ensure_ascii=False)


def guarded(text: str) -> str:
    """Return a string as a cell that no spreadsheet takes for a formula, and would run."""
    return f"'{text}" if _is_risky(text) else text


def unguarded(cell: str) -> str:
    """Return the string in a cell; whoever wrote it may have guarded it, or not."""
    text = cell.removeprefix("'")
    return text if _is_risky(text) else cell


def _number(cell: str) -> int | float | None:
    if not _NUMBER.fullmatch(cell) or len(cell) > _LONGEST_NUMBER:
        return None
    if cell.removeprefix("-").isdecimal():
        return int(cell)
    number = float(cell)
    return integral(number) if math.isfinite(number) else None


def _is_risky(text: str) -> bool:
    """Return whether a spreadsheet may take a string for a formula; apostrophes before it are none.

    Some spreadsheets leave out what is not seen before a formula, and some take the wide and small
    forms of a character for the character. With one more apostrophe before it, a string is as risky
    as without: so the guard, which is that, is taken away exactly.
    """
    if text[:1].isascii() and text[:1].isalnum():  # as most cells begin
        return False
    bare = text.lstrip("'")
    first = next((each for each in bare if each != "'" and not _is_unseen(each)), "")
    return bare.startswith(_ENDS_A_CELL) or (
        unicodedata.normalize("NFKC", first).startswith(_BEGINS_A_FORMULA)
    )


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character).startswith(_UNSEEN)
