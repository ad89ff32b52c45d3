"""The paths of what changes."""

import pytest
from attrs import evolve
from hypothesis import given
from support.json_values import NAMES

from pulumi_setsmart.lifecycle.comparison import Mismatch
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY
from pulumi_setsmart.lifecycle.planned_change import PlannedChange
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.plugin.detailed_diff import diff_response


def changed(*paths: str) -> PlannedChange:
    """Return a change of what these JSON pointers lead to."""
    differences = tuple(Mismatch(path, 1, 2) for path in paths)
    return PlannedChange(changes=True, replaces=[], shows_in_inputs=True, differences=differences)


INPUTS: dict[str, Json] = {"attributes": {"rooms": [{"beds": 1}], "rates": {"2026": 100}}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/bedrooms", "bedrooms"),
        ("/rooms/0/beds", "attributes.rooms[0].beds"),
        ("/rates/2026", 'attributes.rates["2026"]'),
        ('/say "hi"', 'attributes["say \\"hi\\""]'),
        ("/rates/back\\slash/x", "attributes.rates"),
        ("/door.code", 'attributes["door.code"]'),
        ("/a~1b", 'attributes["a/b"]'),
        ("", "attributes"),
    ],
)
def test_a_path_is_written_as_pulumi_does(path: str, expected: str) -> None:
    """Names that are not plain are in quotes."""
    assert [*diff_response(PROPERTY, changed(path), INPUTS).detailedDiff] == [expected]


@given(name=NAMES)
def test_each_path_begins_with_a_property(name: str) -> None:
    """Whatever a field is called."""
    response = diff_response(API_OBJECT, changed(pointer("", name)), INPUTS)
    assert [*response.diffs] == ["body"]


def test_what_the_server_did_not_apply_is_no_reason_to_replace() -> None:
    """The update is planned, and nothing is named that a program could have replaced for."""
    response = diff_response(PROPERTY, evolve(changed("/bedrooms"), shows_in_inputs=False), INPUTS)
    assert (response.changes, [*response.detailedDiff]) == (response.DIFF_SOME, [])


def test_another_policy_is_shown() -> None:
    """Although only the state changes."""
    response = diff_response(PROPERTY, evolve(changed(), policies=("deletion_policy",)), INPUTS)
    assert [*response.detailedDiff] == ["deletion_policy"]


def test_another_place_replaces() -> None:
    """By the input that names it."""
    response = diff_response(PROPERTY, evolve(changed(), replaces=["account"]), INPUTS)
    assert [*response.replaces] == ["account"]
    assert response.detailedDiff["account"].kind == response.detailedDiff["account"].UPDATE_REPLACE
