"""Searching and sorting: the index finds what the objects hold, whatever happened to them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_JSON
from support.signed_delivery import SECRET

from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS, Storage
from pulumi_setsmart.sandbox.search import Search

EVERYTHING = 1000


def found(storage: Storage, **search: Any) -> list[int]:
    """Return the numbers of the listings that a search finds; as many as it says there are."""
    matches = storage.matches(PROPERTIES, Search(**search))
    numbers = matches.numbers(0, EVERYTHING)
    assert len(numbers) == matches.total
    pieces = [matches.numbers(first, 2) for first in range(0, matches.total, 2)]
    assert [number for piece in pieces for number in piece] == numbers
    return numbers


def index_of(storage: Storage) -> list[Any]:
    """Return all rows of the index."""
    rows = storage._database.rows  # noqa: SLF001 - it is of no use to others
    return [*rows("SELECT * FROM field_values"), *rows("SELECT * FROM searched_texts")]


def test_what_changes_is_found_as_it_is_now() -> None:
    """And what is gone is not; nothing of it is left."""
    with Storage() as storage:
        for name, bedrooms in (("Sea Villa", 3), ("Hütte", 1), ("Loft", None)):
            storage.insert(PROPERTIES, {"name": name, "bedrooms": bedrooms})
        assert found(storage, text="HÜT") == [2]
        assert found(storage, order_by="bedrooms") == [2, 1, 3]
        storage.replace(PROPERTIES, "prop_2", {"name": "Barn", "address": "villa road"})
        assert found(storage, text="hüt") == []
        assert found(storage, text="villa", order_by="name", is_reverse=True) == [1, 2]
        assert found(storage, order_by="bedrooms", is_reverse=True) == [1, 2, 3]
        for number in (1, 2, 3):
            storage.delete(PROPERTIES, f"prop_{number}")
        assert found(storage, text="villa") == found(storage) == []
        assert index_of(storage) == []


def test_text_and_fields_narrow_a_search_together() -> None:
    """A field holds exactly what is asked for; a text is also looked for in the id."""
    with Storage() as storage:
        for name, status in (("Villa", "draft"), ("Villa", "Draft"), ("Loft", "draft")):
            storage.insert(PROPERTIES, {"name": name, "status": status})
        assert found(storage, text="villa", equal={"status": "draft"}) == [1]
        assert found(storage, equal={"status": "draft"}, is_reverse=True) == [3, 1]
        assert found(storage, text="prop_3") == [3]
        assert found(storage, text="PROP_") == [1, 2, 3]


@given(st.lists(st.none() | st.integers() | st.floats() | st.text() | ANY_JSON, max_size=8))
def test_objects_are_sorted_whatever_they_hold(values: list[Any]) -> None:
    """All of them are there in either direction, numbers in their order."""
    with Storage() as storage:
        bodies = [{"name": "\ud800", "bedrooms": value} for value in values]
        storage.insert_all(PROPERTIES, bodies)
        orders = [
            found(storage, order_by="bedrooms", is_reverse=is_reverse)
            for is_reverse in (False, True)
        ]
        for number in range(1, len(values) + 1):
            storage.delete(PROPERTIES, f"prop_{number}")
        assert index_of(storage) == []
    for order, is_reverse in zip(orders, (False, True), strict=True):
        assert sorted(order) == [*range(1, len(values) + 1)]
        numbers = [
            value
            for value in (values[number - 1] for number in order)
            if isinstance(value, int) and abs(value) < 2**63
        ]
        assert numbers == sorted(numbers, reverse=is_reverse)


def test_secrets_are_not_in_the_index() -> None:
    """They are stored once, and go when they are replaced."""
    with Storage() as storage:
        storage.insert(WEBHOOKS, {"url": "http://127.0.0.1:9/", "events": [], "secret": SECRET})
        index = str(index_of(storage))
    assert "http://127.0.0.1:9/" in index
    assert SECRET not in index
    assert SECRET.casefold() not in index


@pytest.mark.parametrize("others", [0, 1])
def test_files_of_earlier_sandboxes_are_searched_too(tmp_path: Path, others: int) -> None:
    """They have no index: it is made when they are opened."""
    path = tmp_path / "sandbox.db"
    with Storage(path) as storage:
        storage.insert(PROPERTIES, {"name": "Villa"})
        storage.insert(PROPERTIES, {"name": "Loft"})
    with closing(sqlite3.connect(path)) as earlier, earlier:
        for table in ("field_values", "searched_texts"):
            earlier.execute(f"DELETE FROM {table} WHERE number > ?", (others,))  # noqa: S608 - names of the test
            if not others:
                earlier.execute(f"DROP TABLE {table}")
    with Storage(path) as storage:
        assert found(storage, text="villa") == [1]
        assert found(storage, order_by="name") == [2, 1]
