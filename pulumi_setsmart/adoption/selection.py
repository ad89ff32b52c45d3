"""Which part of an account a stack adopts, where several stacks share it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from attrs import frozen

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import ConfigurationError, PortfolioFileError
from pulumi_setsmart.files.regular_file import utf8_text_of
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.models.json import Json, digits
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.sections import SECTIONS

_CONDITION = re.compile(r"\s*(?P<field>[^~=\s][^~=]*?)\s*(?P<operator>[~=])(?P<text>.+)", re.DOTALL)
_LARGEST = 8 * 1024 * 1024
_LONGEST_NAME = 200


@frozen
class Condition:
    """What a field of an object has to be.

    Attributes:
        field: Its API name.
        text: The value as text, or a part of it.
        is_part: Whether the value may contain the text, in any case; else it has to be the text.
    """

    field: str
    text: str
    is_part: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the condition that ``FIELD~TEXT`` or ``FIELD=TEXT`` stands for.

        Raises:
            ValueError: It is neither.
        """
        found = _CONDITION.fullmatch(text)
        if found is None:
            shown = quoted(text, _LONGEST_NAME) or '""'
            raise ValueError(f"{shown} is neither FIELD~TEXT nor FIELD=TEXT")
        return cls(found["field"], found["text"], found["operator"] == "~")

    def holds(self, found: AccountObject) -> bool:
        """Return whether the field of an object is that, or an element of it."""
        texts = _texts(found.record.fields.get(self.field))
        if self.is_part:
            return any(str(folded(self.text)) in str(folded(text)) for text in texts)
        return self.text in texts


@frozen
class Selection:
    """Which objects of an account are adopted; all if nothing is said.

    Attributes:
        conditions: What all have to hold.
        ids: The ids, or None for any.
    """

    conditions: Sequence[Condition] = ()
    ids: frozenset[str] | None = None

    @property
    def is_partial(self) -> bool:
        """Whether it leaves out anything."""
        return bool(self.conditions) or self.ids is not None

    def includes(self, found: AccountObject) -> bool:
        """Return whether an object is adopted."""
        return (self.ids is None or found.record.id in self.ids) and all(
            condition.holds(found) for condition in self.conditions
        )

    def check(self, inventory: Inventory) -> None:
        """Make sure that what it names is in an account.

        Raises:
            ConfigurationError: A field is unknown, or no object is selected.
            PortfolioFileError: There is no object with one of the ids.
        """
        objects = inventory.objects
        require_known_fields(self.conditions, objects, "--only")
        missing = sorted((self.ids or frozenset()) - {found.record.id for found in objects})
        if missing:
            more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
            raise PortfolioFileError(
                f"--only-ids: there is no {missing[0]}{more} in this account "
                f"({inventory.base_url})",
                code=MessageCode.NOTHING_SELECTED,
            )
        if self.is_partial and not any(map(self.includes, objects)):
            raise ConfigurationError(
                f"--only selects none of the {len(objects)} objects in this account "
                f"({inventory.base_url})",
                code=MessageCode.NOTHING_SELECTED,
            )


def require_known_fields(
    conditions: Iterable[Condition], objects: Iterable[AccountObject], option: str
) -> None:
    """Make sure that conditions name fields that there are: a misspelled one would select nothing.

    Args:
        conditions: The conditions.
        objects: The objects from which they select.
        option: The option of the command line that has the conditions.

    Raises:
        ConfigurationError: A field is unknown.
    """
    fields = {field.name for kind in SECTIONS.values() for field in kind.fields}
    fields.update(name for found in objects for name in found.record.fields)
    for condition in conditions:
        if condition.field not in fields:
            alike = difflib.get_close_matches(condition.field, fields, 1)
            meant = f"; did you mean {quoted(alike[0], _LONGEST_NAME)}?" if alike else ""
            raise ConfigurationError(
                f"{option}: no object has a field {condition.field}{meant}",
                code=MessageCode.UNKNOWN_FIELD,
            )


def read_ids(path: Path) -> frozenset[str]:
    """Return the ids in a file: one in a line, beside blank lines and comments after ``#``.

    Raises:
        PortfolioFileError: It cannot be read.
    """
    lines = (line.partition("#")[0].strip() for line in utf8_text_of(path, _LARGEST).splitlines())
    return frozenset(filter(None, lines))


def _texts(value: Json) -> Iterator[str]:
    match value:
        case None:
            return
        case bool():
            yield str(value).lower()
        case str():
            yield value
        case int() | float():
            yield digits(value) or str(value)
        case list():
            for element in value:
                yield from _texts(element)
