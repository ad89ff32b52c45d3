"""Finding objects by what their fields hold, in an index that is written together with them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from sqlite3 import Connection
from typing import TypeAlias

from attrs import field, frozen

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.database import Database
from pulumi_setsmart.sandbox.json import Json, JsonObject

TABLES = (
    """
    CREATE TABLE IF NOT EXISTS field_values (
        collection TEXT NOT NULL,
        field TEXT NOT NULL,
        number INTEGER NOT NULL,
        value,
        folded,
        PRIMARY KEY (collection, field, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE INDEX IF NOT EXISTS field_values_in_order
        ON field_values (collection, field, folded, number)
    """,
)
NOT_INDEXED = """
    SELECT number, body FROM objects WHERE collection = ?1 AND NOT EXISTS (
        SELECT 1 FROM field_values
        WHERE collection = ?1 AND field = 'created_at' AND number = objects.number
    )
"""
"""The objects of a collection that sandboxes without an index have written."""
_LONGEST = 500
"""How many characters of a value are in the index: objects with long texts do not double."""
_LARGEST_INTEGER = 2**63
_IN_INDEX = "SELECT number FROM field_values WHERE collection = ? AND field = ?"
_Value: TypeAlias = "str | int | float"


@frozen(kw_only=True)
class Search:
    """What to look for in a collection, and in which order.

    Attributes:
        text: What one of the fields, or the id, contains, whatever its capitals; nothing for all.
        fields: The fields in which the text is looked for.
        equal: What fields hold exactly.
        order_by: The field by which to sort, or None to sort by the id.
        is_reverse: Whether to sort from the greatest to the least.
    """

    text: str = ""
    fields: tuple[str, ...] = ()
    equal: Mapping[str, str] = field(factory=dict)
    order_by: str | None = None
    is_reverse: bool = False


@frozen
class Matches:
    """The objects that a search finds.

    Attributes:
        total: How many there are.
    """

    total: int
    _database: Database
    _search: Search
    _path: str
    _condition: str
    _values: tuple[object, ...]

    def numbers(self, offset: int, limit: int) -> list[int]:
        """Return the numbers of some of them, in the order that the search asks for.

        Args:
            offset: How many to leave out at the beginning.
            limit: How many to return at most.
        """
        direction = "DESC" if self._search.is_reverse else "ASC"
        by = self._search.order_by
        if by is None:
            return self._rows("objects", "", (), f"number {direction}", offset, limit)
        order = f"folded {direction}, number"
        sorted_ = self._rows("field_values", " AND field = ?", (by,), order, offset, limit)
        if len(sorted_) == limit:
            return sorted_
        # What has no value is last in both directions.
        where = f"collection = ? AND field = ? AND {self._condition}"
        [[with_value]] = self._database.rows(
            f"SELECT count(*) FROM field_values WHERE {where}",  # noqa: S608 - texts of this module
            (self._path, by, *self._values),
        )
        without = f" AND number NOT IN ({_IN_INDEX})"
        left_out = max(0, offset - with_value)
        rest = limit - len(sorted_)
        return sorted_ + self._rows("objects", without, (self._path, by), "number", left_out, rest)

    def _rows(
        self,
        table: str,
        condition: str,
        values: Sequence[object],
        order: str,
        offset: int,
        limit: int,
    ) -> list[int]:
        rows = self._database.rows(
            f"SELECT number FROM {table} WHERE collection = ?{condition} AND {self._condition}"  # noqa: S608 - texts of this module
            f" ORDER BY {order} LIMIT ? OFFSET ?",
            (self._path, *values, *self._values, limit, offset),
        )
        return [number for (number,) in rows]


class FieldIndex:
    """What fields hold, but for secrets, so that searching and sorting read no objects.

    It is written in the transaction that writes the objects, so that it is always right, whichever
    process wrote them.

    Args:
        database: The database, which has `TABLES`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, transaction: Connection, collection: ApiCollection, objects: Iterable[JsonObject]
    ) -> None:
        """Add objects."""
        transaction.executemany(
            "INSERT OR REPLACE INTO field_values VALUES (?, ?, ?, ?, ?)",
            [
                (collection.path, name, collection.number(str(each["id"])), value, _folded(value))
                for each in objects
                for name, value in _indexed(collection, each)
            ],
        )

    def remove(
        self, transaction: Connection, collection: ApiCollection, indexed: JsonObject
    ) -> None:
        """Remove an object that was added."""
        number = collection.number(str(indexed["id"]))
        transaction.executemany(
            "DELETE FROM field_values WHERE collection = ? AND field = ? AND number = ?",
            [(collection.path, name, number) for name, _ in _indexed(collection, indexed)],
        )

    def matches(self, collection: ApiCollection, search: Search) -> Matches:
        """Return what a search finds in a collection."""
        query, values = _query(collection, search)
        if not query:
            [[total]] = self._database.rows(
                "SELECT count(*) FROM objects WHERE collection = ?", (collection.path,)
            )
            return Matches(total, self._database, search, collection.path, "true", ())
        numbers = [number for (number,) in self._database.rows(query, values)]
        condition = "number IN (SELECT value FROM json_each(?))"
        return Matches(
            len(numbers),
            self._database,
            search,
            collection.path,
            condition,
            (json.dumps(numbers),),
        )


def _query(collection: ApiCollection, search: Search) -> tuple[str, list[object]]:
    """Return the query for the numbers that a search finds, and its values; nothing for all."""
    queries: list[str] = []
    values: list[object] = []
    if search.text:
        text = search.text.casefold()
        places = ", ".join("?" * len(search.fields))
        queries.append(
            f"SELECT number FROM field_values WHERE collection = ? AND field IN ({places})"  # noqa: S608 - texts of this module
            " AND instr(folded, ?)"
            " UNION SELECT number FROM objects WHERE collection = ? AND instr(? || number, ?)"
        )
        values += [collection.path, *search.fields, text]
        values += [collection.path, f"{collection.id_prefix}_", text]
    for name, value in search.equal.items():
        queries.append(f"{_IN_INDEX} AND value = ?")
        values += [collection.path, name, value]
    return " INTERSECT ".join(queries), values


def _indexed(collection: ApiCollection, indexed: JsonObject) -> Iterator[tuple[str, _Value]]:
    hidden = {"id", *collection.secrets}
    for name, value in indexed.items():
        kept = None if name in hidden else _kept(value)
        if kept is not None:
            yield _storable(name), kept


def _kept(value: Json) -> _Value | None:
    """Return what the index holds of a value, or None where there is nothing to sort by."""
    match value:
        case None | "":
            return None
        case int():
            return value if -_LARGEST_INTEGER <= value < _LARGEST_INTEGER else None
        case float():
            return value if math.isfinite(value) else None
    return _storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _storable(text: str) -> str:
    # JSON can hold half a surrogate pair, and the database cannot.
    return text[:_LONGEST].encode(errors="replace").decode()


def _folded(value: _Value) -> _Value:
    """Return a text without the difference of capitals, which SQLite only knows of A to Z."""
    return value.casefold() if isinstance(value, str) else value
