"""The server's clock, known from the `Date` of its responses: ours may go wrong by hours."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from pulumi_setsmart.client.timestamp import http_date

_DATE_STEP = 1.0
"""`Date` tells whole seconds: the true time is up to this much later."""


class ServerClock:
    """When, on the local monotonic clock, a moment of the server's has surely come.

    Each response says that the server's clock was at least at its `Date` when the response arrived.
    The responses together say it ever more exactly, since some come just after a second began.

    Args:
        wall_clock: The local time in seconds since 1970, where a response has no `Date`.
    """

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._ahead: float | None = None

    def observe(self, headers: Mapping[str, str], sent_at: float, received_at: float) -> bool:
        """Learn from the headers of a response; times are on the local monotonic clock.

        Returns:
            Whether the server's clock was set back, so that its earlier times are out of date.
        """
        date = http_date(headers.get("Date", ""))
        if date is None:
            if self._ahead is None:
                self._ahead = self._wall_clock() - received_at
            return False
        at_least = date - received_at
        at_most = date + _DATE_STEP - sent_at
        was_set_back = self._ahead is not None and self._ahead > at_most
        known = self._ahead if self._ahead is not None and not was_set_back else at_least
        self._ahead = max(known, at_least)
        return was_set_back

    def time(self, local: float) -> float:
        """Return the server's time in seconds since 1970 at a local monotonic time, or earlier."""
        assert self._ahead is not None  # noqa: S101 -- asked about the times of responses only
        return local + self._ahead

    def local(self, moment: float) -> float:
        """Return the local monotonic time at which the server's clock has reached ``moment``.

        Args:
            moment: A time of the server's in seconds since 1970.
        """
        assert self._ahead is not None  # noqa: S101 -- moments are known from responses only
        return moment - self._ahead
