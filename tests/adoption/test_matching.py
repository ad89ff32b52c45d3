"""Which objects of an account a portfolio declares already, which are new, and which are gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from support.messages import raises

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.adoption.matching import Known, Matching, Share, match_entries
from pulumi_setsmart.adoption.selection import Condition, Selection
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record


def matched(
    account: Mapping[str, dict[str, Json]],
    ids: Mapping[str, str] | None = None,
    managed: tuple[str, ...] = (),
    others: Mapping[str, str] | None = None,
    *,
    elsewhere: Mapping[str, str] | None = None,
    share: Share | None = None,
    **entries: dict[str, Json],
) -> Matching:
    """Reckon an account, whose listings are given by their ids, with a portfolio of these entries.

    A listing without a name cannot be declared. The ids in ``managed`` are those of resources of
    the portfolio in the stack, ``others`` has those of other resources by name, and ``elsewhere``
    has other stacks by the ids of what they adopted.
    """
    objects = [
        AccountObject(
            PROPERTY, Record(id_, {**fields, "id": id_}), fields if "name" in fields else None, []
        )
        for id_, fields in account.items()
    ]
    known = Known(
        {(PROPERTY, key): id_ for key, id_ in (ids or {}).items()},
        frozenset((PROPERTY, id_) for id_ in (*managed, *(others or {}).values())),
        {(PROPERTY, name): id_ for name, id_ in (others or {}).items()},
        {(PROPERTY, id_): stack for id_, stack in (elsewhere or {}).items()},
    )
    inventory = Inventory("https://a.example", {"properties": objects, "webhooks": []})
    return match_entries(inventory, {"properties": entries, "webhooks": {}}, known, share)


def stands_for(matching: Matching) -> dict[str, str]:
    """Return the ids of the objects that entries stand for."""
    return {key: declared.record.id for (_, key), declared in matching.declared.items()}


def test_all_is_new_to_an_empty_portfolio() -> None:
    """Each listing under a name of its own, except what cannot be declared."""
    matching = matched({"p1": {"name": "Studio"}, "p2": {"name": "Studio"}, "p3": {}})
    assert stands_for(matching) == {"studio": "p1", "studio-2": "p2"}
    assert {*matching.new["properties"]} == {"studio", "studio-2"}
    assert (matching.gone, matching.managed) == ([], 0)


def test_no_two_entries_have_the_same_name() -> None:
    """Not even a listing and a subscription, or one that is gone: their resources would."""
    matching = matched({"p1": {"name": "Hook"}, "p2": {"name": "Villa"}}, {"villa": "p0"})
    assert stands_for(matching) == {"hook": "p1", "villa-2": "p2"}


def test_a_known_id_wins_over_what_a_listing_looks_like() -> None:
    """Renamed outside Pulumi it is still the same; a twin of the entry is new."""
    villa: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
    matching = matched(
        {"p1": {"name": "Villa", "bedrooms": 3}, "p2": {"name": "Renamed"}},
        {"villa": "p2"},
        villa=villa,
    )
    assert stands_for(matching) == {"villa": "p2", "villa-2": "p1"}
    assert {*matching.new["properties"]} == {"villa-2"}


def test_an_entry_whose_listing_is_not_there_is_gone() -> None:
    """It does not take another one for its own, however alike; one without an id may."""
    villa: dict[str, Json] = {"name": "Villa"}
    account: dict[str, dict[str, Json]] = {"p2": {"name": "Villa"}}
    assert matched(account, {"villa": "p1"}, villa=villa).gone == [(PROPERTY, "villa")]
    assert stands_for(matched(account, villa=villa)) == {"villa": "p2"}
    assert matched({}, villa=villa).gone == [(PROPERTY, "villa")]
    named: dict[str, Json] = {"name": "Villa", "existing_id": "p1"}
    assert matched(account, villa=named).gone == [(PROPERTY, "villa")]


def test_an_entry_that_was_never_written_gets_the_name_that_it_was_given() -> None:
    """The import file of an interrupted run knows names that the portfolio does not have."""
    matching = matched({"p1": {"name": "Studio"}, "p2": {"name": "Studio"}}, {"studio": "p2"})
    assert stands_for(matching) == {"studio-2": "p1", "studio": "p2"}
    assert {*matching.new["properties"]} == {"studio", "studio-2"}


def test_what_other_resources_stand_for_is_left_to_them() -> None:
    """It is neither new nor anybody's twin."""
    villa: dict[str, Json] = {"name": "Villa"}
    matching = matched({"p1": {"name": "Villa"}}, others={"mine": "p1"}, villa=villa)
    assert (stands_for(matching), matching.managed) == ({}, 1)
    assert matching.gone == [(PROPERTY, "villa")]


