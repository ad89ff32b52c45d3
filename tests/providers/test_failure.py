"""How a failure reaches the user."""

import traceback

import pytest

from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.providers.failure import SetSmartFailure, reported


def test_our_errors_are_told_as_they_are() -> None:
    """The subject stands before the error's own text, and secrets are taken out of both."""
    with (
        pytest.raises(SetSmartFailure) as caught,
        reported(lambda text: f'property "Villa": {text.replace("hush", "[secret]")}'),
    ):
        raise SetSmartError("the code hush is too short")
    assert str(caught.value) == 'property "Villa": the code [secret] is too short'
    assert caught.value.__cause__ is None
    assert traceback.format_exception_only(caught.value)[0].startswith("SetSmart: property")


def test_a_bug_is_told_without_its_values() -> None:
    """What was not foreseen may hold anything, so only its class is named."""
    with pytest.raises(SetSmartFailure) as caught, reported("property: {}".format):
        raise KeyError("hush")
    assert str(caught.value) == (
        "property: unexpected KeyError in pulumi-setsmart; "
        "please report it with what SETSMART_DEBUG=1 shows"
    )


def test_debugging_keeps_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """With SETSMART_DEBUG=1 the chain of errors stays."""
    monkeypatch.setenv("SETSMART_DEBUG", "1")
    with pytest.raises(SetSmartFailure) as caught, reported():
        raise KeyError("cause")
    assert isinstance(caught.value.__cause__, KeyError)
