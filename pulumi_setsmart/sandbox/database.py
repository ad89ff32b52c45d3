"""The SQLite database that a sandbox keeps everything in."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pulumi_setsmart.sandbox import database_file
from pulumi_setsmart.sandbox.database_file import APPLICATION_ID, VERSION

_LOG = logging.getLogger(__name__)
IN_MEMORY = ":memory:"
_PRIMARY_CODE = 0xFF
"""The part of SQLite's codes for errors that says what kind of error it is."""
_CONDITIONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "its file cannot be written, or was replaced or removed",
    sqlite3.SQLITE_BUSY: "another process is using its file",
    sqlite3.SQLITE_LOCKED: "another process is using its file",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is damaged",
    sqlite3.SQLITE_IOERR: "its file cannot be read or written",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_TOOBIG: "it would become too large",
}
"""What the world may do to a database, by SQLite's codes. Other errors are mistakes of ours."""

_Access: TypeAlias = Literal["read", "written"]


class DatabaseTroubleError(Exception):
    """The database cannot be read or written now, for a reason that lies outside of the sandbox.

    Args:
        condition: The reason, in a phrase.
        is_full: Whether there is no space left.
    """

    def __init__(self, condition: str, *, is_full: bool) -> None:
        super().__init__(f"The sandbox cannot use its database: {condition}.")
        self.condition = condition
        self.is_full = is_full


class Database:
    """One connection, safe to use from several threads.

    A condition in which it cannot be used, and the end of that condition, is logged once, however
    many requests meet it.

    Args:
        path: A file, which is made if need be, or ``:memory:``.

    Raises:
        sqlite3.Error: If the file cannot be opened or is not a sandbox's.
    """

    def __init__(self, path: str | Path = IN_MEMORY) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._conditions: dict[_Access, str] = {}
        if self.is_shareable:
            database_file.check(path)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # Also runs when nobody called `close`: an open connection would be warned about.
        self.close = weakref.finalize(self, self._connection.close)
        self._claim()

    @property
    def is_shareable(self) -> bool:
        """Whether other processes can use it too."""
        return str(self.path) != IN_MEMORY

    def _claim(self) -> None:
        """Mark the file as a sandbox's: always, to find out whether it can be written."""
        with self._begun() as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def create(self, tables: Sequence[str]) -> None:
        """Make the tables that are not there yet, all or none."""
        with self.preparation() as connection:
            for table in tables:
                connection.execute(table)

    @contextmanager
    def preparation(self) -> Iterator[sqlite3.Connection]:
        """Let the block make what is not there yet, all or nothing, before anything is asked.

        Raises:
            sqlite3.Error: If the file cannot be used.
        """
        with self._lock, self._begun() as connection:
            yield connection

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows that a query finds.

        Raises:
            DatabaseTroubleError: If the database cannot be read.
        """
        with self._lock, self._watched("read"):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Let the block do all that it does to the database, or nothing of it.

        Nobody else changes the database while it runs, other processes neither.

        Raises:
            DatabaseTroubleError: If the database cannot be written.
        """
        with self._lock, self._watched("written"), self._begun() as connection:
            yield connection

    @contextmanager
    def _begun(self) -> Iterator[sqlite3.Connection]:
        self._undo()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # the first error is the one to tell
                self._undo()
            raise

    def _undo(self) -> None:
        # After some errors SQLite has already done it.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def _watched(self, access: _Access) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # An error of the module itself has no code.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
            condition = _CONDITIONS.get(code)
            if condition is None:
                raise
            if self._conditions.get(access) != condition:
                self._conditions[access] = condition
                _LOG.warning("the database cannot be %s: %s (%s)", access, condition, error)
            raise DatabaseTroubleError(condition, is_full=code == sqlite3.SQLITE_FULL) from None
        if self._conditions.pop(access, None) is not None:
            _LOG.warning("the database can be %s again", access)
