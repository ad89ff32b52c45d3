"""Tables that are sorted by a column: the links in their heads, and the order of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from attrs import frozen
from starlette.requests import Request

from pulumi_setsmart.sandbox.json import Json

Row = TypeVar("Row")


@frozen
class Column:
    """The head of a column.

    Attributes:
        name: What the address calls it.
        label: What people read.
        is_number: Whether it is aligned as numbers are.
        href: Where a click leads: to the same rows, in its order or in the other direction.
        order: ``ascending`` or ``descending`` if the rows are in its order, or None.
    """

    name: str
    label: str
    is_number: bool
    href: str
    order: str | None


class Sorting:
    """The order that a request asks for: ``sort=bedrooms``, or ``sort=-bedrooms`` for the reverse.

    Args:
        request: The request, whose other parameters the links keep.
        columns: The names of the columns, with their labels, and whether they hold numbers.

    Attributes:
        columns: The heads of the columns.
        by: The name of the column that decides, or None.
        is_reverse: Whether the order is that from the greatest to the least.
    """

    def __init__(self, request: Request, columns: Iterable[tuple[str, str, bool]]) -> None:
        asked = request.query_params.get("sort", "")
        given = [*columns]
        name = asked.removeprefix("-")
        self._request = request
        self.by = name if name in [column for column, *_ in given] else None
        self.is_reverse = asked.startswith("-")
        self.columns = [self._column(*column) for column in given]

    @property
    def asked(self) -> str:
        """What the address says of it; nothing for the order that there is without."""
        return f"{'-' * self.is_reverse}{self.by}" if self.by else ""

    def sorted(self, rows: Sequence[Row], value: Callable[[Row, str], Json]) -> list[Row]:
        """Return rows in the order that was asked for; those without a value are the last ones.

        Args:
            rows: The rows, in the order that they have without.
            value: Returns what a row has in a column.
        """
        column = self.by
        if column is None:
            return [*rows]
        with_values = [(value(row, column), row) for row in rows]
        present = [(_rank(each), row) for each, row in with_values if each not in (None, "")]
        present.sort(key=lambda pair: pair[0], reverse=self.is_reverse)
        return [
            *(row for _, row in present),
            *(row for each, row in with_values if each in (None, "")),
        ]

    def _column(self, name: str, label: str, is_number: bool) -> Column:  # noqa: FBT001 - a tuple's member
        is_current = name == self.by
        target = f"-{name}" if is_current and not self.is_reverse else name
        kept = [
            (key, value)
            for key, value in self._request.query_params.multi_items()
            if key not in ("page", "notice", "sort")
        ]
        order = "descending" if self.is_reverse else "ascending"
        href = f"{self._request.url.path}?{urlencode([*kept, ('sort', target)])}"
        return Column(name, label, is_number, href, order if is_current else None)


def _rank(value: Json) -> tuple[Any, ...]:
    """Return what values of any type are compared by: numbers first, then texts."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (0, value, "")
    return (1, 0, str(value).casefold())
