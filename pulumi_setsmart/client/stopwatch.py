"""For how long at least one of several threads was waiting."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class SharedStopwatch:
    """Measures the time during which at least one thread is in its context.

    It runs exactly while ``_inside`` is above 0; time that several threads share counts once.

    Args:
        clock: The monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._inside = 0
        self._began_at = 0.0
        self._seconds = 0.0

    def seconds(self) -> float:
        """Return how many seconds it has run so far."""
        with self._lock:
            return self._seconds + (self._clock() - self._began_at if self._inside else 0.0)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run for as long as the context lasts."""
        with self._lock:
            if not self._inside:
                self._began_at = self._clock()
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._seconds += self._clock() - self._began_at
