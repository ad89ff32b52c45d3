"""What the sandbox holds."""

import sqlite3
import threading
from pathlib import Path

import pytest

from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS, NoSuchObjectError, Storage


def test_data_survive_a_restart_and_ids_go_on(tmp_path: Path) -> None:
    """Even the id of a deleted object is not given out again."""
    path = tmp_path / "sandbox.db"
    with Storage(path) as storage:
        kept = storage.insert(PROPERTIES, {"name": "Cabin"})
        storage.insert(PROPERTIES, {"name": "Hut"})
        storage.delete(PROPERTIES, "prop_2")
    with Storage(path) as storage:
        assert storage.objects(PROPERTIES) == [kept]
        assert storage.insert(PROPERTIES, {"name": "Villa"})["id"] == "prop_3"


def test_storages_in_memory_share_nothing() -> None:
    """Each test has its own."""
    with Storage() as one, Storage() as other:
        one.insert(PROPERTIES, {"name": "Cabin"})
        assert other.objects(PROPERTIES) == []


def test_it_can_be_changed_as_in_the_dashboard() -> None:
    """Inserting, replacing and deleting need no HTTP and are checked by nobody."""
    with Storage() as storage:
        inserted = storage.insert(PROPERTIES, {"bedrooms": "three"})
        replaced = storage.replace(PROPERTIES, "prop_1", {**inserted, "bedrooms": 2.0})
        assert replaced == storage.get(PROPERTIES, "prop_1")
        assert repr(replaced["bedrooms"]) == "2.0"
        assert replaced["created_at"] == inserted["created_at"]
        storage.delete(PROPERTIES, "prop_1")
        assert storage.objects(PROPERTIES) == []


def test_what_is_handed_out_is_a_copy() -> None:
    """Changing it changes nothing in the storage."""
    with Storage() as storage:
        storage.insert(PROPERTIES, {"name": "Cabin"})["name"] = "Hut"
        storage.objects(PROPERTIES)[0]["name"] = "Hut"
        assert storage.get(PROPERTIES, "prop_1")["name"] == "Cabin"


def test_an_unknown_id_is_an_error() -> None:
    """For reading, replacing and deleting, in the collection that is asked for."""
    with Storage() as storage:
        storage.insert(PROPERTIES, {"name": "Cabin"})
        with pytest.raises(NoSuchObjectError):
            storage.get(WEBHOOKS, "wh_1")
        with pytest.raises(NoSuchObjectError):
            storage.get(WEBHOOKS, "prop_1")
        with pytest.raises(NoSuchObjectError):
            storage.replace(PROPERTIES, "prop_2", {})
        with pytest.raises(NoSuchObjectError):
            storage.delete(PROPERTIES, "prop_2")
        assert len(storage.objects(PROPERTIES)) == 1


def test_threads_get_different_ids() -> None:
    """Eight threads insert at once, and nothing is lost."""
    with Storage() as storage:
        start = threading.Barrier(8)

        def insert() -> None:
            start.wait()
            for _ in range(50):
                storage.insert(PROPERTIES, {"name": "Cabin"})

        threads = [threading.Thread(target=insert) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ids = [listing["id"] for listing in storage.objects(PROPERTIES)]
    assert ids == [f"prop_{number}" for number in range(1, 401)]


def test_several_inserted_at_once_get_ids_of_their_own() -> None:
    """They go on where the last one ended, and the next one goes on after them."""
    with Storage() as storage:
        inserted = [storage.insert(PROPERTIES, {"name": "a"})]
        inserted += storage.insert_all(PROPERTIES, [{"name": "b"}, {"name": "c"}])
        inserted.append(storage.insert(PROPERTIES, {"name": "d"}))
        assert [listing["id"] for listing in inserted] == ["prop_1", "prop_2", "prop_3", "prop_4"]
        assert storage.objects(PROPERTIES) == inserted


def test_objects_can_be_taken_from_the_middle() -> None:
    """In the order of their creation, beyond nine as well."""
    with Storage() as storage:
        storage.insert_all(PROPERTIES, [{"name": f"{number}"} for number in range(12)])
        names = [listing["name"] for listing in storage.objects(PROPERTIES, offset=8, limit=3)]
    assert names == ["8", "9", "10"]


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    """It is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but a text of some length\n" * 50)
    with pytest.raises(sqlite3.DatabaseError):
        Storage(path)
    assert path.read_text().startswith("not a database")
