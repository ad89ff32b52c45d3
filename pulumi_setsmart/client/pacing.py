"""Holding requests back so that the server's rate limit refuses none of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from attrs import frozen

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.client.rate_limit import RateLimitState
from pulumi_setsmart.client.rate_limit_headers import RateLimitHeaders, read_rate_limit
from pulumi_setsmart.client.stopwatch import SharedStopwatch
from pulumi_setsmart.models.message_code import MessageCode, with_code

logger = log_of(__name__)

_ANNOUNCED_WAIT = 5.0
_SAME_WAIT = 2.0
"""A wait that ends so many seconds later than one that was announced is the same one."""

_LONGEST_SHOWN = 40


class RateLimitWaitError(Exception):
    """Whoever wants to send a request would have to wait longer than it can.

    Attributes:
        seconds: How long it would have to wait.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@frozen(eq=False)
class Permit:
    """Leave to send one request. Whoever has it settles it once, whatever comes of the request.

    Attributes:
        sent_at: When it was given, by the local clock.
        is_probe: Whether the request finds out what the limit is.
    """

    sent_at: float
    is_probe: bool


class Pacer:
    """Lets threads send requests as the rate limit allows: one for all threads of a process.

    The first request of a process, and of each window, is a probe: it goes out alone, to find out
    the limit. Then there is no waiting until the limit is used up. Alone on a key, the count is
    exact; beside others, the lower of our count and the server's holds.

    These hold whenever no thread has the lock: at most one probe is under way, `_under_way` is the
    number of permits that are not settled, and nobody waits for a probe that is over.

    Args:
        clock: The monotonic time in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._stopwatch = SharedStopwatch(clock)
        self._changed = threading.Condition()  # whose lock guards all that follows
        self._limit = RateLimitState()
        self._probe: Permit | None = None
        self._under_way = 0
        self._announced_until = 0.0
        self._reported: set[str] = set()

    @property
    def remaining(self) -> int | None:
        """How many requests are left of the window, or None if that is not known."""
        with self._changed:
            return self._limit.remaining(self._clock())

    def waited(self) -> float:
        """Return for how many seconds, so far, at least one request was held back."""
        return self._stopwatch.seconds()

    def admit(self, longest_wait: float) -> Permit:
        """Return when the next request may be sent.

        Args:
            longest_wait: How many seconds there are to wait at most.

        Raises:
            RateLimitWaitError: It takes longer; nothing has been waited for in vain.
        """
        with self._stopwatch.running():
            gives_up_at = self._clock() + longest_wait
            while True:
                permit = self._permit_in_time(longest_wait, gives_up_at)
                if permit is not None:
                    return permit

    def settle(
        self, permit: Permit, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Learn from what came of a request: the status and headers of its response, if any."""
        impossible: Mapping[str, str] = {}
        with self._changed:
            self._under_way -= 1
            if permit is self._probe:
                self._probe = None
            if status is not None:
                impossible = self._learn(permit, status, headers or {}).impossible
            self._changed.notify_all()
        self._warn_once(impossible)

    def _permit_in_time(self, longest_wait: float, gives_up_at: float) -> Permit | None:
        """Return a permit, or None after a wait for one, which may have come to another thread."""
        with self._changed:
            begins_at, reason = self._limit.begins_at(self._clock())
            now = self._clock()
            if begins_at <= now and not (self._limit.is_unknown and self._probe is not None):
                return self._new_permit(now)
            if begins_at <= now:
                if now >= gives_up_at or not self._changed.wait(gives_up_at - now):
                    raise RateLimitWaitError(longest_wait)
                return None
            if begins_at > gives_up_at:
                raise RateLimitWaitError(begins_at - now)
            is_announced = self._announce_now(begins_at, now)
        if is_announced:
            message = f"SetSmart: {reason}; going on in {begins_at - now:.0f} s"
            logger.warning("%s", with_code(message, MessageCode.RATE_LIMITED))
        self._sleep(begins_at - now)
        return None

    def _new_permit(self, now: float) -> Permit:
        permit = Permit(now, is_probe=self._limit.is_unknown)
        if permit.is_probe:
            self._probe = permit
        self._limit.count_request()
        self._under_way += 1
        return permit

    def _announce_now(self, wait_until: float, now: float) -> bool:
        """Return whether a wait is long, and no thread has announced it."""
        if wait_until - now <= _ANNOUNCED_WAIT or wait_until <= self._announced_until:
            return False
        self._announced_until = wait_until + _SAME_WAIT
        return True

    def _learn(self, permit: Permit, status: int, headers: Mapping[str, str]) -> RateLimitHeaders:
        now = self._limit.server_time(headers, permit.sent_at, self._clock())
        limits = read_rate_limit(status, headers, now)
        self._limit.learn(
            status, limits, now=now, is_probe=permit.is_probe, under_way=self._under_way
        )
        return limits

    def _warn_once(self, impossible: Mapping[str, str]) -> None:
        """Warn of headers that cannot be right, once for each."""
        for name, value in impossible.items():
            with self._changed:
                is_new = name not in self._reported
                self._reported.add(name)
            if is_new:
                message = (
                    f"SetSmart sends {name}: {quoted(value, _LONGEST_SHOWN)}, which is not within "
                    "a day of its clock; it is ignored"
                )
                logger.warning("%s", with_code(message, MessageCode.IMPLAUSIBLE_RESET))
