"""An error and its causes, as a traceback without secrets."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from pulumi_setsmart.client.confidential import foreign, redacted

_MOST_FRAMES = 200


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error, with those of its causes, without secrets."""
    # Set here, because Pulumi sets the limit of the provider's process to no frames.
    formatted = traceback.TracebackException.from_exception(error, limit=_MOST_FRAMES)
    return "".join(_lines(formatted))


def _lines(error: traceback.TracebackException) -> Iterator[str]:
    """Yield the parts of a traceback: the frames, which are ours, and the message."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before)
        yield (
            "\nThe above exception was the direct cause of the following exception:\n\n"
            if error.__cause__
            else "\nDuring handling of the above exception, another exception occurred:\n\n"
        )
    if error.stack:
        yield "Traceback (most recent call last):\n"
        yield redacted("".join(error.stack.format()))
    yield foreign("".join(error.format_exception_only()))
    for member in error.exceptions or ():
        yield "One of them:\n"
        yield from _lines(member)
