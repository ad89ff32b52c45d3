"""What pages show of times, durations, URLs and long texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import accumulate, takewhile

from markupsafe import escape

from pulumi_setsmart.sandbox.json import Json
from pulumi_setsmart.sandbox.masking import Masking

_SMALLEST_IN_MILLISECONDS = 0.01
"""Less is said with a decimal, as a sandbox is quick."""
_SMALLEST_IN_SECONDS = 0.1
_MINUTE = 60
_LONGEST_CELL = 160
"""How many bytes a text takes up in a table at most, so that a page of rows stays small."""
_LARGEST_CHARACTER = 5
"""How many bytes a character takes at most: a quotation mark is escaped."""
_STEPS = ((_MINUTE, "s"), (60, "min"), (24, "h"))


def moment(seconds: float) -> str:
    """Return a time in seconds since 1970 as people read it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(then: float, now: float) -> str:
    """Return how long ago something was, in the largest unit that fits: ``3 min ago``."""
    passed = int(now - then)
    return "just now" if passed < 1 else f"{_in_units(passed)} ago"


def duration(seconds: float) -> str:
    """Return a duration: ``4.2 ms``, ``0.35 s``, ``3 min``."""
    if seconds < _SMALLEST_IN_SECONDS:
        return f"{seconds * 1000:.{1 if seconds < _SMALLEST_IN_MILLISECONDS else 0}f} ms"
    return f"{seconds:.2f} s" if seconds < _MINUTE else _in_units(int(seconds))


def excerpt(text: str, most: int) -> str:
    """Return as much of a text as takes so many bytes of a page, with an ellipsis if it is cut."""
    if len(text) * _LARGEST_CHARACTER <= most or len(str(escape(text)).encode()) <= most:
        return text
    sizes = accumulate(len(str(escape(character)).encode()) for character in text)
    kept = sum(1 for _ in takewhile(lambda size: size <= most, sizes))
    return f"{text[:kept]}…"


def cell(text: object) -> str:
    """Return what a table shows of a text."""
    return excerpt(str(text), _LONGEST_CELL)


def listing_name(listing: Mapping[str, Json]) -> str:
    """Return what a listing is called: its name, or its id."""
    return str(listing.get("name") or listing["id"])


def shown_url(url: str) -> str:
    """Return a URL without the user and the keys in it."""
    return Masking(frozenset()).text(url)


def _in_units(passed: int) -> str:
    for size, unit in _STEPS:
        if passed < size:
            return f"{passed} {unit}"
        passed //= size
    return "1 day" if passed == 1 else f"{passed} days"
