"""The time that an operation may take: its own, and that of waiting for the rate limit."""

from __future__ import annotations

from collections.abc import Callable

MOST_WAITS = 16
"""An operation may wait for the rate limit for so many times its own time."""


class Budget:
    """What is left of the time of an operation, which one thread carries out.

    Waiting for the rate limit does not count as the operation's own time, since others who use the
    same key may be the reason, this run included: nor does waiting for another thread that waits
    for it. It is limited too, or a server could hold an operation for ever: to the operation's time
    for each request, and to `MOST_WAITS` times that for all of them.

    Args:
        seconds: The operation's own time.
        clock: The monotonic time in seconds.
        waited: For how many seconds, so far, the rate limit has held back requests of any thread.
        counts_waits: Whether waiting counts all the same.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float],
        waited: Callable[[], float],
        *,
        counts_waits: bool = False,
    ) -> None:
        self._seconds = seconds
        self._counts_waits = counts_waits
        self._spent = clock if counts_waits else lambda: clock() - waited()
        self._began_at = self._spent()
        self._waited = 0.0
        self._waited_for_request = 0.0

    @property
    def left(self) -> float:
        """How many seconds are left; none if it is not above 0."""
        return self._seconds - (self._spent() - self._began_at)

    @property
    def longest_wait(self) -> float:
        """How many seconds the request may still wait for the rate limit."""
        if self._counts_waits:
            return self.left
        return min(
            self._seconds - self._waited_for_request, MOST_WAITS * self._seconds - self._waited
        )

    def begin_request(self) -> None:
        """Note that what is waited for from now on is another request."""
        self._waited_for_request = 0.0

    def note_wait(self, seconds: float) -> None:
        """Note for how long the operation itself has waited for the rate limit."""
        self._waited += seconds
        self._waited_for_request += seconds
