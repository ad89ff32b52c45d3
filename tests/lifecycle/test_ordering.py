"""Lists whose order means nothing."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount
from support.json_values import ANY_JSON

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.lifecycle.ordering import (
    in_order_of,
    is_reordered,
    patterns_of,
    places_after,
    values_at,
)
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json

TAGS = frozenset({("tags",)})


@pytest.mark.parametrize(
    ("reference", "elements", "ordered"),
    [
        (["b", "a"], ["a", "b"], ["b", "a"]),
        ([1, 2], [2.0, 1.0], [1.0, 2.0]),
        (["b", "a"], ["c", "a", "b"], ["b", "a", "c"]),
        (["b", "a", "c"], ["c", "b"], ["b", "c"]),
        (["b", "a"], ["a", "x"], ["x", "a"]),
        (["a", "b", "a"], ["b", "a", "b"], ["a", "b", "b"]),
        ([" B", "a"], ["a", "b"], ["b", "a"]),
        ([{"n": 2}, {"n": 1}], [{"n": 1, "x": 1}, {"n": 2}], [{"n": 2}, {"n": 1, "x": 1}]),
        ([{"n": 1, "m": 5}, {"n": 2}], [{"n": 2}, {"n": 1, "m": 6}], [{"n": 1, "m": 6}, {"n": 2}]),
        ([[2, 1], [3]], [[3], [2, 1]], [[2, 1], [3]]),
        ("no list", ["b", "a"], ["b", "a"]),
        (["b", "a"], "no list", "no list"),
        (["b", "a"], None, None),
    ],
)
def test_elements_take_the_places_that_they_had(
    reference: Json, elements: Json, ordered: Json
) -> None:
    """Equal ones first, then what has more members, then normalised forms; new ones fill gaps."""
    assert in_order_of({"tags": reference}, {"tags": elements}, TAGS) == {"tags": ordered}


@given(st.lists(ANY_JSON, max_size=6), st.randoms())
def test_any_order_is_the_same(elements: list[Json], chance: random.Random) -> None:
    """A list in any other order comes back as it was."""
    turned = [*elements]
    chance.shuffle(turned)
    ordered = in_order_of({"tags": elements}, {"tags": turned}, TAGS)
    assert is_equal(ordered["tags"], elements)
    assert is_reordered(elements, turned) is not is_equal(elements, turned)


@given(st.lists(ANY_JSON, max_size=5), st.lists(ANY_JSON, max_size=5))
def test_no_element_is_lost_or_doubled(reference: list[Json], elements: list[Json]) -> None:
    """Whatever the reference has: one that occurs twice counts twice."""
    ordered = in_order_of({"tags": reference}, {"tags": elements}, TAGS)["tags"]
    assert isinstance(ordered, list)
    assert sorted(map(repr, ordered)) == sorted(map(repr, elements))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("tags", [[1]]),
        ("/tags", [[1]]),
        ("attributes.tags", [[1]]),
        ("house.rooms.*.beds", [[2], [3]]),
        ("house.rooms.1.beds", [[3]]),
        ("/a.b", [[4]]),
        ("a.b", []),
        ("*", [[1], {"rooms": [{"beds": [2]}, {"beds": [3]}]}, [4]]),
        ("nowhere.at.all", []),
        ("tags.5", []),
        ("", []),
    ],
)
def test_paths_lead_to_lists(path: str, found: list[Json]) -> None:
    """Dotted, as JSON pointers, through every element, or as Pulumi's options have them."""
    fields: Json = {
        "tags": [1],
        "house": {"rooms": [{"beds": [2]}, {"beds": [3]}]},
        "a.b": [4],
    }
    patterns = patterns_of([path], "attributes")
    assert [value for pattern in patterns for value in values_at(fields, pattern)] == found


def test_a_list_inside_unordered_ones_may_be_unordered_too() -> None:
    """The outer elements are paired first."""
    patterns = patterns_of(["rooms", "rooms.*.beds"], "attributes")
    reference: dict[str, Json] = {"rooms": [{"n": n, "beds": [n, "a", "b"]} for n in (1, 2, 3)]}
    fields: dict[str, Json] = {"rooms": [{"n": n, "beds": ["b", "a", n]} for n in (3, 1, 2)]}
    assert in_order_of(reference, fields, patterns) == reference


@pytest.mark.parametrize("shown", ["****", None], ids=["masked", "absent"])
def test_elements_are_known_again_without_what_is_hidden(shown: str | None) -> None:
    """A lock keeps its place by its name, although the server hides its code."""

    def lock(name: str, code: str | None) -> dict[str, Json]:
        return {"name": name} if code is None else {"name": name, "code": code}

    reference: dict[str, Json] = {"tags": [lock("a", "1"), lock(" B", "2"), lock("c", "3")]}
    elements: dict[str, Json] = {"tags": [lock("b", shown), lock("c", "3"), lock("a", shown)]}
    hidden = [("tags", "0", "code"), ("tags", "1", "code")]
    ordered: dict[str, Json] = {"tags": [lock("a", shown), lock("b", shown), lock("c", "3")]}
    assert in_order_of(reference, elements, TAGS, hidden) == ordered


@pytest.mark.parametrize(
    ("path", "before", "after", "places"),
    [
        ("/codes/0", {"codes": ["b", "a"]}, {"codes": ["a", "b"]}, ["/codes"]),
        ("/codes/0", {"codes": ["b", "a"]}, {"codes": ["b", "a"]}, ["/codes"]),
        (
            "/codes/1/pin",
            {"codes": [{"pin": 1}, {"pin": 2}, {"pin": 2}]},
            {"codes": [{"pin": 2}, {"pin": 1}, {"pin": 2}]},
            ["/codes/0/pin", "/codes/2/pin"],
        ),
        ("/rooms/0", {"rooms": ["b", "a"]}, {"rooms": ["b", "a"]}, ["/rooms/0"]),
        (
            "/codes/0/pin",
            {"codes": [{"pin": 1}, {}]},
            {"codes": [{}, {"pin": 1}]},
            ["/codes/1/pin"],
        ),
        ("/codes/0", {"codes": ["b"]}, {"codes": ["c"]}, ["/codes"]),
        ("/codes", {"codes": ["b", "a"]}, {"codes": ["a", "b"]}, ["/codes"]),
        ("/other", {"codes": ["b", "a"]}, {"codes": ["a", "b"]}, ["/other"]),
    ],
)
def test_a_secret_is_found_again_after_its_list_was_reordered(
    path: str, before: Json, after: Json, places: list[str]
) -> None:
    """Otherwise a message would hide its sibling, and show the secret."""
    assert [*places_after(path, before, after, {("codes",)})] == places


def test_a_secret_in_an_unordered_list_stays_secret() -> None:
    """The order of the last deployment is kept. What others put into the list may be one, too."""
    lifecycle = InMemoryAccount().lifecycle()
    before: dict[str, Json] = {
        "name": "Villa",
        "attributes": {"codes": ["plain", "hush"]},
        "unordered": ["codes"],
        KEY: {"secret_paths": ["/codes/1"]},
    }
    inputs: dict[str, Json] = {
        **before,
        "attributes": {"codes": ["hush", "plain"]},
        KEY: {"secret_paths": ["/codes/0"]},
    }
    checked = lifecycle.check(inputs, exists=True, before=before).inputs
    assert checked["attributes"] == {"codes": ["plain", "hush"]}
    assert checked[KEY] == {"secret_paths": ["/codes"]}
