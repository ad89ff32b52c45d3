"""How a failure reaches the user."""

import os
import traceback

import pytest
from support.canary import HEADER_KEY, PIN, assert_absent
from support.messages import message

from pulumi_setsmart.client.confidential import keep_secret
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.failure import SetSmartFailure, reported


def test_a_setsmart_error_keeps_its_message() -> None:
    """The subject stands before the error's own text, and secrets are taken out of both."""
    with (
        pytest.raises(SetSmartFailure) as caught,
        reported(lambda text: f'property "Villa": {text.replace("hush", "[secret]")}'),
    ):
        raise SetSmartError("the code hush is too short")
    assert (
        str(caught.value) == 'property "Villa": the code [secret] is too short [unexpected-error]'
    )
    assert caught.value.__cause__ is None
    assert traceback.format_exception_only(caught.value)[0].startswith("SetSmart: property")


def test_a_bug_is_reported_without_its_values() -> None:
    """What was not foreseen may hold anything, so only its class is named."""
    with pytest.raises(SetSmartFailure) as caught, reported("property: {}".format):
        raise KeyError("hush")
    assert str(caught.value) == message(
        MessageCode.UNEXPECTED_ERROR, "property: ", "KeyError", "SETSMART_DEBUG=1"
    )
    assert "hush" not in str(caught.value)


def unforeseen() -> None:
    try:
        os.environ[f"the first {HEADER_KEY}"]
    except KeyError as error:
        error.add_note(f"a note on {HEADER_KEY}")
        raise ExceptionGroup("several", [ValueError("the code 482"), error]) from error


def test_debugging_shows_all_chained_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """With SETSMART_DEBUG=1 the text has the traceback of every error, and nothing is chained."""
    monkeypatch.setenv("SETSMART_DEBUG", "1")
    monkeypatch.setattr("sys.tracebacklimit", 0, raising=False)
    keep_secret(HEADER_KEY, PIN)
    with pytest.raises(SetSmartFailure) as caught, reported():
        unforeseen()
    text = str(caught.value)
    assert text.count("in unforeseen") == 3
    for said in ("the first [secret]", "a note on [secret]", "the code [secret]", "several"):
        assert said in text
    assert_absent(HEADER_KEY, text)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
