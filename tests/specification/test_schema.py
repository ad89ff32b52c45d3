"""The schema with which editors check portfolio files."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_JSON

from pulumi_setsmart import PortfolioFileError
from pulumi_setsmart.specification.document import Document, FileLocation
from pulumi_setsmart.specification.reading import entries_of
from pulumi_setsmart.specification.schema import portfolio_schema

VALIDATOR = jsonschema.Draft202012Validator(portfolio_schema())

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["Villa", " ", "", None, 5]),
    "address": st.sampled_from(["1 Road", "", None, []]),
    "bedrooms": st.sampled_from([0, 3, -1, 1.5, None, "2", True]),
    "bathrooms": st.sampled_from([0, 1.5, -1, None, "2"]),
    "status": st.sampled_from(["active", "", None]),
    "attributes": st.sampled_from([{}, {"a": None}, {"name": "x"}, {"id": "x"}, None, []]),
    "if_exists": st.sampled_from(["adopt", "other"]),
    "existing_id": st.sampled_from(["prop_1", "", 5]),
    "unordered": st.sampled_from([["a"], ["a.b", "/c"], [], [""], [5], "a"]),
    "clear": st.just(["address"]),
    "beds": st.just(1),
}
HOOK_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "url": st.sampled_from(["https://a.example", "HTTP://a", "ftp://a", "a", None]),
    "events": st.sampled_from([["a.b"], ["*"], ["a.b", "*"], ["a.*"], [], ["a"], "*", None]),
    "secret": st.sampled_from(
        [{"config": "a"}, {"config": " "}, {"config": "a", "b": 1}, "a", None]
    ),
    "status": st.sampled_from(["active", None]),
}


def entries(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Return strategies for entries with some of these fields."""
    entry = st.fixed_dictionaries({}, optional=fields)
    return st.dictionaries(st.sampled_from(["villa", "loft", " "]), entry, max_size=2) | ANY_JSON


def is_read(value: Any) -> bool:
    """Return whether a document with this value is a portfolio."""
    try:
        entries_of(Document(value, {"": FileLocation("p.yaml", 1)}))
    except PortfolioFileError:
        return False
    return True


@given(
    st.fixed_dictionaries(
        {}, optional={"properties": entries(FIELDS), "webhooks": entries(HOOK_FIELDS)}
    )
    | ANY_JSON
)
def test_what_the_schema_allows_is_what_is_read(value: Any) -> None:
    """An editor and `load_portfolio` are of one mind."""
    assert VALIDATOR.is_valid(value) == is_read(value)


@pytest.mark.parametrize("name", ["name", "address", "bedrooms", "bathrooms", "max_guests"])
def test_a_string_for_a_number_is_an_error_in_an_editor(name: str) -> None:
    """And a number for a text."""
    wrong = 5 if name in ("name", "address") else "5"
    value = {"properties": {"villa": {"name": "Villa", name: wrong}}}
    assert not VALIDATOR.is_valid(value)
