"""Which object of one side is which of the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.adoption.pairing import (
    has_same_identity,
    has_same_title,
    is_as_declared,
    pairs,
)
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.models.json import JsonObject

LIKENESSES = (is_as_declared, has_same_identity, has_same_title)
LISTINGS = st.dictionaries(
    st.integers(0, 9).map(str),
    st.fixed_dictionaries(
        {"name": st.sampled_from(["A", "a ", "B"])},
        optional={"address": st.sampled_from(["1", "2"]), "bedrooms": st.integers(0, 1)},
    ),
)


@given(LISTINGS, LISTINGS)
def test_each_object_is_in_one_pair_at_the_most(
    left: dict[str, JsonObject], right: dict[str, JsonObject]
) -> None:
    """And of those with the same title, none is left over on both sides."""
    paired = pairs(PROPERTY, left, right, LIKENESSES)
    assert len({*paired.values()}) == len(paired)
    for title in ("a", "b"):
        titled = [
            [key for key, entry in side.items() if str(entry["name"]).strip().lower() == title]
            for side in (left, right)
        ]
        assert sum(key in paired for key in titled[0]) == min(map(len, titled))


@given(LISTINGS)
def test_what_is_the_same_is_paired_in_any_order(listings: dict[str, JsonObject]) -> None:
    """Each with one that is equal, if that is what is asked for."""
    turned = dict(reversed(listings.items()))
    paired = pairs(PROPERTY, listings, turned, (lambda _kind, one, other: one == other,))
    assert {key: turned[other] for key, other in paired.items()} == listings


def test_the_closest_likeness_pairs_first() -> None:
    """Whoever comes first does not take what another one matches better."""
    left: dict[str, JsonObject] = {
        "near": {"name": "A", "address": "1"},
        "same": {"name": "A", "bedrooms": 2},
    }
    right: dict[str, JsonObject] = {
        "x": {"name": "A", "bedrooms": 2},
        "y": {"name": "a", "address": "1"},
    }
    assert pairs(PROPERTY, left, right, LIKENESSES) == {"same": "x", "near": "y"}


def test_another_address_is_another_listing() -> None:
    """Unless the title alone is enough; an address that one side does not tell is no other one."""
    left: dict[str, JsonObject] = {"l": {"name": "A", "address": "1"}}
    right: dict[str, JsonObject] = {"r": {"name": "A", "address": "2"}}
    assert pairs(PROPERTY, left, right, LIKENESSES[:2]) == {}
    assert pairs(PROPERTY, left, right, LIKENESSES) == {"l": "r"}
    untold: dict[str, JsonObject] = {"u": {"name": "A", "x": 1}}
    assert pairs(PROPERTY, left, untold, LIKENESSES[:2]) == {"l": "u"}
    assert pairs(PROPERTY, untold, left, LIKENESSES[:2]) == {"u": "l"}
