"""Which inputs may be shown: what was seen to be plain, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_OBJECT

from pulumi_setsmart.lifecycle.declaration import read_declaration
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY
from pulumi_setsmart.lifecycle.secret_inputs import plain_input_metadata, with_secret_paths
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.marker import CLEAR, UNKNOWN

SEEN: dict[str, Json] = {
    "name": "Villa",
    "bedrooms": 2,
    "attributes": {"door": {"code": "1"}, "rooms": ["a", {"b": 1}], "note": CLEAR},
}


def hidden(
    arrived: dict[str, Json],
    seen: dict[str, Json] = SEEN,
    *marked: str,
    olds: dict[str, Json] | None = None,
) -> list[str]:
    """Return the paths of what arrived that must not be shown."""
    metadata = plain_input_metadata(seen, [*marked], keeps_old_values=olds is not None)
    inputs = with_secret_paths(PROPERTY, {**arrived, KEY: metadata}, olds or {})
    return read_declaration(PROPERTY, inputs).secret_paths


ATTRIBUTES: dict[str, Json] = {
    "door": {"code": "1"},
    "rooms": ["a", {"b": 1}],
}


def changed(**attributes: Json) -> dict[str, Json]:
    return {**SEEN, "attributes": {**ATTRIBUTES, "note": None, **attributes}}


@pytest.mark.parametrize(
    ("arrived", "paths"),
    [
        (changed(), []),
        ({**changed(), "bedrooms": 2.0}, []),
        ({"name": "Villa"}, []),  # taken away
        ({**changed(), "name": "Villa 2"}, ["/name"]),
        ({**changed(), "bedrooms": True}, ["/bedrooms"]),
        ({**changed(), "address": "hush"}, ["/address"]),
        (changed(code="hush"), ["/code"]),
        (changed(door={"code": "hush"}), ["/door/code"]),
        (changed(door={"code": "1", "spare": ["x"]}), ["/door/spare"]),
        (changed(door="hush"), ["/door"]),
        (changed(rooms=["a", {"b": 2}, "hush"]), ["/rooms/1/b", "/rooms/2"]),
        (changed(note="hush"), ["/note"]),
        ({**SEEN, "attributes": UNKNOWN}, [""]),
        ({**changed(), "existing_id": "prop_7"}, ["/existing_id"]),
    ],
)
def test_a_value_that_differs_from_the_one_seen_is_secret(
    arrived: dict[str, Json], paths: list[str]
) -> None:
    """Where it stands, and nothing beside it."""
    assert hidden(arrived) == paths


def test_what_is_marked_stays_secret() -> None:
    """The paths in existing states stay as they are: nothing is updated for another spelling."""
    seen: dict[str, Json] = {"name": "Villa", "attributes": None}
    assert hidden({"name": "Villa", "attributes": {"a": 1, "b": {"c": 2}}}, seen, "") == [""]


def test_without_seen_values_everything_is_secret() -> None:
    """Nor is the metadata known to be encrypted."""
    nothing: list[dict[str, Json]] = [{}, {KEY: {"secret_paths": []}}, {KEY: {"seen": "[]"}}]
    for metadata in nothing:
        inputs = with_secret_paths(API_OBJECT, {"path": "/rules", "body": {"a": 1}, **metadata}, {})
        declaration = read_declaration(API_OBJECT, inputs)
        assert declaration.secret_paths == ["/a", "/path"]
        assert not declaration.sealed


def test_an_unknown_value_is_plain_if_it_was_seen() -> None:
    """The id of a resource that is to be created is no secret."""
    seen: dict[str, Json] = {"name": "Villa", "attributes": {"beside": UNKNOWN, "code": "1"}}
    arrived: dict[str, Json] = {"name": "Villa", "attributes": {"beside": UNKNOWN, "code": UNKNOWN}}
    assert hidden(arrived, seen) == ["/code"]


def test_an_old_value_that_pulumi_keeps_stays_as_secret_as_it_was() -> None:
    """`ignore_changes` makes nothing secret, and nothing plain."""
    olds: dict[str, Json] = {
        **changed(code="kept-hush"),
        "name": "Old",
        KEY: {"secret_paths": ["/code"]},
    }
    assert hidden({**changed(code="kept-hush"), "name": "Old"}, olds=olds) == ["/code"]
    assert hidden({**changed(code="kept-hush"), "name": "New"}, olds=olds) == ["/code", "/name"]


def test_the_seen_values_are_not_stored() -> None:
    """A value that was seen may be secret in the end."""
    metadata = plain_input_metadata(SEEN, [], keeps_old_values=False)
    assert "Villa" in json.dumps(metadata)
    assert with_secret_paths(PROPERTY, {KEY: metadata}, {}) == {}
    secret = plain_input_metadata({}, ["/code"], keeps_old_values=False)
    assert with_secret_paths(PROPERTY, {KEY: secret}, {}) == {KEY: {"secret_paths": ["/code"]}}


@given(ANY_OBJECT, ANY_OBJECT, st.booleans())
def test_no_value_is_shown_that_was_not_seen(
    seen: dict[str, Json],
    arrived: dict[str, Json],
    merged: bool,  # noqa: FBT001 -- drawn
) -> None:
    """Each value that arrives is equal to what was seen at its place, or hidden."""
    arrived = {**seen, **arrived} if merged else arrived
    inputs: dict[str, Json] = {"path": "/rules", "body": arrived}
    metadata = plain_input_metadata({"path": "/rules", "body": seen}, [], keeps_old_values=False)
    declaration = read_declaration(
        API_OBJECT, with_secret_paths(API_OBJECT, {**inputs, KEY: metadata}, {})
    )
    for path, value in leaves(arrived):
        assert declaration.is_secret(path) or (path, value) in [*leaves(seen)] or value is None
    assert seen != arrived or declaration.secret_paths == []


def leaves(value: Json, path: str = "") -> list[tuple[str, Json]]:
    match value:
        case dict():
            members = [(pointer("", name)[1:], member) for name, member in value.items()]
        case list():
            members = [(str(index), element) for index, element in enumerate(value)]
        case _:
            return [(path, value)]
    return [leaf for name, member in members for leaf in leaves(member, f"{path}/{name}")]
