"""What the headers of a response say about the rate limit (`X-RateLimit-*`, documented).

`Retry-After` (assumed) comes before everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from attrs import field, frozen

from pulumi_setsmart.client.timestamp import timestamp_in

_DIGITS = re.compile(r"[0-9]{1,15}")
_WAITING_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@frozen
class RateLimitHeaders:
    """What a response says; times are the server's, in seconds since 1970.

    Attributes:
        remaining: How many requests are left of the window, or None.
        resets_at: When the window ends, or None.
        retry_at: When the server allows the next request, or None if it asks for no wait.
        impossible: The headers that name no time within a day, with their values.
    """

    remaining: int | None = None
    resets_at: float | None = None
    retry_at: float | None = None
    impossible: Mapping[str, str] = field(factory=dict)


def read_rate_limit(status: int, headers: Mapping[str, str], now: float) -> RateLimitHeaders:
    """Return what a response says about the rate limit.

    Args:
        status: Its status: only some ask for a wait.
        headers: Its headers.
        now: The server's time in seconds since 1970.
    """
    names = ["X-RateLimit-Reset", *(["Retry-After"] if status in _WAITING_STATUSES else [])]
    values = {name: headers.get(name, "") for name in names}
    times = {name: timestamp_in(value, now) for name, value in values.items()}
    return RateLimitHeaders(
        remaining=remaining_requests(headers),
        resets_at=times["X-RateLimit-Reset"],
        retry_at=times.get("Retry-After"),
        impossible={
            name: value for name, value in values.items() if times[name] is None and value.strip()
        },
    )


def remaining_requests(headers: Mapping[str, str]) -> int | None:
    """Return how many requests are left of the window, or None if a response does not say."""
    text = headers.get("X-RateLimit-Remaining", "").strip()
    return int(text) if _DIGITS.fullmatch(text) else None
