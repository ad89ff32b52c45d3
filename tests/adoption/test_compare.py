"""What is different between two accounts or portfolios."""

from __future__ import annotations

from typing import Any

from pulumi_setsmart.adoption.compare import ComparedPortfolio, differences
from pulumi_setsmart.models.json import JsonObject


def side(*listings: JsonObject, is_complete: bool = True) -> ComparedPortfolio:
    """Return an account with these listings."""
    return ComparedPortfolio(
        "s",
        {"properties": {f"p{n}": listing for n, listing in enumerate(listings)}, "webhooks": {}},
        is_complete,
    )


def changes(left: ComparedPortfolio, right: ComparedPortfolio) -> list[tuple[Any, ...]]:
    """Return what is different, in short."""
    return [
        (str(difference.change), difference.left, difference.right)
        for difference in differences(left, right)
    ]


def test_two_accounts_are_compared_whole() -> None:
    """What only one of them has in a listing counts, whichever it is."""
    bare, rich = side({"name": "A"}), side({"name": "A", "x": 1})
    assert changes(bare, rich) == changes(rich, bare) == [("changed", "p0", "p0")]
    declared = side({"name": "A"}, is_complete=False)
    assert changes(declared, rich) == changes(rich, declared) == []
    declares_more = side({"name": "A", "x": 1}, is_complete=False)
    assert changes(declared, declares_more) == [("changed", "p0", "p0")]
    assert changes(declares_more, declared) == [("changed", "p0", "p0")]


def test_equal_listings_are_counted() -> None:
    """Two equal listings stay two, and an exact match is paired first."""
    one: JsonObject = {"name": "A", "address": "1"}
    two = {**one, "bedrooms": 2}
    assert changes(side(one, one), side(one)) == [("missing", "p1", None)]
    assert changes(side(one, two), side(two, one)) == []
    assert changes(side(one, two), side(two)) == [("missing", "p0", None)]


def test_a_field_is_named_as_a_report_names_it() -> None:
    """Whatever its API name holds: JSON pointers are for programs."""
    left, right = (
        ComparedPortfolio(
            name, {"properties": {"a": {"name": "A", "x": {"a/b~c": bedrooms}}}, "webhooks": {}}
        )
        for name, bedrooms in (("left", 1), ("right", 2))
    )
    [difference] = differences(left, right)
    assert [field.name for field in difference.fields] == ["x.a/b~c"]
