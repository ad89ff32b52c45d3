"""How a failure reaches the user: in one or two lines, without a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from pulumi_setsmart.client.chain import traceback_of
from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.models.message_code import MessageCode, with_code

DEBUG_VARIABLE = "SETSMART_DEBUG"


class SetSmartFailure(Exception):  # noqa: N818 -- it is not part of the tree of errors
    """What Pulumi shows of an error."""


# Pulumi prints the class of an exception, with its module unless it is a built-in one.
SetSmartFailure.__module__ = "builtins"
SetSmartFailure.__qualname__ = "SetSmart"


def hide_tracebacks() -> None:
    """Have this process print exceptions as one line; a traceback that is asked for is in ours."""
    sys.tracebacklimit = 0


def debugging() -> bool:
    """Return whether the user asked for tracebacks."""
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


@contextlib.contextmanager
def reported(tell: Callable[[str], str] = str) -> Iterator[None]:
    """Turn whatever goes wrong inside into a line for the user.

    Args:
        tell: Makes of the text of an error what a user may read: what it is about, no secrets.

    Raises:
        SetSmartFailure: Something went wrong.
    """
    try:
        yield
    except SetSmartFailure:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is, a user must get one line
        text = str(error) if isinstance(error, SetSmartError) else unexpected(error)
        lines = [shown(tell(text)), *([shown(traceback_of(error))] if debugging() else [])]
        # Not chained: the error, what it is made of, and what was handled may hold secrets.
        raise SetSmartFailure("\n".join(lines).rstrip()) from None


def unexpected(error: Exception) -> str:
    """Return what a user reads of an error that nobody foresaw; its own text may hold a secret."""
    return with_code(
        f"unexpected {type(error).__name__} in pulumi-setsmart; "
        f"please report it with what {DEBUG_VARIABLE}=1 shows",
        MessageCode.UNEXPECTED_ERROR,
    )
