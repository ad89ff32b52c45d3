"""JSON, named for people and for paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.models.json import Json, dotted, pointer, steps, type_name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "true or false"),
        (1, "a whole number"),
        (1.0, "a number with a fraction"),
        ("", "a string"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_a_type_has_a_name_that_a_person_knows(value: Json, name: str) -> None:
    """No message speaks of str or NoneType."""
    assert type_name(value) == name


def test_a_pointer_is_unambiguous() -> None:
    """Slashes and tildes in names are escaped as RFC 6901 says."""
    assert pointer("", "a") == "/a"
    assert pointer("/a", 0) == "/a/0"
    assert pointer("/a", "b/c") == "/a/b~1c"
    assert pointer("", "~1") == "/~01"
    assert pointer("", "") == "/"


@given(st.lists(st.text(alphabet="ab/~01.é", max_size=5), max_size=4))
def test_a_pointer_leads_through_the_keys_that_it_was_made_of(keys: list[str]) -> None:
    """Whatever is in them; a person sees them as they are."""
    path = ""
    for key in keys:
        path = pointer(path, key)
    assert steps(path) == keys
    assert dotted(path) == ".".join(keys)
