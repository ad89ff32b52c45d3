"""Stores events before they are acknowledged, and processes each of them once."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pulumi_setsmart.webhooks import WebhookEvent

_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY,
    type TEXT,
    timestamp TEXT,
    data TEXT NOT NULL,
    received_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    failures INTEGER NOT NULL DEFAULT 0,
    processed_at TEXT
);
CREATE INDEX IF NOT EXISTS waiting ON events (failures) WHERE processed_at IS NULL;
"""


class Inbox:
    """Events by id, in a file. The verifier uses `id in inbox` to detect replays.

    Args:
        path: The file, which is created if it does not exist.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        with self._transaction() as transaction:
            transaction.executescript(_TABLES)

    def __contains__(self, event_id: object) -> bool:
        with self._transaction() as transaction:
            found = transaction.execute("SELECT 1 FROM events WHERE id = ?", (event_id,))
            return found.fetchone() is not None

    def add(self, event: WebhookEvent) -> None:
        """Store an event. An event that arrives twice at the same time is stored once."""
        moment = event.timestamp.isoformat() if event.timestamp else None
        with self._transaction() as transaction:
            transaction.execute(
                "INSERT OR IGNORE INTO events (id, type, timestamp, data) VALUES (?, ?, ?, ?)",
                (event.id, event.type, moment, json.dumps(event.data)),
            )

    def process_next(self, work: Callable[[sqlite3.Connection, WebhookEvent], None]) -> bool:
        """Process the next event with `work`; return whether there was one.

        The changes of `work` in this database and the note that it is done are one transaction, so
        the process may be killed at any time. What `work` does elsewhere may happen twice.
        """
        with self._transaction() as transaction:
            # Locks at once, so that two workers never get the same event.
            transaction.execute("BEGIN IMMEDIATE")
            row = transaction.execute(
                "SELECT id, type, timestamp, data FROM events WHERE processed_at IS NULL"
                " ORDER BY failures, rowid LIMIT 1"
            ).fetchone()
            if row is None:
                return False
            event = _event(*row)
            try:
                transaction.execute("SAVEPOINT work")
                work(transaction, event)
            except Exception:
                transaction.execute("ROLLBACK TO work")
                transaction.execute(
                    "UPDATE events SET failures = failures + 1 WHERE id = ?", (event.id,)
                )
                transaction.commit()
                raise
            transaction.execute(
                "UPDATE events SET processed_at = CURRENT_TIMESTAMP WHERE id = ?", (event.id,)
            )
        return True

    def forget(self, days: int) -> None:
        """Delete events that were processed so many days ago; no sender retries for longer."""
        with self._transaction() as transaction:
            transaction.execute(
                "DELETE FROM events WHERE processed_at < datetime('now', ?)", (f"-{days} days",)
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # A new connection each time, because requests and worker run in different threads.
        connection = sqlite3.connect(self._path)
        try:
            with connection:
                yield connection
        finally:
            connection.close()


def _event(event_id: str, event_type: str | None, moment: str | None, data: str) -> WebhookEvent:
    timestamp = datetime.fromisoformat(moment) if moment else None
    return WebhookEvent(event_id, event_type, timestamp, json.loads(data))
