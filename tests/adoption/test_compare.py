"""What is different between two accounts or portfolios."""

from __future__ import annotations

from typing import Any

from pulumi_setsmart.adoption.compare import Side, differences
from pulumi_setsmart.models.json import JsonObject


def side(*listings: JsonObject, whole: bool = True) -> Side:
    """Return an account with these listings."""
    return Side(
        "s", {"properties": {f"p{n}": one for n, one in enumerate(listings)}, "webhooks": {}}, whole
    )


def changes(left: Side, right: Side) -> list[tuple[Any, ...]]:
    """Return what is different, in short."""
    return [(str(one.change), one.left, one.right) for one in differences(left, right)]


def test_two_accounts_are_compared_whole() -> None:
    """What only one of them has in a listing counts, whichever it is."""
    bare, rich = side({"name": "A"}), side({"name": "A", "x": 1})
    assert changes(bare, rich) == changes(rich, bare) == [("changed", "p0", "p0")]
    declared = side({"name": "A"}, whole=False)
    assert changes(declared, rich) == changes(rich, declared) == []
    declares_more = side({"name": "A", "x": 1}, whole=False)
    assert changes(declared, declares_more) == [("changed", "p0", "p0")]
    assert changes(declares_more, declared) == [("changed", "p0", "p0")]


def test_equal_listings_are_counted() -> None:
    """Two that cannot be told apart are not one; the one that is the same is paired first."""
    one: JsonObject = {"name": "A", "address": "1"}
    two = {**one, "bedrooms": 2}
    assert changes(side(one, one), side(one)) == [("missing", "p1", None)]
    assert changes(side(one, two), side(two, one)) == []
    assert changes(side(one, two), side(two)) == [("missing", "p0", None)]
