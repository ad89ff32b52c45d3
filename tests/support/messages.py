"""Messages to the user, compared by their codes and facts, so that their wording is free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.models.message_code import MessageCode

_EDGE = r"(?:(?<!\w)|(?!\w))"
"""No place inside of a word."""


class _Message:
    def __init__(self, code: MessageCode, facts: tuple[object, ...]) -> None:
        self.code = code
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        return other.partition("\n")[0].endswith(f" [{self.code}]") and all(
            re.search(rf"{_EDGE}{re.escape(str(fact))}{_EDGE}", other) for fact in self.facts
        )

    __hash__ = None  # type: ignore[assignment]  # no hash agrees with this __eq__

    def __repr__(self) -> str:
        """Return what a failing test shows."""
        return f"message({', '.join([self.code, *map(repr, self.facts)])})"


def message(code: MessageCode, *facts: object) -> Any:
    """Return what equals any string with the code and all the facts.

    A fact is what stays when a message is reworded: an id, a field, a value, a setting, a file, a
    command. It counts only as whole words, so 4 is not found in 40. The code ends the first line;
    facts may be in any. Use it wherever a message is compared:
    ``assert caplog.messages == [message(MessageCode.RETRYING, "prop_1", "2 s")]``.
    """
    return _Message(code, facts)


@contextmanager
def raises(
    error: type[SetSmartError], code: MessageCode, *facts: object
) -> Iterator[pytest.ExceptionInfo[Any]]:
    """Expect an error of this class whose message has the code and the facts."""
    with pytest.raises(error) as caught:
        yield caught
    text, expected = str(caught.value), message(code, *facts)
    assert text == expected, f"{text!r} is not {expected!r}"
