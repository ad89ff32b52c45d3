"""What a column of a spreadsheet becomes, as the command line and the mapping file name it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from enum import StrEnum

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.column_names import ID, plain
from pulumi_setsmart.conversion.number_format import Decimal
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.cell import NumberCell
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import cut, one_line
from pulumi_setsmart.specification.csv_file import ATTRIBUTES, RESOURCE_NAME
from pulumi_setsmart.specification.sections import names_of

SKIP = "skip"
"""The target of a column that is left out."""

_LONGEST_NAME = 60
_NAMED = {
    *(name for name in names_of(PROPERTY) if name not in {PROPERTY.extra_fields, "unordered"}),
    RESOURCE_NAME,
    ID,
    SKIP,
}
NUMBERS = {each.name for each in PROPERTY.fields if isinstance(each.constraint, NumberCell)}
"""The fields that are numbers."""


class CellType(StrEnum):
    """How the cells of a column are read."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"


@frozen
class Target:
    """What a column becomes.

    Attributes:
        name: A field, ``attributes.NAME``, ``resource_name``, ``id`` or ``skip``.
        type: How its cells are read, or None as the field says.
        decimal: What begins the fraction of its numbers, or None to find it out.
    """

    name: str
    type: CellType | None = None
    decimal: Decimal | None = None

    def __str__(self) -> str:
        """Return it as the command line names it."""
        suffix = "" if self.type is None else f":{self.type}"
        return f"{self.name}{suffix}" + ("" if self.decimal is None else f":{self.decimal}")


@frozen
class Assignment:
    """One or several columns, and what they become.

    Attributes:
        columns: The names of the columns; the values of several are joined with ", ".
        target: What they become.
    """

    columns: tuple[str, ...]
    target: Target

    def __str__(self) -> str:
        """Return it as an argument of ``--map``."""
        return f"{'+'.join(self.columns)}={self.target}"


def target_of(text: str) -> Target:
    """Return what ``attributes.base_price:number`` and the like mean.

    Raises:
        PortfolioFileError: It is no target.
    """
    name, *options = (part.strip() for part in text.split(":"))
    type_: CellType | None = None
    decimal: Decimal | None = None
    for option in options:
        if option in {*CellType} and type_ is None:
            type_ = CellType(option)
        elif option in {*Decimal} and decimal is None:
            decimal = Decimal(option)
        else:
            raise _invalid(
                f"{one_line(option) or 'nothing'} is no type; there are "
                f"{', '.join((*CellType, *Decimal))}"
            )
    section, _, member = name.partition(".")
    is_attribute = section == ATTRIBUTES and bool(member)
    if not is_attribute and name not in _NAMED:
        alike = difflib.get_close_matches(name, _NAMED, 1)
        meant = f"did you mean {alike[0]}? " if alike else ""
        raise _invalid(
            f"{cut(one_line(name), _LONGEST_NAME) or 'nothing'} is no field of a listing; {meant}"
            f"Further fields are {ATTRIBUTES}.NAME, and {SKIP} leaves a column out"
        )
    if not is_attribute and type_ is not None:
        raise _invalid(f"{name} has a type of its own; only {ATTRIBUTES}.NAME can have another")
    return Target(name, type_, decimal)


def assignment_of(text: str, columns: Sequence[str]) -> Assignment:
    """Return what ``Street+City=address`` means.

    Args:
        text: An argument of ``--map``.
        columns: The names of the columns of the sheet.

    Raises:
        PortfolioFileError: It names no target, or a column that the sheet does not have.
    """
    names, equals, target = text.rpartition("=")
    if not equals or not names.strip():
        raise _invalid(f"{cut(one_line(text), _LONGEST_NAME)} is not COLUMN=field")
    return Assignment(columns_named(names, columns), target_of(target.strip()))


def columns_named(names: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a name, or several with + between them, stand for.

    Raises:
        PortfolioFileError: The sheet does not have one, or has several of this name.
    """
    whole = _matching(names, columns)
    if len(whole) == 1:
        return (whole[0],)
    return tuple(_column(name, columns) for name in names.split("+"))


def _column(name: str, columns: Sequence[str]) -> str:
    found = _matching(name, columns)
    if len(found) == 1:
        return found[0]
    shown = cut(one_line(name), _LONGEST_NAME)
    if found:
        raise PortfolioFileError(
            f"--map, --key: there are several columns {shown}: {_listed(found)}",
            code=MessageCode.UNKNOWN_COLUMN,
        )
    alike = difflib.get_close_matches(name.strip(), columns, 1)
    meant = f"did you mean {one_line(alike[0])}?" if alike else f"there are {_listed(columns)}"
    raise PortfolioFileError(
        f"--map, --key: there is no column {shown}; {meant}", code=MessageCode.UNKNOWN_COLUMN
    )


def _matching(name: str, columns: Sequence[str]) -> list[str]:
    exact = [column for column in columns if column == name.strip()]
    return exact or [column for column in columns if plain(column) == plain(name)]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(cut(one_line(column), _LONGEST_NAME) for column in columns[:20])


def _invalid(reason: str) -> PortfolioFileError:
    return PortfolioFileError(f"--map: {reason}", code=MessageCode.INVALID_MAPPING)
