"""Which fields of what exists become declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pulumi_setsmart.lifecycle.kind import Kind

Scope: TypeAlias = Callable[[Kind, str], bool]
"""Tells whether a field of an object of a kind is to be declared; required ones always are."""

EVERY_FIELD = "all"
"""Stands for every field that an object has."""


def every_field(_kind: Kind, _name: str) -> bool:
    """Declare all that an object has."""
    return True


def known_fields(kind: Kind, name: str) -> bool:
    """Declare the fields that are known by name: for listings, the documented ones."""
    return name in kind.field_names


def named_fields(names: frozenset[str]) -> Scope:
    """Return the scope that these names stand for: fields by their API names, or `EVERY_FIELD`."""
    return every_field if EVERY_FIELD in names else lambda _kind, name: name in names
