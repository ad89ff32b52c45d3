"""Codes of messages, as messages carry them."""

from __future__ import annotations

import pytest

from pulumi_setsmart.models.message_code import MessageCode, with_code, without_code


@pytest.mark.parametrize("message", ["one line", "one\ntwo [left-out]\nthree", "[left-out]", ""])
@pytest.mark.parametrize("code", MessageCode)
def test_each_message_comes_apart_again(message: str, code: MessageCode) -> None:
    """Into its text, of any number of lines, and its code."""
    assert without_code(with_code(message, code)) == (message, code)


@pytest.mark.parametrize("text", ["", "one [1]", "one [left-out] two", "one\ntwo [left-out]"])
def test_a_text_without_a_code_stays_as_it_is(text: str) -> None:
    """It may be of another provider, or have brackets of its own."""
    assert without_code(text) == (text, None)
