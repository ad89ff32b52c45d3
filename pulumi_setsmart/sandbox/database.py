"""The SQLite database that a sandbox keeps everything in."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Database:
    """One connection, safe to use from several threads.

    Args:
        path: A file, which is made if need be, or ``:memory:``.

    Raises:
        sqlite3.Error: If the file cannot be opened or is not a database.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        # Also runs when nobody called `close`: an open connection would be warned about.
        self.close = weakref.finalize(self, self._connection.close)

    def create(self, tables: str) -> None:
        """Make the tables that are not there yet."""
        with self._lock:
            self._connection.executescript(tables)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows that a query finds."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Let the block do all that it does to the database, or nothing of it."""
        with self._lock, self._connection as connection:
            yield connection
