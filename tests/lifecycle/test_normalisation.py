"""What a server makes of a value: a normalised form of it, or another value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_JSON, TEXTS

from pulumi_setsmart.lifecycle.normalisation import folded, is_normalised
from pulumi_setsmart.models.json import Json


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        (" Sea   Villa ", "Sea Villa"),
        ("VILLA", "villa"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("\uff33ea", "Sea"),
        ("2 \u00bd", "2 1\u20442"),
        (2, 2.0),
        (2.25, 2.3),
        (2.25, 2.2),
        (2.5, 3),
        (2.5, 2),
        (2.75, 3),
        (2.3, 2.25),
        (2.3, 2.5),
        (48.8583701, 48.858370),
        (0.1, 0.10000000149011612),
        (99.999, 100),
        ("7", 7),
        ({"property_id": "7"}, {"property_id": 7.0}),
        ("", None),
        ("  ", None),
        (None, ""),
        ([], None),
        (None, []),
        ({}, None),
        (None, {}),
        ({"a": " x ", "b": [1.04, {"c": "Y"}]}, {"a": "x", "b": [1, {"c": "y", "added": 1}]}),
    ],
)
def test_a_tidied_form(declared: Json, actual: Json) -> None:
    """Case, spacing, Unicode form, rounding, and the ways to say nothing; at any depth."""
    assert is_normalised(declared, actual)


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        (50, 16),
        (3, 4),
        (50, None),
        (0, None),
        (None, 0),
        (None, "active"),
        (False, None),
        (True, False),
        (True, 1),
        (1, True),
        (3, "3"),
        (2.25, 3),
        (2.7, 2),
        (0.1, 0.4),
        (1e300, 1e299),
        (2.5, 1e300),
        ("07", 7),
        ("1", True),
        ("2.5", 2.5),
        ("Villa", "Villas"),
        ("Villa", "Vill"),
        ("Villa", None),
        ("Villa", ""),
        ("https://a.example", "https://a.example/"),
        (["a", "b"], ["b", "a"]),
        (["a", "a"], ["a"]),
        (["a"], ["a", "b"]),
        (["a"], None),
        ({"a": 1}, None),
        ({"a": {"b": 50}}, {"a": {"b": 16}}),
        ({"a": 1}, [1]),
    ],
)
def test_another_value(declared: Json, actual: Json) -> None:
    """Limited, cut, replaced, dropped, filled in, of another type, or lists with other elements."""
    assert not is_normalised(declared, actual)


@given(ANY_JSON)
def test_every_value_is_a_tidied_form_of_itself(value: Json) -> None:
    """And so is what is left of it without case and spacing."""
    assert is_normalised(value, value)
    assert is_normalised(value, folded(value))


@given(st.floats(-1e9, 1e9), st.integers(0, 9))
def test_every_rounding_is_a_tidied_form(number: float, digits: int) -> None:
    """To any number of decimals."""
    assert is_normalised(number, round(number, digits))


@given(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53))
def test_no_other_whole_number_is_a_tidied_form(declared: int, actual: int) -> None:
    """However close it is: limits are whole numbers."""
    assert is_normalised(declared, actual) is (declared == actual)


@given(TEXTS, TEXTS)
def test_strings_are_tidied_both_ways(one: str, other: str) -> None:
    """What is a normalised form of the other is told by what is left of both."""
    assert is_normalised(one, other) is is_normalised(other, one)
