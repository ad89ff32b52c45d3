"""Processes events: keeps a copy of all listings."""

import json
import sqlite3
from datetime import UTC

from pulumi_setsmart.webhooks import WebhookEvent

_TABLE = """
CREATE TABLE IF NOT EXISTS listings (
    id TEXT PRIMARY KEY,
    fields TEXT,
    changed_at TEXT NOT NULL,
    events INTEGER NOT NULL
)
"""


def keep_copy(database: sqlite3.Connection, event: WebhookEvent) -> None:
    """Update the copy of a listing from an event, unless a later event was processed before.

    Events can arrive in any order. A deleted listing keeps its row, without fields, so that an
    earlier update cannot bring it back.
    """
    if event.type is None or event.timestamp is None or not event.type.startswith("property."):
        return
    database.execute(_TABLE)
    fields = None if event.type == "property.deleted" else json.dumps(event.data)
    database.execute(
        "INSERT INTO listings VALUES (:id, :fields, :changed_at, 1) ON CONFLICT (id) DO UPDATE SET"
        " fields = iif(:changed_at >= changed_at, :fields, fields),"
        " changed_at = max(:changed_at, changed_at),"
        " events = events + 1",
        {
            "id": event.data["id"],
            "fields": fields,
            "changed_at": event.timestamp.astimezone(UTC).isoformat(timespec="microseconds"),
        },
    )
