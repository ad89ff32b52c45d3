"""Objects that a server keeps although somebody deleted or archived them. All is assumed."""

from __future__ import annotations

from pulumi_setsmart.lifecycle.kind import STATUS
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.models.json import JsonObject

_TIMES = ("deleted_at", "deletedAt", "archived_at", "archivedAt", "trashed_at", "removed_at")
_FLAGS = ("deleted", "is_deleted", "isDeleted", "archived", "is_archived", "isArchived")
_STATUSES = ("deleted", "archived", "removed", "trashed")


def soft_deletion_of(fields: JsonObject) -> str | None:
    """Return what of an object says that it was deleted or archived, or None if nothing does.

    Args:
        fields: The fields of the object by their API names.

    Returns:
        A name and perhaps a word: ``deleted_at is set``, ``status archived``.
    """
    status = fields.get(STATUS)
    if folded(status) in _STATUSES:
        return f"{STATUS} {folded(status)}"
    for name in _FLAGS:
        if fields.get(name) is True:
            return f"{name} is true"
    return next((f"{name} is set" for name in _TIMES if fields.get(name)), None)