def test_equal_entries_stand_for_different_listings() -> None:
    """The one that is as declared first, then those of the same name and address."""
    one: dict[str, Json] = {"name": "Studio", "address": "1 Street"}
    two: dict[str, Json] = {"name": "Studio", "address": "1 Street", "bedrooms": 2}
    account: dict[str, dict[str, Json]] = {
        "p1": {"name": "Studio", "address": "1 Street", "bedrooms": 2},
        "p2": {"name": "Studio", "address": "1 street", "bedrooms": 1},
        "p3": {"name": "Studio", "address": "2 Street"},
    }
    matching = matched(account, one=one, two=two)
    assert stands_for(matching) == {"two": "p1", "one": "p2", "studio": "p3"}


STUDIO: dict[str, Json] = {"name": "Studio", "address": "1 Street"}
TWINS: dict[str, dict[str, Json]] = {
    "p1": {**STUDIO, "bedrooms": 1},
    "p2": {**STUDIO, "bedrooms": 2},
}


@pytest.mark.parametrize("managed", [(), ("p1",)])
@pytest.mark.parametrize("named", [{}, {"existing_id": "p1"}, {"formerly": ["old", "studio"]}])
def test_an_entry_with_another_key_keeps_its_listing(
    managed: tuple[str, ...], named: dict[str, Json]
) -> None:
    """Found by name and address, by id or by its former key; the stack may have it or not."""
    entry: dict[str, Json] = {**STUDIO, "bedrooms": 7, **named}
    matching = matched({"p1": STUDIO}, {"studio": "p1"}, managed, atelier=entry)
    assert stands_for(matching) == {"atelier": "p1"}
    assert matching.former == {(PROPERTY, "atelier"): "studio"}
    assert (matching.gone, matching.managed, matching.new["properties"]) == ([], 0, {})


def test_a_former_key_may_be_a_resource_outside_the_portfolio() -> None:
    """Only if the entry names it: otherwise the program may declare both."""
    entry: dict[str, Json] = {**STUDIO, "formerly": "mine"}
    matching = matched({"p1": STUDIO}, others={"mine": "p1"}, atelier=entry)
    assert (stands_for(matching), matching.former, matching.managed) == ({"atelier": "p1"}, {}, 0)
    named: dict[str, Json] = {**STUDIO, "existing_id": "p1"}
    assert matched({"p1": STUDIO}, others={"mine": "p1"}, atelier=named).gone == [
        (PROPERTY, "atelier")
    ]


def test_twins_with_other_keys_are_told_apart_by_what_they_declare() -> None:
    """One that is as declared leaves the other one no choice."""
    known = {"one": "p1", "two": "p2"}
    a: dict[str, Json] = {**STUDIO, "bedrooms": 2}
    b: dict[str, Json] = {**STUDIO, "bedrooms": 9}
    matching = matched(TWINS, known, ("p1", "p2"), a=a, b=b)
    assert stands_for(matching) == {"a": "p2", "b": "p1"}
    assert {key: former for (_, key), former in matching.former.items()} == {"a": "two", "b": "one"}


@pytest.mark.parametrize(
    ("known", "entries"),
    [
        ({"one": "p1", "two": "p2"}, {"a": STUDIO}),
        ({"one": "p1", "two": "p2"}, {"a": STUDIO, "b": STUDIO}),
        ({"one": "p1"}, {"a": STUDIO}),
        ({"one": "p1"}, {"a": {**STUDIO, "bedrooms": 2}}),
        ({"one": "p1", "two": "p2"}, {"two": STUDIO, "a": STUDIO, "b": STUDIO}),
    ],
    ids=["one of two", "both", "an unmanaged twin", "like an unmanaged twin", "two for one"],
)
def test_no_guess_is_made_about_a_key_that_changed(
    known: dict[str, str], entries: dict[str, Any]
) -> None:
    """It could delete the wrong listing of two."""
    with raises(PortfolioFileError, MessageCode.UNCLEAR_RENAME, "a", "one", "p1", "formerly"):
        matched(TWINS, known, tuple(known.values()), **entries)


