"""What the sandbox holds: one SQLite table for all collections."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from types import TracebackType
from typing import Self

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.contract import COLLECTIONS, WEBHOOKS
from pulumi_setsmart.sandbox.database import Database
from pulumi_setsmart.sandbox.deliveries.delivery_log import DeliveryLog
from pulumi_setsmart.sandbox.deliveries.subscription import wants
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.search import NOT_INDEXED, TABLES, FieldIndex, Matches, Search

SERVER_FIELDS = frozenset({"id", "created_at", "updated_at"})
"""The fields that the server alone sets."""
_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS objects (
        collection TEXT NOT NULL,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (collection, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS sequences (
        collection TEXT PRIMARY KEY,
        last_number INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)
_ONE = "SELECT body FROM objects WHERE collection = ? AND number = ?"


class NoSuchObjectError(KeyError):
    """The collection holds no object with this id."""


class Storage:
    """Objects by collection and id, in memory or in a file. Safe to use from several threads.

    It checks nothing, so a test can put into it whatever the real system could hold. Only
    ``id``, ``created_at`` and ``updated_at`` are its own: it ignores them in what it is given.
    Each change of a listing is delivered to the subscriptions that ask for it.

    Args:
        path: A file, which is made if need be, or ``:memory:``.
        clock: The time in seconds since 1970, for ``created_at`` and ``updated_at``.

    Attributes:
        deliveries: What was and is to be sent to webhook subscriptions.

    Raises:
        sqlite3.Error: If the file cannot be opened or is not a sandbox's.
    """

    def __init__(
        self, path: str | Path = ":memory:", *, clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._database = Database(path)
        self._index = FieldIndex(self._database)
        with self._database.preparation() as connection:
            for table in (*_TABLES, *TABLES):
                connection.execute(table)
            for collection in COLLECTIONS:
                rows = connection.execute(NOT_INDEXED, (collection.path,)).fetchall()
                self._index.add(connection, collection, (_object(collection, *row) for row in rows))
        self.deliveries = DeliveryLog(self._database, clock)

    def close(self) -> None:
        """Close the database; nothing can be asked of it afterwards."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the storage, which is closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the database."""
        self.close()

    @property
    def path(self) -> Path:
        """Its file, if it is shareable."""
        return Path(self._database.path)

    @property
    def is_shareable(self) -> bool:
        """Whether other processes can use it too."""
        return self._database.is_shareable

    def is_unused(self) -> bool:
        """Return whether nothing was ever inserted."""
        return not self._database.rows("SELECT 1 FROM sequences")

    def matches(self, collection: ApiCollection, search: Search) -> Matches:
        """Return which objects of a collection a search finds."""
        return self._index.matches(collection, search)

    def numbered(self, collection: ApiCollection, numbers: Sequence[int]) -> list[JsonObject]:
        """Return the objects with these numbers, as far as they are still there, in their order."""
        rows = self._database.rows(
            "SELECT number, body FROM objects WHERE collection = ?"
            " AND number IN (SELECT value FROM json_each(?))",
            (collection.path, json.dumps(numbers)),
        )
        bodies = dict(rows)
        return [
            _object(collection, number, bodies[number]) for number in numbers if number in bodies
        ]

    def objects(
        self, collection: ApiCollection, *, offset: int = 0, limit: int | None = None
    ) -> list[JsonObject]:
        """Return the objects of a collection in the order of their creation.

        Args:
            collection: The collection.
            offset: How many to leave out at the beginning.
            limit: How many to return at most, or None for all.
        """
        rows = self._database.rows(
            "SELECT number, body FROM objects WHERE collection = ? ORDER BY number"
            " LIMIT ? OFFSET ?",
            (collection.path, -1 if limit is None else limit, offset),
        )
        return [_object(collection, number, body) for number, body in rows]

    def get(self, collection: ApiCollection, object_id: str) -> JsonObject:
        """Return one object.

        Raises:
            NoSuchObjectError: If there is none with this id.
        """
        rows = self._database.rows(_ONE, _place(collection, object_id))
        return _found(rows, collection, object_id)

    def existing(self, collection: ApiCollection, ids: Iterable[str]) -> set[str]:
        """Return those of the ids under which there is an object."""
        numbers = {collection.number(each) for each in ids} - {None}
        rows = self._database.rows(
            "SELECT number FROM objects WHERE collection = ?"
            " AND number IN (SELECT value FROM json_each(?))",
            (collection.path, json.dumps([*numbers])),
        )
        return {collection.object_id(number) for (number,) in rows}

    def insert(self, collection: ApiCollection, body: Mapping[str, Json]) -> JsonObject:
        """Add an object and return it with its id. Ids are sequential and never used again."""
        [inserted] = self.insert_all(collection, [body])
        return inserted

    def insert_all(
        self, collection: ApiCollection, bodies: Iterable[Mapping[str, Json]]
    ) -> list[JsonObject]:
        """Add several objects, all or none, and return them with their ids."""
        now = self._now()
        texts = [_stored_json(body, created_at=now, updated_at=now) for body in bodies]
        with self._database.transaction() as transaction:
            [[last]] = transaction.execute(
                "INSERT INTO sequences VALUES (?, ?) ON CONFLICT (collection)"
                " DO UPDATE SET last_number = last_number + excluded.last_number"
                " RETURNING last_number",
                (collection.path, len(texts)),
            ).fetchall()
            numbered = list(enumerate(texts, last - len(texts) + 1))
            transaction.executemany(
                "INSERT INTO objects VALUES (?, ?, ?)",
                [(collection.path, number, text) for number, text in numbered],
            )
            inserted = [_object(collection, number, text) for number, text in numbered]
            self._index.add(transaction, collection, inserted)
            self._add_events(transaction, collection, "created", inserted)
        self.deliveries.wake()
        return inserted

    def replace(
        self, collection: ApiCollection, object_id: str, body: Mapping[str, Json]
    ) -> JsonObject:
        """Put other fields in the place of all that an object had; return what is now stored.

        Its id and ``created_at`` stay as they are, ``updated_at`` is set to now.

        Raises:
            NoSuchObjectError: If there is none with this id.
        """
        with self._database.transaction() as transaction:
            before = _found(
                transaction.execute(_ONE, _place(collection, object_id)), collection, object_id
            )
            text = _stored_json(body, created_at=before["created_at"], updated_at=self._now())
            number = collection.number(object_id)
            transaction.execute(
                "UPDATE objects SET body = ? WHERE collection = ? AND number = ?",
                (text, collection.path, number),
            )
            after = _found(
                transaction.execute(_ONE, _place(collection, object_id)), collection, object_id
            )
            self._index.remove(transaction, collection, before)
            self._index.add(transaction, collection, [after])
            if collection.path == WEBHOOKS.path:
                self._keep_replaced_secret(transaction, before, after)
            elif after | {"updated_at": before["updated_at"]} != before:
                self._add_events(transaction, collection, "updated", [after])
        self.deliveries.wake()
        return after

    def delete(self, collection: ApiCollection, object_id: str) -> None:
        """Take an object away.

        Raises:
            NoSuchObjectError: If there is none with this id.
        """
        with self._database.transaction() as transaction:
            deleted = _found(
                transaction.execute(_ONE, _place(collection, object_id)), collection, object_id
            )
            transaction.execute(
                "DELETE FROM objects WHERE collection = ? AND number = ?",
                (collection.path, collection.number(object_id)),
            )
            self._index.remove(transaction, collection, deleted)
            self._add_events(transaction, collection, "deleted", [deleted])
        self.deliveries.wake()

    def _add_events(
        self,
        transaction: Connection,
        collection: ApiCollection,
        verb: str,
        objects: Sequence[JsonObject],
    ) -> None:
        if collection.event_noun is None:
            return
        event_type = f"{collection.event_noun}.{verb}"
        rows = transaction.execute(
            "SELECT number, body FROM objects WHERE collection = ? ORDER BY number",
            (WEBHOOKS.path,),
        )
        subscriptions = [_object(WEBHOOKS, number, text) for number, text in rows]
        self.deliveries.add(
            transaction,
            event_type,
            objects,
            [
                str(subscription["id"])
                for subscription in subscriptions
                if wants(subscription, event_type)
            ],
        )

    def _keep_replaced_secret(
        self, transaction: Connection, before: JsonObject, after: JsonObject
    ) -> None:
        secret = before.get("secret")
        if isinstance(secret, str) and secret != after.get("secret"):
            self.deliveries.replace_secret(transaction, str(before["id"]), secret)

    def _now(self) -> str:
        moment = datetime.fromtimestamp(self._clock(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stored_json(body: Mapping[str, Json], *, created_at: Json, updated_at: Json) -> str:
    own = {name: value for name, value in body.items() if name not in SERVER_FIELDS}
    return json.dumps(own | {"created_at": created_at, "updated_at": updated_at})


def _place(collection: ApiCollection, object_id: str) -> tuple[str, int | None]:
    return collection.path, collection.number(object_id)


def _found(rows: Iterable[tuple[str]], collection: ApiCollection, object_id: str) -> JsonObject:
    number = collection.number(object_id)
    text = next((text for (text,) in rows), None)
    if number is None or text is None:
        raise NoSuchObjectError(object_id)
    return _object(collection, number, text)


def _object(collection: ApiCollection, number: int, text: str) -> JsonObject:
    body: JsonObject = json.loads(text)
    return {"id": collection.object_id(number)} | body
