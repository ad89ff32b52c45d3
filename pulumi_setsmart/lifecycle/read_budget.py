"""Whether it pays to read a page of a list, where nobody says how many objects will be read."""

from __future__ import annotations

import threading


class ReadBudget:
    """What the reads of one collection have cost so far; shared by threads.

    Each read after the first earns two requests. So pages and single objects together cost at most
    two requests a read, and a thread more for each that decides at the same moment.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reads = 0
        self._spent = 0

    def begin_read(self) -> None:
        """Count an object that is asked for."""
        with self._lock:
            self._reads += 1

    def spend(self) -> None:
        """Count a request."""
        with self._lock:
            self._spent += 1

    @property
    def affords_page(self) -> bool:
        """Whether it pays to read another page of the list."""
        with self._lock:
            return self._spent < 2 * (self._reads - 1)
