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
    told = plain_input_metadata(seen, [*marked], keeps_old_values=olds is not None)
    inputs = with_secret_paths(PROPERTY, {**arrived, KEY: told}, olds or {})
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
def test_what_arrives_otherwise_than_it_was_seen_is_hidden(
    arrived: dict[str, Json], paths: list[str]
) -> None:
    """Where it stands, and nothing beside it."""
    assert hidden(arrived) == paths


def test_what_is_marked_stays_marked_where_it_was() -> None:
    """The paths in existing states stay as they are: nothing is updated for another spelling."""
    seen: dict[str, Json] = {"name": "Villa", "attributes": None}
    assert hidden({"name": "Villa", "attributes": {"a": 1, "b": {"c": 2}}}, seen, "") == [""]


def test_without_evidence_nothing_is_plain() -> None:
    """Nor is the metadata known to be encrypted."""
    nothing: list[dict[str, Json]] = [{}, {KEY: {"secret_paths": []}}, {KEY: {"seen": "[]"}}]
    for told in nothing:
        inputs = with_secret_paths(API_OBJECT, {"path": "/rules", "body": {"a": 1}, **told}, {})
        declaration = read_declaration(API_OBJECT, inputs)
        assert declaration.secret_paths == ["/a", "/path"]
        assert not declaration.sealed


def test_what_is_not_known_yet_is_plain_if_it_was_seen_to_be() -> None:
    """The id of a resource that is to be created is no secret."""
    seen: dict[str, Json] = {"name": "Villa", "attributes": {"beside": UNKNOWN, "code": "1"}}
    arrived: dict[str, Json] = {"name": "Villa", "attributes": {"beside": UNKNOWN, "code": UNKNOWN}}
    assert hidden(arrived, seen) == ["/code"]


def test_an_old_value_that_pulumi_keeps_is_as_secret_as_it_was() -> None:
    """`ignore_changes` makes nothing secret, and nothing plain."""
    olds: dict[str, Json] = {
        **changed(code="kept-hush"),
        "name": "Old",
        KEY: {"secret_paths": ["/code"]},
    }
    assert hidden({**changed(code="kept-hush"), "name": "Old"}, olds=olds) == ["/code"]
    assert hidden({**changed(code="kept-hush"), "name": "New"}, olds=olds) == ["/code", "/name"]


def test_the_evidence_itself_is_not_kept() -> None:
    """A value that was seen may be secret in the end."""
    told = plain_input_metadata(SEEN, [], keeps_old_values=False)
    assert "Villa" in json.dumps(told)
    assert with_secret_paths(PROPERTY, {KEY: told}, {}) == {}
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
    told = plain_input_metadata({"path": "/rules", "body": seen}, [], keeps_old_values=False)
    declaration = read_declaration(
        API_OBJECT, with_secret_paths(API_OBJECT, {**inputs, KEY: told}, {})
    )
    for path, value in leaves(arrived):
        assert declaration.is_secret(path) or (path, value) in [*leaves(seen)] or value is None
    assert seen != arrived or declaration.secret_paths == []


def leaves(value: Json, path: str = "") -> list[tuple[str, Json]]:
    match value:
        case dict():
            members = [(pointer("", name)[1:], one) for name, one in value.items()]
        case list():
            members = [(str(index), one) for index, one in enumerate(value)]
        case _:
            return [(path, value)]
    return [leaf for name, one in members for leaf in leaves(one, f"{path}/{name}")]
