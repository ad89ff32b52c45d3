"""What the status of a listing says: whether it can be booked."""

from __future__ import annotations

from typing import Final

from pulumi_setsmart.lifecycle.kind import STATUS
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.models.json import JsonObject

ACTIVE: Final = "active"
"""It can be booked (documented)."""

INACTIVE: Final = "inactive"
"""It cannot be booked (assumed)."""


def is_open(fields: JsonObject) -> bool:
    """Return whether an object is active, or has no status at all."""
    return folded(fields.get(STATUS)) in (None, ACTIVE)
