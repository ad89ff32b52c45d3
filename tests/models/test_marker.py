"""The two values that JSON lacks."""

import json

import pytest

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN, holds_unknown


def test_clear_travels_as_a_text() -> None:
    """Pulumi serialises it like any text; states hold this one, so it stays."""
    assert json.dumps(CLEAR) == '"setsmart:null"'
    assert f"{CLEAR}" == "setsmart:null"


@pytest.mark.parametrize("value", [UNKNOWN, [1, UNKNOWN], {"a": [{"b": UNKNOWN}]}])
def test_what_is_not_known_is_found_at_any_depth(value: Json) -> None:
    """One value that is not known makes the whole unknown."""
    assert holds_unknown(value)


@pytest.mark.parametrize("value", [None, "setsmart:unknown", [], {"a": [1]}, {"setsmart": CLEAR}])
def test_everything_else_is_known(value: Json) -> None:
    """A text that reads the same is a text."""
    assert not holds_unknown(value)
