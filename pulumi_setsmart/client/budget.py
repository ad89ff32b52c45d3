"""The time that an operation may take: its own, and that of waits for the rate limit."""

from __future__ import annotations

from collections.abc import Callable

MOST_WAITS = 16
"""How many times its own time an operation may wait for the rate limit."""


class Budget:
    """What is left of the time of an operation, which one thread carries out.

    A wait for the rate limit does not count as the operation's own time, because anything else that
    uses the same key may be the reason, this run included. Nor does a wait for another thread that
    waits for it. Waits are limited too, or a server could stop an operation for ever: to the
    operation's time for each request, and to `MOST_WAITS` times that for all of them.

    Args:
        seconds: The operation's own time.
        clock: The monotonic time in seconds.
        waited: How many seconds, so far, requests of any thread waited for the rate limit.
        counts_waits: Whether waits count as the operation's own time.
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
        """How many seconds are left; 0 or less if none are."""
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
        """Note that the waits from now on are for another request."""
        self._waited_for_request = 0.0

    def note_wait(self, seconds: float) -> None:
        """Note how long the operation itself waited for the rate limit."""
        self._waited += seconds
        self._waited_for_request += seconds
