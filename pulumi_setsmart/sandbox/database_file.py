"""Whose a database file is, found out before anything is written to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

APPLICATION_ID = 0x53534258
"""Stands in the header of each file of a sandbox: SSBX."""
VERSION = 1
"""The version of the tables. Raised only for what an older sandbox could not use."""

_HEADER_SIZE = 100
_FIRST_TABLE = "objects"
_COLUMNS_OF_FIRST_TABLE = ("collection", "number", "body")
_WAY_OUT = "Name another file for --database, or one that is not there yet"
_FOREIGN = f"it is not a sandbox's database. {_WAY_OUT}"


class UnusableFileError(sqlite3.DatabaseError):
    """A file is not a sandbox's, or not one that this sandbox can use. It was left as it is."""


def check(path: str | Path) -> None:
    """Refuse a file that is not a sandbox's. Nothing is written, neither to it nor beside it.

    Args:
        path: A file. One that is not there yet, or is empty, may be made a sandbox's.

    Raises:
        UnusableFileError: If it cannot be used.
    """
    file = Path(path)
    try:
        if file.exists():
            _check_existing(file)
    except UnusableFileError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise UnusableFileError(f"{error}. {_WAY_OUT}") from None


def _check_existing(file: Path) -> None:
    # A FIFO would be waited for.
    if not file.is_file():
        raise UnusableFileError(f"it is not a file. {_WAY_OUT}")
    size, log_size = _size(file), _size(file.with_name(f"{file.name}-wal"))
    # SQLite itself takes a file of one byte for an empty one.
    if 0 < size < _HEADER_SIZE:
        raise UnusableFileError(_FOREIGN)
    if size or log_size:
        # As something that never changes: without locks, and without taking up a journal or a log.
        address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            # A sandbox has no write-ahead log. Others may have all that they hold in theirs.
            _check_contents(connection, has_log=bool(log_size))


def _check_contents(connection: sqlite3.Connection, *, has_log: bool) -> None:
    [[application_id]] = connection.execute("PRAGMA application_id")
    [[version]] = connection.execute("PRAGMA user_version")
    [[tables]] = connection.execute("SELECT count(*) FROM sqlite_master")
    if application_id == APPLICATION_ID:
        if version > VERSION:
            raise UnusableFileError(
                "it was made by a newer version of pulumi-setsmart. Upgrade, or name another file"
                " for --database"
            )
        return
    columns = connection.execute(f"PRAGMA table_info({_FIRST_TABLE})").fetchall()
    # Files of the first sandboxes have no application id.
    is_early = tuple(name for _, name, *_ in columns) == _COLUMNS_OF_FIRST_TABLE
    is_empty = not tables and not has_log
    if application_id or version or not (is_early or is_empty):
        raise UnusableFileError(_FOREIGN)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
