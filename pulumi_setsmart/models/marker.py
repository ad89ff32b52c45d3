"""Two values that JSON lacks: "not known yet", and "null" where null itself cannot travel."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Clear(StrEnum):
    """The type of `CLEAR`."""

    CLEAR = "null (none)"


CLEAR: Final = Clear.CLEAR
"""Sets a field to null.

None means "not declared" to Pulumi and never reaches a provider, so null needs a value of its own.
A preview shows it as ``"null (none)"``. The outputs of a resource show None.
"""

FORMER_CLEAR: Final = "setsmart:null"
"""The former value of `CLEAR`. States and import files still hold it, so it stays readable."""


_NULLS: Final = frozenset({CLEAR.value, FORMER_CLEAR})


def stands_for_null(value: object) -> bool:
    """Return whether ``value`` is `CLEAR`, in its current form or its former one."""
    return isinstance(value, str) and value in _NULLS


class Unknown(StrEnum):
    """The type of `UNKNOWN`: a string, so that it may be wherever JSON may."""

    UNKNOWN = "setsmart:unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands for a value that a preview cannot know, such as an output of a resource to be created."""


class TooDeep(StrEnum):
    """The type of `TOO_DEEP`: a string, so that it may be wherever JSON may."""

    TOO_DEEP = "(nested too deeply)"


TOO_DEEP: Final = TooDeep.TOO_DEEP
"""Stands for what a server has that is nested more deeply than a value may be.

It is shown in the place of the value, and never sent.
"""


def holds_unknown(value: object) -> bool:
    """Return whether ``value`` is `UNKNOWN` or has it anywhere inside."""
    match value:
        case dict():
            return any(holds_unknown(member) for member in value.values())
        case list():
            return any(holds_unknown(element) for element in value)
    return value is UNKNOWN