def test_a_key_that_was_removed_is_not_used_again() -> None:
    """Its resource is in the stack until `pulumi up` deletes it; a new listing gets another key."""
    account: dict[str, dict[str, Json]] = {"p1": STUDIO, "p2": {"name": "Studio"}}
    matching = matched(account, {"studio": "p1"}, ("p1",))
    assert (stands_for(matching), matching.managed) == ({"studio-2": "p2"}, 1)


CITIES: dict[str, dict[str, Json]] = {
    "p1": {"name": "Villa", "address": "1 Road, Lisbon"},
    "p2": {"name": "Loft", "address": "2 Road, Porto"},
}
LISBON = Share("lisbon", Selection([Condition("address", "lisbon", is_part=True)]))


def test_what_is_selected_gets_the_name_of_the_stack() -> None:
    """New entries, and those that the stack adopts; the others stay as they are."""
    matching = matched(CITIES, share=LISBON)
    assert matching.new["properties"] == {"villa": {**CITIES["p1"], "stack": "lisbon"}}
    assert matching.unselected == 1
    matching = matched(CITIES, share=LISBON, villa=CITIES["p1"], loft=CITIES["p2"])
    assert (stands_for(matching), matching.unselected) == ({"villa": "p1"}, 1)
    known = matched(CITIES, {"loft": "p2"}, share=LISBON, loft=CITIES["p2"])
    assert stands_for(known) == {"loft": "p2", "villa": "p1"}


def test_without_a_stack_to_name_a_selection_names_none() -> None:
    """The entries are those of whatever program declares the file."""
    matching = matched(CITIES, share=Share(None, LISBON.selection))
    assert matching.new["properties"] == {"villa": CITIES["p1"]}


def test_what_other_stacks_manage_is_left_to_them() -> None:
    """Their import files tell, or entries with their names; unless this stack manages it."""
    loft: dict[str, Json] = {**CITIES["p2"], "stack": "porto"}
    for matching in (
        matched(CITIES, elsewhere={"p2": "porto"}, share=Share("lisbon")),
        matched(CITIES, share=LISBON, loft=loft),
        matched(CITIES, {"loft": "p2"}, elsewhere={"p2": "porto"}, share=LISBON, loft=loft),
    ):
        assert (stands_for(matching), matching.elsewhere) == ({"villa": "p1"}, 1)
        assert (matching.gone, matching.unselected, matching.unassigned) == ([], 0, [])
    ours = matched(CITIES, {"loft": "p2"}, ("p2",), elsewhere={"p2": "x"}, loft=CITIES["p2"])
    assert stands_for(ours) == {"loft": "p2", "villa": "p1"}


def test_nothing_tells_whose_a_listing_is_where_stacks_share_a_portfolio() -> None:
    """Without a selection it is added for none of them."""
    matching = matched(CITIES, share=Share("lisbon"), villa={**CITIES["p1"], "stack": "lisbon"})
    assert stands_for(matching) == {"villa": "p1"}
    assert [found.record.id for found in matching.unassigned] == ["p2"]


@pytest.mark.parametrize(
    ("ids", "elsewhere", "entry", "facts"),
    [
        ({"loft": "p2"}, {"p2": "porto"}, CITIES["p2"], ["porto", "stack: porto"]),
        ({}, {"p2": "porto"}, {"name": "LOFT", "stack": "lisbon"}, ["porto"]),
        ({}, {"p2": "porto"}, {"name": "New", "existing_id": "p2"}, ["porto"]),
    ],
)
def test_no_two_stacks_manage_a_listing(
    ids: dict[str, str], elsewhere: dict[str, str], entry: dict[str, Json], facts: list[str]
) -> None:
    """An entry for what another stack adopted is an error, however it is known."""
    with raises(PortfolioFileError, MessageCode.OTHER_STACK, "loft", "p2", *facts):
        matched(CITIES, ids, elsewhere=elsewhere, share=Share("lisbon"), loft=entry)
    twin: dict[str, Json] = {"name": "Loft", "if_exists": "create"}
    share = Share("lisbon", LISBON.selection)
    created = matched(CITIES, elsewhere={"p2": "porto"}, share=share, loft=twin)
    assert created.gone == [(PROPERTY, "loft")]


def test_an_entry_that_moves_to_another_stack_leaves_the_state_first() -> None:
    """Otherwise the next deployment of this stack would delete the listing."""
    loft: dict[str, Json] = {**CITIES["p2"], "stack": "porto"}
    with raises(PortfolioFileError, MessageCode.OTHER_STACK, "loft", "p2", "porto", "lisbon"):
        matched(CITIES, {"loft": "p2"}, ("p2",), share=Share("lisbon"), loft=loft)
