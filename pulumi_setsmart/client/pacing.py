"""Delays requests so that none exceeds the server's rate limit."""

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
_SILENCE = 300.0
"""Seconds after an announcement in which further waits are not announced.

A large portfolio waits in each window, and Pulumi lists every message at the end. A dynamic
provider cannot replace a line that it has shown.
"""

_LONGEST_SHOWN = 40


class RateLimitWaitError(Exception):
    """A request would have to wait longer than it may.

    Attributes:
        seconds: How long it would have to wait.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@frozen(eq=False)
class Permit:
    """Permission to send one request. It is settled once, whatever happens to the request.

    Attributes:
        sent_at: When it was granted, by the local clock.
        is_probe: Whether the request finds out what the limit is.
    """

    sent_at: float
    is_probe: bool


class Pacer:
    """Lets threads send requests as the rate limit allows: one for all threads of a process.

    The first request of a process, and of each window, is a probe: it is sent alone, to find out
    the limit. Then no request waits until the limit is used up. If nobody else uses the key, our
    count is exact; otherwise the lower of our count and the server's is used.

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
        self._announced_at: float | None = None
        self._reported: set[str] = set()

    @property
    def remaining(self) -> int | None:
        """How many requests are left of the window, or None if that is not known."""
        with self._changed:
            return self._limit.remaining(self._clock())

    def waited(self) -> float:
        """Return for how many seconds, so far, at least one request was waiting."""
        return self._stopwatch.seconds()

    def admit(self, longest_wait: float) -> Permit:
        """Wait until the next request may be sent.

        Args:
            longest_wait: How many seconds the request may wait.

        Raises:
            RateLimitWaitError: It would wait longer; a wait that is known to be too long is not
                begun.
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
        """Learn from the status and headers of the response to a request, if there was one."""
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
        """Return a permit, or None after a wait, since another thread may have got the permit."""
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
            is_first = self._announced_at is None
            is_announced = self._announce_now(begins_at, now)
        if is_announced:
            before = "" if is_first else f", after {self.waited():.0f} s of waiting so far"
            message = f"SetSmart: {reason}; continuing in {begins_at - now:.0f} s{before}"
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
        """Return whether a wait is long, and no thread has announced one for a while."""
        last = self._announced_at
        if wait_until - now <= _ANNOUNCED_WAIT or (last is not None and now < last + _SILENCE):
            return False
        self._announced_at = now
        return True

    def _learn(self, permit: Permit, status: int, headers: Mapping[str, str]) -> RateLimitHeaders:
        received_at = self._clock()
        now = self._limit.server_time(headers, permit.sent_at, received_at)
        limits = read_rate_limit(status, headers, now)
        self._limit.learn(
            status,
            limits,
            now=now,
            is_probe=permit.is_probe,
            under_way=self._under_way,
            sent_at=permit.sent_at,
            received_at=received_at,
        )
        return limits

    def _warn_once(self, impossible: Mapping[str, str]) -> None:
        """Warn once about each header with an impossible value."""
        for name, value in impossible.items():
            with self._changed:
                is_new = name not in self._reported
                self._reported.add(name)
            if is_new:
                message = (
                    f"SetSmart sends {name}: {quoted(value, _LONGEST_SHOWN)}, which is more than a "
                    "day from its clock; it is ignored"
                )
                logger.warning("%s", with_code(message, MessageCode.IMPLAUSIBLE_RESET))
