"""The two values that JSON lacks."""

import json

import pytest

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN, holds_unknown, stands_for_null


def test_clear_is_sent_as_a_string() -> None:
    """Pulumi serialises it like any string; a diff shows it, so it says what it means."""
    assert json.dumps(CLEAR) == '"null (none)"'
    assert f"{CLEAR}" == "null (none)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (CLEAR, True),
        ("null (none)", True),
        ("setsmart:null", True),
        ("null", False),
        ("(none)", False),
        ("", False),
        (None, False),
        ([CLEAR], False),
    ],
)
def test_null_is_known_by_its_present_and_its_former_form(value: Json, *, expected: bool) -> None:
    """States and import files hold the former one. A similar string of a server is a string."""
    assert stands_for_null(value) is expected


@pytest.mark.parametrize("value", [UNKNOWN, [1, UNKNOWN], {"a": [{"b": UNKNOWN}]}])
def test_what_is_not_known_is_found_at_any_depth(value: Json) -> None:
    """One value that is not known makes the whole unknown."""
    assert holds_unknown(value)


@pytest.mark.parametrize("value", [None, "setsmart:unknown", [], {"a": [1]}, {"setsmart": CLEAR}])
def test_everything_else_is_known(value: Json) -> None:
    """A text that reads the same is a text."""
    assert not holds_unknown(value)
