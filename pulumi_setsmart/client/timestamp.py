"""Moments that headers tell, in whatever unit a server has them.

Documented are seconds since 1970. Servers also send milliseconds, the seconds that are left, or a
date. Only one reading of a value is possible, since a rate limit resets within a day.
"""

from __future__ import annotations

import email.utils
import math
import re
from datetime import UTC, datetime

DAY = 86_400.0
"""How far, in seconds, a moment may be from the server's present to be believed."""

_NUMBER = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
UNITS = (1.0, 1e-3, 1e-6, 1e-9)
"""In seconds, in the order in which they are tried."""


def timestamp_in(text: str, now: float) -> float | None:
    """Return the moment that a header tells, in seconds since 1970, or None if it is impossible.

    Args:
        text: The value of the header: seconds, milliseconds, microseconds or nanoseconds since
            1970, the seconds that are left, an HTTP date or one of ISO 8601.
        now: The server's time in seconds since 1970.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        date = http_date(text)
        date = _iso_date(text) if date is None else date
        return date if date is not None and _is_possible(date, now) else None
    number = float(text)
    unit = unit_of(number, now)
    if unit is not None:
        return number * unit
    return now + number if number <= DAY else None


def unit_of(number: float, now: float) -> float | None:
    """Return in how many seconds a moment since 1970 is counted, or None if it is no such moment.

    Args:
        number: The moment as a header tells it.
        now: The server's time in seconds since 1970.
    """
    return next((unit for unit in UNITS if _is_possible(number * unit, now)), None)


def http_date(text: str) -> float | None:
    """Return an HTTP date as seconds since 1970, or None if it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None


def _iso_date(text: str) -> float | None:
    try:
        date = datetime.fromisoformat(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _is_possible(moment: float, now: float) -> bool:
    return math.isfinite(moment) and abs(moment - now) <= DAY
