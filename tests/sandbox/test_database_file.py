"""Which files the sandbox takes for its own; others stay as they are, to the byte."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pulumi_setsmart.sandbox import PROPERTIES, Storage
from pulumi_setsmart.sandbox.database_file import APPLICATION_ID, VERSION, UnusableFileError


def written(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def history(path: Path) -> None:
    written(path, "CREATE TABLE urls (id INTEGER, url TEXT)", "INSERT INTO urls VALUES (1, 'x')")


def with_an_id(path: Path) -> None:
    history(path)
    written(path, "PRAGMA application_id = 1196444487")


def with_an_id_alone(path: Path) -> None:
    written(path, "PRAGMA application_id = 5")


def with_a_version_alone(path: Path) -> None:
    written(path, "PRAGMA user_version = 5")


def with_objects_of_its_own(path: Path) -> None:
    written(path, "CREATE TABLE objects (id INTEGER, name TEXT)", "CREATE TABLE sequences (a)")


def with_a_view(path: Path) -> None:
    written(path, "CREATE VIEW one AS SELECT 1")


def newer(path: Path) -> None:
    Storage(path).close()
    written(path, f"PRAGMA user_version = {VERSION + 1}")


def text(path: Path) -> None:
    path.write_text("not a database, but a text of some length\n" * 50)


def one_byte(path: Path) -> None:
    path.write_bytes(b"S")


def cut_off(path: Path) -> None:
    history(path)
    path.write_bytes(path.read_bytes()[:100])


def torn(path: Path) -> None:
    history(path)
    path.write_bytes(path.read_bytes()[:200] + b"\xff" * 5000)


FOREIGN = [
    history,
    with_an_id,
    with_an_id_alone,
    with_a_version_alone,
    with_objects_of_its_own,
    with_a_view,
    newer,
    text,
    one_byte,
    cut_off,
    torn,
]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("make", FOREIGN)
def test_a_file_of_something_else_is_left_as_it_is(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    """Refused in one line that says what to do; nothing is added to it nor beside it."""
    path = tmp_path / "some file ?#%41.db"
    make(path)
    before = contents(tmp_path)
    with pytest.raises(UnusableFileError, match="ame another file") as caught:
        Storage(path)
    assert contents(tmp_path) == before
    assert "\n" not in str(caught.value)


def test_a_file_of_a_newer_sandbox_is_an_error(tmp_path: Path) -> None:
    """The way out is another one."""
    newer(tmp_path / "sandbox.db")
    with pytest.raises(UnusableFileError, match=r"newer version of pulumi-setsmart\. Upgrade"):
        Storage(tmp_path / "sandbox.db")


def test_what_stands_in_a_write_ahead_log_alone_counts(tmp_path: Path) -> None:
    """As while a browser runs, whose tables are not in the main file yet."""
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as browser:
        browser.execute("PRAGMA journal_mode = wal")
        browser.execute("CREATE TABLE moz_places (url TEXT)")
        before = contents(tmp_path)
        assert "places.sqlite-wal" in before
        with pytest.raises(UnusableFileError):
            Storage(path)
        assert contents(tmp_path) == before


def test_a_database_that_somebody_is_writing_is_not_waited_for(tmp_path: Path) -> None:
    """Nor is its journal taken up."""
    path = tmp_path / "other.db"
    history(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("INSERT INTO urls VALUES (2, 'y')")
        before = contents(tmp_path)
        with pytest.raises(UnusableFileError):
            Storage(path)
        assert contents(tmp_path) == before


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A FIFO would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(UnusableFileError, match="it is not a file"):
            Storage(path)


def test_an_empty_file_becomes_a_sandbox_s(tmp_path: Path) -> None:
    """It holds nothing that could be lost. From then on it is known as a sandbox's."""
    path = tmp_path / "sandbox.db"
    path.touch()
    for _ in range(2):
        with Storage(path) as storage:
            storage.insert(PROPERTIES, {"name": "Cabin"})
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_link_is_followed(tmp_path: Path) -> None:
    """To a new file, to one of a sandbox, and not past the check to a foreign one."""
    link, target = tmp_path / "link.db", tmp_path / "target.db"
    link.symlink_to(target)
    Storage(link).close()
    assert target.is_file()
    Storage(link).close()
    target.unlink()
    history(target)
    with pytest.raises(UnusableFileError):
        Storage(link)


def test_files_of_the_first_sandboxes_stay_usable(tmp_path: Path) -> None:
    """They have no application id, and are known by their tables; also one made halfway."""
    whole, half = tmp_path / "whole.db", tmp_path / "half.db"
    objects = (
        "CREATE TABLE objects (collection TEXT NOT NULL, number INTEGER NOT NULL,"
        " body TEXT NOT NULL, PRIMARY KEY (collection, number)) WITHOUT ROWID"
    )
    written(half, objects)
    written(
        whole,
        objects,
        "CREATE TABLE sequences (collection TEXT PRIMARY KEY, last_number INTEGER NOT NULL)"
        " WITHOUT ROWID",
        """INSERT INTO objects VALUES ('properties', 7, '{"name": "Old Mill"}')""",
        "INSERT INTO sequences VALUES ('properties', 7)",
    )
    with Storage(whole) as storage:
        assert storage.objects(PROPERTIES) == [{"id": "prop_7", "name": "Old Mill"}]
        assert storage.insert(PROPERTIES, {"name": "New Mill"})["id"] == "prop_8"
    with Storage(half) as storage:
        assert storage.insert(PROPERTIES, {"name": "Cabin"})["id"] == "prop_1"


@pytest.fixture
def nobody() -> Iterator[Path]:
    """Be a user who may read a folder, and change nothing in it, nor is root."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        Storage(path / "sandbox.db").close()
        (path / "sandbox.db").chmod(0o444)
        path.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield path
        finally:
            os.seteuid(user)
            path.chmod(0o700)


def test_a_file_that_cannot_be_written_is_found_out_at_once(nobody: Path) -> None:
    """And not by the first request that changes something."""
    before = contents(nobody)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Storage(nobody / "sandbox.db")
    assert contents(nobody) == before
