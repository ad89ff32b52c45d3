"""Two values that JSON lacks: "not known yet", and "null" where null itself cannot travel."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Clear(StrEnum):
    """The type of `CLEAR`."""

    CLEAR = "setsmart:null"


CLEAR: Final = Clear.CLEAR
"""Sets a field to null.

None means "not declared" to Pulumi and never reaches a provider, so null needs a value of its own.
In a preview it shows as ``setsmart:null``.
"""


class Unknown(StrEnum):
    """The type of `UNKNOWN`: a text, so that it may stand wherever JSON may."""

    UNKNOWN = "setsmart:unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands for a value that a preview cannot know, such as an output of a resource to be created."""


def holds_unknown(value: object) -> bool:
    """Return whether ``value`` is `UNKNOWN` or has it anywhere inside."""
    match value:
        case dict():
            return any(holds_unknown(member) for member in value.values())
        case list():
            return any(holds_unknown(element) for element in value)
    return value is UNKNOWN
