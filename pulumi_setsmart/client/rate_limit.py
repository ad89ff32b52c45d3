"""What is known about the server's rate limit: how many requests are left, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from attrs import define, field

from pulumi_setsmart.client.other_requests import OtherRequests
from pulumi_setsmart.client.rate_limit_headers import RateLimitHeaders
from pulumi_setsmart.client.server_clock import ServerClock

_SAME_WINDOW = 2.0
"""Seconds by which the reset varies on servers that compute it for each response."""

_ROUNDING = 1.0
"""How many seconds a server may round the reset down."""

_FIRST_UNSUCCESSFUL_STATUS = 300


@define
class Window:
    """A span of time for which the server allows a number of requests.

    Attributes:
        resets_at: When the next one begins, on the server's clock, in seconds since 1970.
        remaining: How many requests are left of it, those under way counted as made.
    """

    resets_at: float
    remaining: int


@define
class RateLimitState:
    """The rate limit, as known from the responses so far. It does not wait, and takes no lock.

    Local times are those of one monotonic clock. These hold after each call:

    - A limit is known (there is a window), known to be absent (`_is_absent`), or neither: then one
      request has to find out. It is never both.
    - As long as it lasts, a window never gets more requests, and never ends earlier.
    - Requests under way are never counted as left, whichever window the server counts them in.
    - A moment before which the server asks to send nothing never becomes an earlier one.
    """

    _clock: ServerClock = field(factory=ServerClock)
    _window: Window | None = None
    _is_absent: bool = False
    _retry_at: float = 0.0
    _rounding: float = 0.0
    _last_reset: float = 0.0
    _others: OtherRequests = field(factory=OtherRequests)

    def begins_at(self, now: float) -> tuple[float, str]:
        """Return from when requests are allowed, by the local clock, and the reason for a wait."""
        if self._retry_at > now:
            return self._retry_at, "SetSmart asked to wait"
        self._forget_past_window(now)
        # As many as others have under way will be gone when our request arrives.
        if self._window is not None and self._window.remaining <= self._others.under_way:
            return self._ends_at(self._window), "the rate limit is used up"
        return now, ""

    def remaining(self, now: float) -> int | None:
        """Return how many requests are left of the window, or None if that is not known."""
        self._forget_past_window(now)
        return None if self._window is None else self._window.remaining

    @property
    def is_unknown(self) -> bool:
        """Whether a request has to find out how many are allowed."""
        return self._window is None and not self._is_absent

    def count_request(self) -> None:
        """Count a request that is sent now."""
        if self._window is not None:
            self._window.remaining -= 1

    def server_time(self, headers: Mapping[str, str], sent_at: float, received_at: float) -> float:
        """Learn the server's time from a response, and return it for when the response came."""
        self._forget_past_window(received_at)
        if self._clock.observe(headers, sent_at, received_at):
            self._window, self._last_reset = None, 0.0  # both came from a clock that was wrong
        return self._clock.time(received_at)

    def learn(
        self,
        status: int,
        headers: RateLimitHeaders,
        *,
        now: float,
        is_probe: bool,
        under_way: int,
        sent_at: float,
        received_at: float,
    ) -> None:
        """Learn from a response.

        Args:
            status: Its status.
            headers: What its headers say.
            now: The server's time when it came.
            is_probe: Whether its request was sent to find out the limit.
            under_way: How many other requests of ours are under way.
            sent_at: When its request was sent, by the local clock.
            received_at: When it came, by the local clock.
        """
        is_rejected = status == HTTPStatus.TOO_MANY_REQUESTS
        if headers.retry_at is not None:
            self._retry_at = max(self._retry_at, self._clock.local(headers.retry_at))
        if headers.retry_at is not None or (is_rejected and headers.resets_at is None):
            self._window, self._is_absent = None, False  # one request has to find out
        elif headers.resets_at is None or headers.remaining is None:
            if is_probe and status < _FIRST_UNSUCCESSFUL_STATUS:
                self._is_absent = self._window is None
        else:
            self._is_absent = False
            lasted_longer = is_probe and headers.resets_at <= self._last_reset
            if lasted_longer or (is_rejected and headers.resets_at <= now):
                self._rounding = _ROUNDING  # the window lasted longer than the header said
            remaining = 0 if is_rejected else headers.remaining
            others = self._update(headers.resets_at, remaining, under_way)
            if others is None:
                self._others.begin(received_at)
            else:
                self._others.observe(others, received_at, received_at - sent_at)

    def _update(self, resets_at: float, remaining: int, under_way: int) -> int | None:
        """Learn what is left; return how many requests of others that shows, or None if unknown."""
        window, others = self._window, None
        if window is None or resets_at > window.resets_at + _SAME_WINDOW:
            # The server may count requests under way in the new window, but not show it yet.
            window = Window(resets_at, max(0, remaining - under_way))
        elif resets_at >= window.resets_at - _SAME_WINDOW:
            window.resets_at = max(window.resets_at, resets_at)
            others = 0
            if remaining < window.remaining:
                # Others use the key too, and requests under way may not be counted yet.
                left = max(0, remaining - under_way)
                others, window.remaining = window.remaining - left, left
        self._window = window
        self._last_reset = window.resets_at
        return others

    def _forget_past_window(self, now: float) -> None:
        if self._window is not None and now >= self._ends_at(self._window):
            self._window = None

    def _ends_at(self, window: Window) -> float:
        return self._clock.local(window.resets_at) + self._rounding
