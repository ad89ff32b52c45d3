"""The deliveries that were and those that are to come; they survive a restart."""

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from sqlite3 import Connection

from pulumi_setsmart.sandbox.database import Database
from pulumi_setsmart.sandbox.deliveries.delivery import Attempt, AttemptContent, Delivery, State
from pulumi_setsmart.sandbox.json import JsonObject

_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS deliveries (
        number INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        subscription TEXT NOT NULL,
        payload TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        due_at REAL NOT NULL
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS pending_deliveries
        ON deliveries (subscription, due_at) WHERE state = 'pending'
    """,
    """
    CREATE INDEX IF NOT EXISTS deliveries_of_subscriptions ON deliveries (subscription)
    """,
    """
    CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (subscription, state)
    """,
    """
    CREATE TABLE IF NOT EXISTS attempts (
        delivery INTEGER NOT NULL REFERENCES deliveries,
        at REAL NOT NULL,
        url TEXT NOT NULL,
        status INTEGER,
        problem TEXT,
        seconds REAL NOT NULL
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS attempts_of_deliveries ON attempts (delivery)
    """,
    """
    CREATE TABLE IF NOT EXISTS attempt_contents (
        attempt INTEGER PRIMARY KEY,
        headers TEXT NOT NULL,
        response_headers TEXT NOT NULL,
        response_body BLOB
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS replaced_secrets (
        subscription TEXT NOT NULL,
        secret TEXT NOT NULL,
        replaced_at REAL NOT NULL
    )
    """,
)
_UNFINISHED = -1.0
"""Stands for the seconds of an attempt that is under way, or was cut off."""
_CUT_OFF = "the sandbox ended, or could not write down what came of it"
_COLUMNS = "number, event_id, type, subscription, payload, state, reason"


class DeliveryLog:
    """Deliveries, in the sandbox's database. Safe to use from several threads.

    Args:
        database: The database.
        clock: The time in seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._wake: Callable[[], None] | None = None
        database.create(_TABLES)

    def deliveries(self, subscription: str | None = None) -> list[Delivery]:
        """Return all deliveries, or those to the subscription with an id, in order."""
        if subscription is None:
            return self._found("true", ())
        return self._found("subscription = ?", (subscription,))

    def latest(self, subscription: str, limit: int, offset: int = 0) -> list[Delivery]:
        """Return the latest deliveries to a subscription, the newest first.

        Args:
            subscription: The id of the subscription.
            limit: How many to return at most.
            offset: How many of the newest to leave out.
        """
        return self._found(
            "subscription = ?", (subscription,), order="number DESC", limit=limit, offset=offset
        )

    def get(self, subscription: str, number: str) -> Delivery | None:
        """Return the delivery to a subscription that has a number, written in digits, or None."""
        # Compared as texts: a text of digits may be longer than any number that SQLite reads.
        condition = "number = CAST(? AS INTEGER) AND subscription = ? AND CAST(number AS TEXT) = ?"
        found = self._found(condition, (number, subscription, number))
        return next(iter(found), None)

    def counts(self) -> dict[str, dict[State, int]]:
        """Return how many deliveries to each subscription are in each state."""
        counts: dict[str, dict[State, int]] = {}
        rows = self._database.rows(
            "SELECT subscription, state, count(*) FROM deliveries GROUP BY subscription, state"
        )
        for subscription, state, count in rows:
            counts.setdefault(subscription, {})[state] = count
        return counts

    def pending(self) -> int:
        """Return how many deliveries are still on their way."""
        [[count]] = self._database.rows("SELECT count(*) FROM deliveries WHERE state = 'pending'")
        return int(count)

    def redeliver(self, number: int) -> None:
        """Send a delivery once more, whatever became of it."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE deliveries SET state = 'pending', reason = NULL, due_at = ?"
                " WHERE number = ?",
                (self._clock(), number),
            )
        self.wake()

    def add(
        self,
        transaction: Connection,
        event_type: str,
        objects: Sequence[JsonObject],
        subscriptions: Sequence[str],
    ) -> None:
        """Add what has happened to objects, in the very transaction in which it happens.

        Args:
            transaction: The transaction.
            event_type: What happened.
            objects: What it happened to: an event for each.
            subscriptions: The ids of the subscriptions that want to know.
        """
        now = self._clock()
        # To the microsecond: a receiver puts events in order by it.
        timestamp = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds")
        for changed in objects:
            event_id = f"msg_{uuid.uuid4().hex}"
            event = {"type": event_type, "timestamp": timestamp, "data": changed}
            payload = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            transaction.executemany(
                "INSERT INTO deliveries (event_id, type, subscription, payload, state, due_at)"
                " VALUES (?, ?, ?, ?, 'pending', ?)",
                [(event_id, event_type, each, payload, now) for each in subscriptions],
            )

    def on_addition(self, wake: Callable[[], None] | None) -> None:
        """Set whom to tell, from any thread, that there is something to send."""
        self._wake = wake

    def wake(self) -> None:
        """Tell that there is something to send."""
        if self._wake is not None:
            self._wake()

    def due_times(self) -> dict[str, float]:
        """Return when the next delivery to each subscription is due, in seconds since 1970."""
        return dict(
            self._database.rows(
                "SELECT subscription, min(due_at) FROM deliveries WHERE state = 'pending'"
                " GROUP BY subscription"
            )
        )

    def due(self, subscription: str, now: float, limit: int) -> list[Delivery]:
        """Return the deliveries to a subscription that are due, the one due first first."""
        return self._found(
            "state = 'pending' AND subscription = ? AND due_at <= ?",
            (subscription, now),
            order="due_at, number",
            limit=limit,
        )

    def begin(self, delivery: Delivery, at: float, url: str) -> int:
        """Write down that an attempt begins, and return its place.

        Its row takes up the space that it will need, so that nothing is sent of which could not be
        written down that it was sent. Until the attempt is finished nobody sees it.
        """
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM attempts WHERE delivery = ? AND seconds < 0", (delivery.number,)
            )
            begun = transaction.execute(
                "INSERT INTO attempts VALUES (?, ?, ?, 0, ?, ?)",
                (delivery.number, at, url, _CUT_OFF, _UNFINISHED),
            )
            return int(begun.lastrowid or 0)

    def finish(self, place: int, attempt: Attempt) -> None:
        """Write down what came of the attempt that began at a place."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE attempts SET status = ?, problem = ?, seconds = ? WHERE rowid = ?",
                (attempt.status, attempt.error, attempt.seconds, place),
            )

    def keep(self, place: int, content: AttemptContent) -> None:
        """Keep what went out and came back in the attempt that began at a place."""
        texts = [json.dumps(headers) for headers in (content.headers, content.response_headers)]
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT OR REPLACE INTO attempt_contents VALUES (?, ?, ?, ?)",
                (place, *texts, content.response_body),
            )

    def contents(self, number: int) -> list[AttemptContent | None]:
        """Return what went out and came back in each attempt of a delivery, or None."""
        rows = self._database.rows(
            "SELECT headers, response_headers, response_body, attempt FROM attempts"
            " LEFT JOIN attempt_contents ON attempt = attempts.rowid"
            " WHERE delivery = ? AND seconds >= 0 ORDER BY attempts.rowid",
            (number,),
        )
        return [
            None if attempt is None else AttemptContent(_pairs(sent), _pairs(received), body)
            for sent, received, body, attempt in rows
        ]

    def settle(self, delivery: Delivery, state: State, reason: str | None = None) -> None:
        """Write down what became of a delivery."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE deliveries SET state = ?, reason = ? WHERE number = ?",
                (state, reason, delivery.number),
            )

    def postpone(self, delivery: Delivery, due_at: float) -> None:
        """Send a delivery again at a later time."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE deliveries SET due_at = ? WHERE number = ?", (due_at, delivery.number)
            )

    def replace_secret(self, transaction: Connection, subscription: str, secret: str) -> None:
        """Remember the secret that a subscription had until now."""
        transaction.execute(
            "INSERT INTO replaced_secrets VALUES (?, ?, ?)", (subscription, secret, self._clock())
        )

    def replaced_secrets(self, subscription: str, since: float) -> list[str]:
        """Return the secrets of a subscription that others took over from, the newest first.

        Args:
            subscription: The id of the subscription.
            since: How old they are at most, as a time in seconds since 1970.
        """
        rows = self._database.rows(
            "SELECT secret FROM replaced_secrets WHERE subscription = ? AND replaced_at > ?"
            " ORDER BY replaced_at DESC",
            (subscription, since),
        )
        return [secret for (secret,) in rows]

    def _found(
        self,
        condition: str,
        values: Sequence[object],
        order: str = "number",
        limit: int = -1,
        offset: int = 0,
    ) -> list[Delivery]:
        rows: list[tuple[int, str, str, str, str, State, str | None]] = self._database.rows(
            f"SELECT {_COLUMNS} FROM deliveries WHERE {condition} ORDER BY {order}"  # noqa: S608 - texts of this module
            " LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        attempts = self._attempts([number for number, *_ in rows])
        return [Delivery(*row, attempts=tuple(attempts.get(row[0], ()))) for row in rows]

    def _attempts(self, numbers: Sequence[int]) -> dict[int, list[Attempt]]:
        """Return the attempts of the deliveries with these numbers."""
        attempts: dict[int, list[Attempt]] = {}
        rows = self._database.rows(
            "SELECT delivery, at, url, status, problem, seconds FROM attempts"
            " WHERE delivery IN (SELECT value FROM json_each(?)) AND seconds >= 0"
            " ORDER BY attempts.rowid",
            (json.dumps(numbers),),
        )
        for number, *row in rows:
            attempts.setdefault(number, []).append(Attempt(*row))
        return attempts


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))
