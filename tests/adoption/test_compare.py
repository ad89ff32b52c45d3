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


def declared(ids: dict[str, str], *listings: JsonObject) -> ComparedPortfolio:
    """Return a file with these listings, of which some have known ids."""
    return ComparedPortfolio(
        "f",
        {"properties": {f"k{n}": listing for n, listing in enumerate(listings)}, "webhooks": {}},
        ids={"properties": ids},
    )


def test_a_changed_title_is_a_change() -> None:
    """Where an id is known, in both directions, even of the only listing there is."""
    file, account = declared({"k0": "p0"}, {"name": "Old"}), side({"name": "New"})
    assert changes(file, account) == [("changed", "k0", "p0")]
    assert changes(account, file) == [("changed", "p0", "k0")]
    unknown = declared({}, {"name": "Old"})
    assert [change for change, *_ in changes(unknown, account)] == ["added", "missing"]


def test_the_id_tells_before_the_name_does() -> None:
    """Titles that were swapped, and one that another listing has by now."""
    one, two, three = ({"name": name} for name in ("A", "B", "C"))
    file = declared({"k0": "p0", "k1": "p1", "k2": "p2"}, one, two, three)
    assert changes(file, side(two, one, three)) == [
        ("changed", "k0", "p0"),
        ("changed", "k1", "p1"),
    ]
    assert changes(file, side({"name": "D"}, one, three)) == [
        ("changed", "k0", "p0"),
        ("changed", "k1", "p1"),
    ]


def test_a_listing_without_a_known_id_is_paired_by_its_name() -> None:
    """It takes no listing that is known to be another one's."""
    file = declared({"k1": "p0"}, {"name": "A"}, {"name": "B"}, {"name": "C"})
    account = side({"name": "A"}, {"name": "A"}, {"name": "C"})
    assert changes(file, account) == [("changed", "k1", "p0")]


def test_ids_of_another_account_tell_nothing() -> None:
    """There the names are at other ids, so nothing is different."""
    one, two = {"name": "A"}, {"name": "B"}
    file = declared({"k0": "p0", "k1": "p1"}, one, two)
    assert changes(file, side(two, one)) == []
    assert changes(side(one, two), side(two, one)) == []


def test_the_same_key_tells_before_the_id_does() -> None:
    """Between files and stacks; an id then pairs what has another key."""
    left = declared({"k0": "p0", "k1": "p1"}, {"name": "A"}, {"name": "B"})
    right = ComparedPortfolio(
        "r",
        {"properties": {"k0": {"name": "A"}, "new": {"name": "C"}}, "webhooks": {}},
        ids={"properties": {"k0": "p9", "new": "p1"}},
    )
    assert changes(left, right) == [("changed", "k1", "new")]
