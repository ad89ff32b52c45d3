"""Keeping to the rate limit that every answer tells (`X-RateLimit-*`, documented).

`Retry-After` (assumed) comes before everything else.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from attrs import define

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.moment import moment_in
from pulumi_setsmart.client.server_clock import ServerClock
from pulumi_setsmart.models.message_code import MessageCode, with_code

_DIGITS = re.compile(r"[0-9]{1,15}")
_SAME_WINDOW = 2.0
"""Some servers compute the reset anew for each answer, and it jitters by this many seconds."""

_ROUNDING = 1.0
"""By how many seconds a server may round the reset down."""

_ANNOUNCED_WAIT = 5.0
_LONGEST_SHOWN = 40
_FIRST_UNSUCCESSFUL_STATUS = 300
_WAITING_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class RateLimitWaitError(Exception):
    """Whoever wants to send a request would have to wait longer than it can.

    Attributes:
        seconds: How long it would have to wait.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@define
class Window:
    """A span of time for which the server allows a number of requests.

    Attributes:
        resets_at: When the next one begins, on the server's clock, in seconds since 1970.
        remaining: How many requests are left of it, those under way counted as made.
    """

    resets_at: float
    remaining: int


class Permit:
    """Leave to send one request. Whoever has it tells what came of it, once."""

    def __init__(self, pacer: Pacer, sent_at: float, *, explores: bool) -> None:
        self._pacer = pacer
        self.sent_at = sent_at
        self.explores = explores

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Tell the answer."""
        self._pacer.settle(self, status, headers)

    def unanswered(self) -> None:
        """Tell that there was none."""
        self._pacer.settle(self, None, {})


class Pacer:
    """Holds requests back so that none is refused: one for all threads of a process.

    The first request of a process, and of each window, goes out alone, to learn the budget. Then
    there is no waiting until the budget is used up. Alone on a key, the count is exact; beside
    others, the lower of our count and the server's holds.

    Args:
        clock: The monotonic time in seconds.
        sleep: Waits for a number of seconds.
        announce: Told how many seconds all requests are held back, and why, before a long wait.
        warn: Told, once for each header, what a server says that cannot be.
        server_clock: Learns the server's time from its answers.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        announce: Callable[[float, str], None] = lambda _seconds, _reason: None,
        warn: Callable[[str], None] = lambda _sentence: None,
        server_clock: ServerClock | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._announce = announce
        self._warn = warn
        self._server_clock = server_clock or ServerClock()
        self._changed = threading.Condition()
        self._window: Window | None = None
        self._unlimited = False
        self._explorer: Permit | None = None
        self._under_way = 0
        self._held_until = 0.0
        self._announced_until = 0.0
        self._rounding = 0.0
        self._last_reset = 0.0
        self._impossible: set[str] = set()
        self._waiting = 0
        self._waiting_since = 0.0
        self._waited = 0.0

    @property
    def remaining(self) -> int | None:
        """How many requests are left of the window, or None if that is not known."""
        with self._changed:
            self._forget_past_window(self._clock())
            return None if self._window is None else self._window.remaining

    @property
    def waited(self) -> float:
        """For how many seconds, so far, at least one request was held back."""
        with self._changed:
            return self._waited + (self._clock() - self._waiting_since if self._waiting else 0.0)

    def admit(self, patience: float) -> Permit:
        """Return when the next request may be sent.

        Args:
            patience: How many seconds there are to wait at most.

        Raises:
            RateLimitWaitError: It takes longer; nothing has been waited for in vain.
        """
        with self._changed:
            self._waiting_since = self._waiting_since if self._waiting else self._clock()
            self._waiting += 1
        try:
            return self._admit_in_time(patience)
        finally:
            with self._changed:
                self._waiting -= 1
                if not self._waiting:
                    self._waited += self._clock() - self._waiting_since

    def _admit_in_time(self, patience: float) -> Permit:
        gives_up_at = self._clock() + patience
        while True:
            with self._changed:
                wait_until, reason = self._admitted_at()
                now = self._clock()
                if wait_until <= now:
                    permit = self._admit_now(now)
                    if permit is not None:
                        return permit
                    # Somebody else is learning the budget.
                    if now >= gives_up_at or not self._changed.wait(gives_up_at - now):
                        raise RateLimitWaitError(patience)
                    continue
                if wait_until > gives_up_at:
                    raise RateLimitWaitError(wait_until - now)
                is_news = self._is_news(wait_until, now)
            if is_news:
                self._announce(wait_until - now, reason)
            self._sleep(wait_until - now)

    def settle(self, permit: Permit, status: int | None, headers: Mapping[str, str]) -> None:
        """Learn from what came of a request: the status and headers of its answer, if any."""
        with self._changed:
            self._under_way -= 1
            if permit is self._explorer:
                self._explorer = None
            if status is not None:
                received_at = self._clock()
                self._forget_past_window(received_at)
                if self._server_clock.observe(headers, permit.sent_at, received_at):
                    self._window, self._last_reset = None, 0.0  # known by a clock that was wrong
                self._learn(permit, status, headers, received_at)
            self._changed.notify_all()

    def _admitted_at(self) -> tuple[float, str]:
        """Return when the next request may be sent, and what it is waiting for until then."""
        now = self._clock()
        if self._held_until > now:
            return self._held_until, "SetSmart asked to wait"
        self._forget_past_window(now)
        if self._window is not None and self._window.remaining <= 0:
            return self._ends_at(self._window), "the rate limit is used up"
        return now, ""

    def _forget_past_window(self, now: float) -> None:
        if self._window is not None and now >= self._ends_at(self._window):
            self._window = None

    def _ends_at(self, window: Window) -> float:
        return self._server_clock.local(window.resets_at) + self._rounding

    def _is_news(self, wait_until: float, now: float) -> bool:
        """Return whether a wait is long, and nobody has announced it."""
        if wait_until - now <= _ANNOUNCED_WAIT or wait_until <= self._announced_until:
            return False
        self._announced_until = wait_until + _SAME_WINDOW
        return True

    def _admit_now(self, now: float) -> Permit | None:
        explores = self._window is None and not self._unlimited
        if explores and self._explorer is not None:
            return None
        permit = Permit(self, now, explores=explores)
        if explores:
            self._explorer = permit
        if self._window is not None:
            self._window.remaining -= 1
        self._under_way += 1
        return permit

    def _learn(
        self, permit: Permit, status: int, headers: Mapping[str, str], received_at: float
    ) -> None:
        remaining = told_remaining(headers)
        resets_at = self._moment(headers, "X-RateLimit-Reset", received_at)
        refused = status == HTTPStatus.TOO_MANY_REQUESTS
        asked_to_wait = status in _WAITING_STATUSES and self._hold(headers, received_at)
        if asked_to_wait or (refused and resets_at is None):
            self._window = None  # to be learned anew, by one request alone
            self._unlimited = False
            return
        if resets_at is None or remaining is None:
            if permit.explores and status < _FIRST_UNSUCCESSFUL_STATUS:
                self._unlimited = self._window is None
            return
        self._unlimited = False
        is_over = resets_at <= self._server_clock.time(received_at)
        if (permit.explores and resets_at <= self._last_reset) or (refused and is_over):
            self._rounding = _ROUNDING  # the window went on after the moment that was told
        self._update(resets_at, 0 if refused else remaining)

    def _update(self, resets_at: float, remaining: int) -> None:
        window = self._window
        if window is None or resets_at > window.resets_at + _SAME_WINDOW:
            # What is under way may be counted in the new window and not be told yet.
            window = Window(resets_at, max(0, remaining - self._under_way))
        elif resets_at >= window.resets_at - _SAME_WINDOW:
            window.resets_at = max(window.resets_at, resets_at)
            if remaining < window.remaining:
                # Others use the key too, and what is under way may not be counted yet.
                window.remaining = max(0, remaining - self._under_way)
        self._window = window
        self._last_reset = window.resets_at

    def _hold(self, headers: Mapping[str, str], received_at: float) -> bool:
        """Hold all requests back where the server asks for it, and return whether it does."""
        moment = self._moment(headers, "Retry-After", received_at)
        if moment is None:
            return False
        until = self._server_clock.local(moment)
        self._held_until = max(self._held_until, until)
        return True

    def _moment(self, headers: Mapping[str, str], name: str, received_at: float) -> float | None:
        """Return the moment that a header tells by the server's clock, unless it cannot be."""
        text = headers.get(name, "")
        moment = moment_in(text, self._server_clock.time(received_at))
        if moment is None and text.strip() and name not in self._impossible:
            self._impossible.add(name)
            message = (
                f"SetSmart sends {name}: {quoted(text, _LONGEST_SHOWN)}, which is not within a "
                "day of its clock; it is ignored"
            )
            self._warn(with_code(message, MessageCode.IMPLAUSIBLE_RESET))
        return moment


def told_remaining(headers: Mapping[str, str]) -> int | None:
    """Return how many requests are left of the window, or None where an answer does not tell."""
    text = headers.get("X-RateLimit-Remaining", "").strip()
    return int(text) if _DIGITS.fullmatch(text) else None
