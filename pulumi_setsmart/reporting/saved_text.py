"""What a shell saved, as text: each writes the output of a program in its own encoding."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", 1),
    # The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le", 4),
    (codecs.BOM_UTF32_BE, "utf-32-be", 4),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)
"""Byte order marks, each with its encoding and the bytes of one unit."""

_CLEARLY = 0.25
"""The part of all bytes that are 0, on one side of each pair, in a text that is UTF-16.

JSON is mostly ASCII, of which half of the bytes are 0 in UTF-16, and none in UTF-8.
"""


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def saved_text(saved: bytes) -> str:
    """Return what a shell saved as text.

    Args:
        saved: Text in UTF-8, with or without a byte order mark; in UTF-16 or UTF-32 with one; or
            in UTF-16 without one, if it is mostly ASCII.

    Returns:
        The text. Bytes that are not in the encoding are lone surrogates in it, so that a line in
        another encoding does not hide the others; `is_readable` tells whether there are any.
    """
    for mark, encoding, unit in _MARKS:
        if saved.startswith(mark):
            return _decoded(saved[len(mark) :], encoding, unit)
    for encoding, side in (("utf-16-le", 1), ("utf-16-be", 0)):
        if saved[side::2].count(0) > _CLEARLY * len(saved):
            return _decoded(saved, encoding, 2)
    return _decoded(saved, "utf-8", 1)


def is_readable(text: str) -> bool:
    """Return whether all bytes that a text was made of were in its encoding."""
    return _LONE_SURROGATE.search(text) is None


def _decoded(saved: bytes, encoding: str, unit: int) -> str:
    if unit == 1:
        return saved.decode(encoding, "surrogateescape")
    # What another program appended in another encoding may have left half a unit.
    return saved[: len(saved) // unit * unit].decode(encoding, "surrogatepass")
