"""Values on their way through Pulumi's engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN as ENGINE_UNKNOWN
from pulumi.runtime import rpc
from support.in_memory_account import through_engine
from support.json_values import NAMES, SCALARS, nested

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN
from pulumi_setsmart.providers.values import (
    from_engine,
    holds_former_null,
    to_engine,
    with_former_nulls,
)


@pytest.mark.parametrize(
    ("engine", "plain"),
    [
        (3.0, "3"),
        (2.5, "2.5"),
        (-0.0, "0"),
        (2.0**53, "9007199254740992"),
        (True, "True"),
        ("3", "'3'"),
        ("null (none)", "None"),
        ("setsmart:null", "None"),
        ([1.0, {"a": 2.0}], "[1, {'a': 2}]"),
    ],
)
def test_the_engines_doubles_become_whole_numbers_again(engine: object, plain: str) -> None:
    """A strict server refuses 3.0 for bedrooms."""
    assert repr(from_engine({"value": engine})["value"]) == plain


def test_null_travels_as_clear() -> None:
    """The engine drops null, so another value stands for it."""
    assert to_engine({"address": None}) == {"address": CLEAR}
    assert through_engine({"a": {"b": [None, 1]}}) == {"a": {"b": [None, 1]}}


def test_null_stays_in_its_former_form_where_the_state_has_it_so() -> None:
    """The engine may compare the inputs of a state with new ones, as strings."""
    null, former = CLEAR.value, "setsmart:null"
    olds = {"a": former, "b": {"c": [former, 1]}, "d": former, "e": null, "f": [former], "g": 1}
    news = {"a": null, "b": {"c": [null, null]}, "d": 3, "e": null, "f": null, "h": [null]}
    assert with_former_nulls(news, olds) == {
        **news,
        "a": former,
        "b": {"c": [former, null]},
    }
    assert with_former_nulls({"c": [null, null, null]}, {"c": [former]}) == {
        "c": [former, null, null]
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [{"b": "setsmart:null"}]}, True),
        ({"a": [{"setsmart:null": "null (none)"}], "b": None, "c": ENGINE_UNKNOWN}, False),
    ],
)
def test_the_former_form_of_null_is_found_at_any_depth(value: object, *, expected: bool) -> None:
    """Only values count."""
    assert holds_former_null(value) is expected


def test_what_is_not_known_stays_so() -> None:
    """In previews, a value that is not known yet goes through check and back."""
    values = from_engine({"a": ENGINE_UNKNOWN, "b": [ENGINE_UNKNOWN]})
    assert values["a"] is UNKNOWN
    assert to_engine(values) == {"a": rpc.UNKNOWN, "b": [rpc.UNKNOWN]}


def test_the_provider_itself_is_no_input() -> None:
    """Pulumi's own key does not reach the lifecycle."""
    assert from_engine({"__provider": "x", "name": "y"}) == {"name": "y"}


@given(st.dictionaries(NAMES, nested(SCALARS | st.none()), max_size=5))
def test_plain_values_survive_the_engine(properties: dict[str, Json]) -> None:
    """Everything that JSON holds comes back as it was, numbers by their value."""
    assert through_engine(properties) == properties
