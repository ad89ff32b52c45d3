"""Which objects of an account a portfolio declares already, which are new, and which are gone."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_setsmart import PortfolioArgs, PropertyArgs
from pulumi_setsmart.adoption.inventory import Held, Inventory
from pulumi_setsmart.adoption.reckoning import Known, Reckoning, reckon
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.record import Record


def reckoned(
    account: Mapping[str, dict[str, Json]],
    ids: Mapping[str, str] | None = None,
    managed: tuple[str, ...] = (),
    **entries: PropertyArgs,
) -> Reckoning:
    """Reckon an account, whose listings are given by their ids, with a portfolio of these entries.

    A listing without a name cannot be declared.
    """
    held = [
        Held(PROPERTY, Record(id_, {**fields, "id": id_}), fields if "name" in fields else None, [])
        for id_, fields in account.items()
    ]
    known = Known(
        {(PROPERTY, key): id_ for key, id_ in (ids or {}).items()},
        frozenset((PROPERTY, id_) for id_ in managed),
    )
    inventory = Inventory("https://a.example", {"properties": held, "webhooks": []})
    return reckon(inventory, PortfolioArgs(properties=entries), known)


def stands_for(reckoning: Reckoning) -> dict[str, str]:
    """Return the ids of the objects that entries stand for."""
    return {key: held.record.id for (_, key), held in reckoning.declared.items()}


def test_all_is_new_to_an_empty_portfolio() -> None:
    """Each listing under a name of its own, except what cannot be declared."""
    reckoning = reckoned({"p1": {"name": "Studio"}, "p2": {"name": "Studio"}, "p3": {}})
    assert stands_for(reckoning) == {"studio": "p1", "studio-2": "p2"}
    assert {key for _, key in reckoning.new} == {"studio", "studio-2"}
    assert (reckoning.gone, reckoning.managed) == ([], 0)


def test_no_two_entries_have_the_same_name() -> None:
    """Not even a listing and a subscription, or one that is gone: their resources would."""
    reckoning = reckoned({"p1": {"name": "Hook"}, "p2": {"name": "Villa"}}, {"villa": "p0"})
    assert stands_for(reckoning) == {"hook": "p1", "villa-2": "p2"}


def test_a_known_id_wins_over_what_a_listing_looks_like() -> None:
    """Renamed behind our back it is still the same; a twin of the entry is new."""
    villa = PropertyArgs(name="Villa", bedrooms=3)
    reckoning = reckoned(
        {"p1": {"name": "Villa", "bedrooms": 3}, "p2": {"name": "Renamed"}},
        {"villa": "p2"},
        villa=villa,
    )
    assert stands_for(reckoning) == {"villa": "p2", "villa-2": "p1"}
    assert {key for _, key in reckoning.new} == {"villa-2"}


def test_an_entry_whose_listing_is_not_there_is_gone() -> None:
    """It does not take another one for its own, however alike; one without an id may."""
    villa = PropertyArgs(name="Villa")
    account: dict[str, dict[str, Json]] = {"p2": {"name": "Villa"}}
    assert reckoned(account, {"villa": "p1"}, villa=villa).gone == [(PROPERTY, "villa")]
    assert stands_for(reckoned(account, villa=villa)) == {"villa": "p2"}
    assert reckoned({}, villa=villa).gone == [(PROPERTY, "villa")]
    named = PropertyArgs(name="Villa", existing_id="p1")
    assert reckoned(account, villa=named).gone == [(PROPERTY, "villa")]


def test_an_entry_that_was_never_written_gets_the_name_that_it_was_given() -> None:
    """The import file of an interrupted run knows names that the portfolio does not have."""
    reckoning = reckoned({"p1": {"name": "Studio"}, "p2": {"name": "Studio"}}, {"studio": "p2"})
    assert stands_for(reckoning) == {"studio-2": "p1", "studio": "p2"}
    assert {key for _, key in reckoning.new} == {"studio", "studio-2"}


def test_what_other_resources_stand_for_is_left_to_them() -> None:
    """It is neither new nor anybody's twin."""
    villa = PropertyArgs(name="Villa")
    reckoning = reckoned({"p1": {"name": "Villa"}}, managed=("p1",), villa=villa)
    assert (stands_for(reckoning), reckoning.managed) == ({}, 1)
    assert reckoning.gone == [(PROPERTY, "villa")]


def test_equal_entries_stand_for_different_listings() -> None:
    """The one that is as declared first, then those of the same name and address."""
    one = PropertyArgs(name="Studio", address="1 Street")
    two = PropertyArgs(name="Studio", address="1 Street", bedrooms=2)
    account: dict[str, dict[str, Json]] = {
        "p1": {"name": "Studio", "address": "1 Street", "bedrooms": 2},
        "p2": {"name": "Studio", "address": "1 street", "bedrooms": 1},
        "p3": {"name": "Studio", "address": "2 Street"},
    }
    reckoning = reckoned(account, one=one, two=two)
    assert stands_for(reckoning) == {"two": "p1", "one": "p2", "studio": "p3"}
