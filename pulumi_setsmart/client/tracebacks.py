"""An error and those behind it, as a traceback without secrets."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from pulumi_setsmart.client.confidential import foreign, redacted

_MOST_FRAMES = 200


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error, with those of its causes, without secrets."""
    # A limit, since the provider's process has one of its own: none of it.
    told = traceback.TracebackException.from_exception(error, limit=_MOST_FRAMES)
    return "".join(_told(told))


def _told(error: traceback.TracebackException) -> Iterator[str]:
    """Yield the lines of a traceback: where it was, which is ours, and what was said."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield (
            "\nThe above exception was the direct cause of the following exception:\n\n"
            if error.__cause__
            else "\nDuring handling of the above exception, another exception occurred:\n\n"
        )
    if error.stack:
        yield "Traceback (most recent call last):\n"
        yield redacted("".join(error.stack.format()))
    yield foreign("".join(error.format_exception_only()))
    for one in error.exceptions or ():
        yield "One of them:\n"
        yield from _told(one)
