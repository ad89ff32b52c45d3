"""What people call the columns of a table of listings: the content of ``column_names.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

ID = "id"
"""What says which row is which listing, sheet after sheet. It is stored beside the portfolio."""

_FILE = Path(__file__).with_name("column_names.toml")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]|ID\b)")
_PARTS = "parts_of_an_address"
_ROWS = "rows"


@frozen
class ColumnNames:
    """The names of columns, in the form that `plain` returns.

    Attributes:
        certain: The field by each name that means nothing else.
        possible: The field by each name that may mean it.
        address_parts: The place of each part of an address in the order in which they are joined.
        totals: How rows begin that add others up.
    """

    certain: Mapping[str, str]
    possible: Mapping[str, str]
    address_parts: Mapping[str, int]
    totals: frozenset[str]


def plain(name: str) -> str:
    """Return a name without case, accents and punctuation: max guests for maxGuests."""
    words = _CAMEL_CASE.sub(" ", name.replace("ß", "ss"))
    letters = unicodedata.normalize("NFKD", words.casefold())
    kept = (each for each in letters if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in kept).split())


@functools.cache
def column_names() -> ColumnNames:
    """Return the names that the file lists."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    parts, rows = content.pop(_PARTS), content.pop(_ROWS)
    return ColumnNames(
        certain={
            plain(each): field for field, names in content.items() for each in names["certain"]
        },
        possible={
            plain(each): field for field, names in content.items() for each in names["possible"]
        },
        address_parts={
            plain(each): index for index, names in enumerate(parts.values()) for each in names
        },
        totals=frozenset(map(plain, rows["totals"])),
    )
