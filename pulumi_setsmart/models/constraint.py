"""What a field of the API, or another input of a resource, may hold.

The reasons never repeat the value: it may be a secret, and the user sees it in the program anyway.
"""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import urlsplit

from attrs import frozen

from pulumi_setsmart.models.cell import CellFormat, JsonCell, NumberCell, StringCell
from pulumi_setsmart.models.json import Json, type_name

_NOT_IN_A_PATH = re.compile(r"[?#%\\\s]")
_ACCOUNT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_EVENT_NAME = re.compile(r"(\*|[a-z0-9_]+(\.[a-z0-9_]+)+)")


class Constraint(Protocol):
    """What values an input allows."""

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, as the end of a sentence, or None if it is."""

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""


class FieldConstraint(Constraint, CellFormat, Protocol):
    """What values a field of the API allows, and how a spreadsheet holds them."""

    @property
    def rule(self) -> str:
        """What is allowed, in a sentence for the documentation; empty if the type says it all."""


@frozen
class String(StringCell):
    """A string with at least one visible character, unless it may be blank."""

    blank: bool = False

    @property
    def rule(self) -> str:
        """What is allowed, in a sentence."""
        return "" if self.blank else "Must not be blank."

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if not isinstance(value, str):
            return f"must be a string, not {type_name(value)}"
        if not (self.blank or value.strip()):
            return "must not be blank"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "string"} if self.blank else {"type": "string", "pattern": r"\S"}


@frozen
class Identifier:
    """An id that the API gave: a string, or a whole number."""

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if isinstance(value, int) and not isinstance(value, bool):
            return None
        return String().violation(value)

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": ["string", "integer"], "pattern": r"\S"}


@frozen
class WholeNumber(NumberCell):
    """An integer of at least ``minimum``."""

    minimum: int

    @property
    def rule(self) -> str:
        """What is allowed, in a sentence."""
        return f"{self.minimum} or more."

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if isinstance(value, bool) or not isinstance(value, int):
            return f"must be a whole number, not {type_name(value)}"
        if value < self.minimum:
            return f"must be at least {self.minimum}"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "integer", "minimum": self.minimum}


@frozen
class RealNumber(NumberCell):
    """A number of at least ``minimum``; half bathrooms exist."""

    minimum: int

    @property
    def rule(self) -> str:
        """What is allowed, in a sentence."""
        return f"{self.minimum} or more; fractions are allowed."

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"must be a number, not {type_name(value)}"
        if value < self.minimum:
            return f"must be at least {self.minimum}"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "number", "minimum": self.minimum}


@frozen
class WebUrl(StringCell):
    """An absolute http or https address."""

    @property
    def rule(self) -> str:
        """What is allowed, in a sentence."""
        return "Begins with https:// or http://."

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if not isinstance(value, str):
            return f"must be a string, not {type_name(value)}"
        try:
            parts = urlsplit(value)
        except ValueError:
            return "must be a web address"
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "must be a web address that begins with https:// or http://"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/]"}


@frozen
class EventNames(JsonCell):
    """A list of event names such as ``property.updated``: any ``noun.verb``, or ``*`` for all."""

    @property
    def rule(self) -> str:
        """What is allowed, in a sentence."""
        return "At least one."

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if not isinstance(value, list):
            return f"must be a list of event names, not {type_name(value)}"
        if not value:
            return "must name at least one event"
        for index, event in enumerate(value):
            if not isinstance(event, str) or not _EVENT_NAME.fullmatch(event):
                return f"must hold event names like property.updated or * (look at element {index})"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": f"^{_EVENT_NAME.pattern}$"},
        }


@frozen
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        return None if value in self.words else f"must be one of {', '.join(self.words)}"

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"enum": [*self.words]}


@frozen
class FieldNames:
    """A list of names of fields."""

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            return "must be a list of field names"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "array", "items": {"type": "string", "minLength": 1}}


@frozen
class AccountName:
    """The name under which an account is configured, such as ``eu`` or ``us-east``."""

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if not isinstance(value, str) or not _ACCOUNT_NAME.fullmatch(value):
            return "must be a name of letters, digits, - and _ that begins with a letter"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "string", "pattern": f"^{_ACCOUNT_NAME.pattern}$"}


@frozen
class CollectionPath:
    """The path of a collection below the base URL; it may have a slash at its end."""

    def violation(self, value: Json) -> str | None:
        """Return why ``value`` is not allowed, or None."""
        if not isinstance(value, str):
            return f"must be a string, not {type_name(value)}"
        if not value.startswith("/"):
            return "must begin with a slash, like /pricing-rules"
        if _NOT_IN_A_PATH.search(value) or not value.isprintable():
            return "must be a plain path, like /pricing-rules"
        if any(segment in ("", ".", "..") for segment in value[1:].removesuffix("/").split("/")):
            return "must not have empty, . or .. segments"
        return None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is allowed."""
        return {"type": "string", "pattern": "^/"}
