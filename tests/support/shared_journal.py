"""A journal in memory, for several processes of a run that are one in truth."""

from __future__ import annotations

import json
import threading

from attrs import define, field

from pulumi_setsmart.lifecycle.journal import Event


@define
class SharedJournal:
    """The journal as one of the processes uses it.

    Attributes:
        salt: What digests depend on.
        turns: How often this process kept the others out.
    """

    salt: str = "salt"
    turns: int = field(default=0, init=False)
    _lines: list[str] = field(factory=list)
    _lock: threading.Lock = field(factory=threading.Lock)
    _read: int = 0

    def of_another_process(self) -> SharedJournal:
        """Return the same journal as another process uses it."""
        return SharedJournal(self.salt, self._lines, self._lock)

    def begin(self) -> list[Event]:
        """Keep the others out, and return what they have appended."""
        self._lock.acquire()
        self.turns += 1
        return [json.loads(line) for line in self._lines[self._read :]]

    def end(self, events: list[Event]) -> None:
        """Append events, and let the others in."""
        self._lines += map(json.dumps, events)
        self._read = len(self._lines)
        self._lock.release()

    def abandon(self) -> None:
        """Fail, since nothing here can go wrong."""
        raise AssertionError
