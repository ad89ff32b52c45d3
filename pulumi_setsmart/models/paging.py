"""How a server splits a list into pages, where its responses do not say so themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from attrs import frozen

from pulumi_setsmart.models.json import Json, type_name


class PagingStyle(StrEnum):
    """How the next page of a list is asked for."""

    PAGE = "page"
    """By its number; each page has one more than the page before."""

    OFFSET = "offset"
    """By how many objects come before it."""

    CURSOR = "cursor"
    """By a string that the page before holds, or by the id of its last object."""

    LINK = "link"
    """By an address that the page before holds."""

    SINGLE = "single"
    """There is none: the first response is the whole list, whatever else it says."""


@frozen
class PagingScheme:
    """An unusual way of paging, in a few words.

    Attributes:
        style: How the next page is asked for; None where the responses say it well.
        parameter: The query parameter that asks for it; None for the one that is usual.
        field: Where a response holds what to ask for next, with dots between the names of nested
            members: ``meta.next``; or the name of a response header after ``header:``. It is
            missing, null or empty on the last page. None where pages are counted, or where the id
            of the last object is what to ask for; then the list ends with an empty page.
        first: The number of the first page, or of the first object, where they are counted.
        totals: Whether the numbers of objects and pages that responses state can be relied on.
    """

    style: PagingStyle | None = None
    parameter: str | None = None
    field: str | None = None
    first: int | None = None
    totals: bool = True

    @classmethod
    def of(cls, described: Json) -> Self:
        """Return the scheme that a JSON object describes.

        Args:
            described: An object with the attributes of this class, all of them optional.

        Raises:
            ValueError: It describes none; the text is a reason that ends a sentence.
        """
        if not isinstance(described, dict):
            reason = f"must be an object with a style, not {type_name(described)}"
            raise ValueError(reason)  # noqa: TRY004 -- what JSON holds is a value, whatever its type
        unknown = described.keys() - {"style", "parameter", "field", "first", "totals"}
        if unknown:
            raise ValueError(
                f"has the unknown member {min(unknown)}; there are style, parameter, field, first "
                "and totals"
            )
        style = described.get("style")
        if style is not None and style not in [*PagingStyle]:
            raise ValueError(f"must have a style among {', '.join(PagingStyle)}")
        scheme = cls(
            style=None if style is None else PagingStyle(str(style)),
            parameter=_name(described, "parameter"),
            field=_name(described, "field"),
            first=_first(described),
            totals=_totals(described),
        )
        if scheme.style is PagingStyle.LINK and scheme.field is None:
            raise ValueError("must name the field that holds the address of the next page")
        return scheme


def _name(described: dict[str, Json], member: str) -> str | None:
    name = described.get(member)
    if name is None:
        return None
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ValueError(f"must have a name as its {member}")
    return name.strip()


def _first(described: dict[str, Json]) -> int | None:
    first = described.get("first")
    if first is None:
        return None
    if isinstance(first, bool) or not isinstance(first, int) or first < 0:
        raise ValueError("must have a whole number, 0 or more, as its first")
    return first


def _totals(described: dict[str, Json]) -> bool:
    totals = described.get("totals", True)
    if not isinstance(totals, bool):
        raise ValueError("must have true or false as its totals")  # noqa: TRY004 -- likewise
    return totals


@frozen
class PagingDescription:
    """A constraint: an object that describes a `PagingScheme`."""

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        try:
            PagingScheme.of(value)
        except ValueError as error:
            return str(error)
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        name: dict[str, Json] = {"type": "string", "pattern": r"\S"}
        return {
            "type": "object",
            "properties": {
                "style": {"enum": [*map(str, PagingStyle)]},
                "parameter": name,
                "field": name,
                "first": {"type": "integer", "minimum": 0},
                "totals": {"type": "boolean"},
            },
            "additionalProperties": False,
        }
