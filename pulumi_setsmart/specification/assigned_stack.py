"""The stack that an entry belongs to, where several stacks share an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulumi_setsmart.lifecycle.check import is_name
from pulumi_setsmart.models.json import Json

STACK: Final = "stack"
"""The member of an entry that names it."""

DESCRIPTION = (
    "The stack that manages the object, where several stacks share an account. "
    "`load_portfolio(…, stack=…)` loads the entries of one stack."
)

SCHEMA: Mapping[str, Json] = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": "null"}]}


def is_stack_name(value: Json) -> bool:
    """Return whether an entry may have a value as its stack; with None it names none."""
    return value is None or is_name(value)


def is_shared(entries: Mapping[str, Mapping[str, Mapping[str, Json]]]) -> bool:
    """Return whether entries, by section and key, name the stacks that share them."""
    return any(STACK in entry for members in entries.values() for entry in members.values())
