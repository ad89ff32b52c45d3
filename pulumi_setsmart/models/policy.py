"""What to do in the two moments that cost a listing: when it exists already, and when it goes."""

from __future__ import annotations

from enum import StrEnum


class IfExists(StrEnum):
    """What a create does where an object with the same identity exists already."""

    ERROR = "error"
    ADOPT = "adopt"
    CREATE = "create"


class DeletionPolicy(StrEnum):
    """What becomes of an object that is no longer declared."""

    DELETE = "delete"
    DEACTIVATE = "deactivate"
