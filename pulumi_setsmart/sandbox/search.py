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
from pulumi_setsmart.sandbox.schema import types

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
    """
    CREATE TABLE IF NOT EXISTS searched_texts (
        collection TEXT NOT NULL,
        number INTEGER NOT NULL,
        folded TEXT NOT NULL,
        PRIMARY KEY (collection, number)
    ) WITHOUT ROWID
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
        text: What the id or a text of the contract contains, whatever its capitals; nothing for
            all.
        equal: What fields hold exactly.
        order_by: The field by which to sort, or None to sort by the id.
        is_reverse: Whether to sort from the greatest to the least.
    """

    text: str = ""
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
    _found: list[int] | None = None

    def numbers(self, offset: int, limit: int) -> list[int]:
        """Return the numbers of some of them, in the order that the search asks for.

        Args:
            offset: How many to leave out at the beginning.
            limit: How many to return at most.
        """
        direction = "DESC" if self._search.is_reverse else "ASC"
        by = self._search.order_by
        if by is None and self._found is not None:
            ordered = self._found[::-1] if self._search.is_reverse else self._found
            return ordered[offset : offset + limit]
        if by is None:
            return self._rows("objects", "true", (), f"number {direction}", offset, limit)
        order = f"folded {direction}, number"
        sorted_ = self._rows("field_values", "field = ?", (by,), order, offset, limit)
        if len(sorted_) == limit:
            return sorted_
        # What has no value is last in both directions.
        left_out = max(0, offset - self._count("field_values", "field = ?", (by,)))
        without = f"number NOT IN ({_IN_INDEX})"
        rest = limit - len(sorted_)
        return sorted_ + self._rows("objects", without, (self._path, by), "number", left_out, rest)

    def _count(self, table: str, condition: str, values: Sequence[object]) -> int:
        where, all_values = self._where(condition, values)
        query = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - texts of this module
        [[count]] = self._database.rows(query, all_values)
        return int(count)

    def _rows(
        self,
        table: str,
        condition: str,
        values: Sequence[object],
        order: str,
        offset: int,
        limit: int,
    ) -> list[int]:
        where, all_values = self._where(condition, values)
        rows = self._database.rows(
            f"SELECT number FROM {table} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - texts of this module
            (*all_values, limit, offset),
        )
        return [number for (number,) in rows]

    def _where(self, condition: str, values: Sequence[object]) -> tuple[str, list[object]]:
        """Return a condition for rows of what is found, and its values."""
        where = f"collection = ? AND {condition}"
        if self._found is None:
            return where, [self._path, *values]
        among = "number IN (SELECT value FROM json_each(?))"
        return f"{where} AND {among}", [self._path, *values, json.dumps(self._found)]


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
        numbered = [(collection.number(str(each["id"])), each) for each in objects]
        transaction.executemany(
            "INSERT OR REPLACE INTO field_values VALUES (?, ?, ?, ?, ?)",
            [
                (collection.path, name, number, value, _folded(value))
                for number, each in numbered
                for name, value in _indexed(collection, each)
            ],
        )
        transaction.executemany(
            "INSERT OR REPLACE INTO searched_texts VALUES (?, ?, ?)",
            [(collection.path, number, _searched(collection, each)) for number, each in numbered],
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
        transaction.execute(
            "DELETE FROM searched_texts WHERE collection = ? AND number = ?",
            (collection.path, number),
        )

    def matches(self, collection: ApiCollection, search: Search) -> Matches:
        """Return what a search finds in a collection."""
        query, values = _query(collection, search)
        if not query:
            [[total]] = self._database.rows(
                "SELECT count(*) FROM objects WHERE collection = ?", (collection.path,)
            )
            return Matches(total, self._database, search, collection.path)
        found = sorted(number for (number,) in self._database.rows(query, values))
        return Matches(len(found), self._database, search, collection.path, found)


def _query(collection: ApiCollection, search: Search) -> tuple[str, list[object]]:
    """Return the query for the numbers that a search finds, and its values; nothing for all."""
    queries: list[str] = []
    values: list[object] = []
    if search.text:
        queries.append(
            "SELECT number FROM searched_texts WHERE collection = ? AND instr(folded, ?)"
        )
        values += [collection.path, search.text.casefold()]
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


def _searched(collection: ApiCollection, indexed: JsonObject) -> str:
    """Return the id and the texts of an object, each in a line of its own."""
    texts = [
        str(indexed.get(each.name) or "")
        for each in collection.fields
        if {*types(each.schema)} - {"null"} == {"string"} and not each.is_secret
    ]
    return "\n".join(_storable(text).casefold() for text in (*texts, str(indexed["id"])))


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
