"""Which of the processes that share a database sends its deliveries."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

_LOG = logging.getLogger(__name__)


class DispatchLock:
    """The lock that one process holds while it sends deliveries.

    It is on a file beside the database. The system releases the lock of a process that ends,
    however it ends, so another process can acquire it at once.

    Args:
        database: The file of the database, or None if no other process can use it.
    """

    def __init__(self, database: Path | None) -> None:
        self._path = database and database.with_name(f"{database.name}-deliveries")
        self._lock: sqlite3.Connection | None = None
        self._has_failed = False

    def acquire(self) -> bool:
        """Return whether this process holds the lock, which it acquires if nobody does."""
        if self._path is None or self._lock is not None:
            return True
        try:
            self._lock = self._locked(self._path)
        except sqlite3.Error as error:
            is_taken = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if not is_taken and not self._has_failed:
                _LOG.warning("nothing is delivered: %s cannot be locked: %s", self._path, error)
            self._has_failed = not is_taken
        return self._lock is not None

    @staticmethod
    def _locked(path: Path) -> sqlite3.Connection:
        # A lock of SQLite: it is there on every system, and works between threads too.
        lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            lock.close()
            raise
        return lock

    def release(self) -> None:
        """Let other processes acquire it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
