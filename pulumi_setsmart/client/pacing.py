"""Keeping to the rate limit that every answer tells (`X-RateLimit-*`, documented)."""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections.abc import Callable, Mapping

_DIGITS = re.compile(r"[0-9]{1,15}")

LONGEST_HOLD = 900.0
"""The longest time, in seconds, that requests are held back; a longer one is not believed."""


class Pacer:
    """Holds requests back while the window is used up: one for all threads of a process.

    Args:
        clock: The monotonic time in seconds.
        sleep: Waits for a number of seconds.
        announce: Told how many seconds a request is held back, before it is.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        announce: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._announce = announce
        self._lock = threading.Lock()
        self._resumes_at = 0.0

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            delay = self._resumes_at - self._clock()
        if delay > 0:
            self._announce(delay)
            self._sleep(delay)

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer how much of the window is left."""
        if _number(headers.get("X-RateLimit-Remaining")) != 0:
            return
        reset = seconds_until_reset(headers)
        if reset is not None and reset <= LONGEST_HOLD:
            with self._lock:
                self._resumes_at = max(self._resumes_at, self._clock() + reset)


def requested_delay(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds an answer asks to wait, or None.

    `Retry-After` (assumed; seconds or a date) wins over `X-RateLimit-Reset` (documented).
    """
    retry_after = headers.get("Retry-After")
    if retry_after is not None:
        seconds = _number(retry_after)
        if seconds is not None:
            return float(seconds)
        moment = _http_date(retry_after)
        if moment is not None:
            return max(0.0, moment - _server_time(headers))
    return seconds_until_reset(headers)


def seconds_until_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until the window starts anew, by the server's own clock, or None."""
    reset = _number(headers.get("X-RateLimit-Reset"))
    if reset is None:
        return None
    return max(0.0, reset - _server_time(headers))


def _server_time(headers: Mapping[str, str]) -> float:
    moment = _http_date(headers.get("Date", ""))
    return time.time() if moment is None else moment


def _http_date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and _DIGITS.fullmatch(text.strip()) else None
