"""From inputs and outputs to fields, and back; and what of them must not be said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.json_values import ANY_JSON, ANY_OBJECT, NAMES

from pulumi_setsmart.lifecycle.declaration import (
    Declaration,
    canonical,
    inputs_of,
    known_fields_of,
    outputs_of,
    read_declaration,
)
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION
from pulumi_setsmart.lifecycle.state_metadata import KEY, StateMetadata
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN

FREE_NAMES = NAMES.filter(lambda name: name not in PROPERTY.field_names | {"id"})


def declaration(fields: dict[str, Json], *secret_paths: str) -> Declaration:
    """Return a declaration with secrets."""
    return Declaration(fields, complete=True, secret_paths=[*secret_paths])


def test_named_and_other_fields_are_declared_together() -> None:
    """The API knows no difference between arguments and attributes."""
    inputs: dict[str, Json] = {"name": "V", "address": None, "attributes": {"pets": True}}
    declared = read_declaration(PROPERTY, inputs)
    assert declared.fields == {"name": "V", "address": None, "pets": True}
    assert declared.complete
    assert declared.secret_paths == []


def test_what_says_where_an_object_is_is_no_field_of_it() -> None:
    """Path and name of the id are not sent."""
    inputs: dict[str, Json] = {"path": "/rules", "id_field": "code", "body": {"path": "/x"}}
    assert read_declaration(API_OBJECT, inputs).fields == {"path": "/x"}


def test_a_declaration_with_unknown_attributes_is_not_complete() -> None:
    """A preview cannot know which fields will be declared."""
    declared = read_declaration(PROPERTY, {"name": "V", "attributes": UNKNOWN})
    assert declared.fields == {"name": "V"}
    assert not declared.complete


def test_secrets_are_those_of_the_kind_and_those_of_the_program() -> None:
    """Each path stands there once."""
    inputs: dict[str, Json] = {"url": "u", KEY: {"secret_paths": ["/url", "/secret"]}}
    assert read_declaration(WEBHOOK_SUBSCRIPTION, inputs).secret_paths == ["/secret", "/url"]


@pytest.mark.parametrize("junk", [None, "x", [], {}, {"secret_paths": None}])
def test_inputs_without_bookkeeping_have_the_secrets_of_their_kind(junk: Json) -> None:
    """An import file knows nothing of ours."""
    assert read_declaration(WEBHOOK_SUBSCRIPTION, {KEY: junk}).secret_paths == ["/secret"]


@pytest.mark.parametrize(
    "path", ["/door", "/door/code", "/door/code/0", "/doors", "/doors/1", "/doors/1/code"]
)
def test_what_is_in_a_secret_and_what_holds_one_is_secret(path: str) -> None:
    """To show an object is to show what is in it."""
    assert declaration({}, "/door/code", "/doors/1/code").is_secret(path)


@pytest.mark.parametrize("path", ["/doo", "/door/codes", "/door/cod", "/doors/10", "/name"])
def test_what_is_beside_a_secret_is_none(path: str) -> None:
    """Names that begin alike are other names."""
    assert not declaration({}, "/door/code", "/doors/1/code").is_secret(path)


def test_where_all_attributes_are_secret_everything_is() -> None:
    """The empty path is that of the whole object."""
    assert declaration({}, "").is_secret("/name")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the code hush-1 is weak", "the code [secret] is weak"),
        ("hush-1 hush-1", "[secret] [secret]"),
        ("hush-1-longer is not hush-1", "[secret] is not [secret]"),
        ("bad number 471108", "bad number [secret]"),
        ("bad key BEGIN a b END.", "bad key [secret]."),
        ("in a list: hush-2", "in a list: [secret]"),
        ("under a slash: hush-3", "under a slash: [secret]"),
        ("no secret: open, True, 12", "no secret: open, True, 12"),
    ],
)
def test_no_secret_is_left_in_a_text(text: str, shown: str) -> None:
    """Texts and numbers, the longer first, and as they stand in a message of one line."""
    declared = declaration(
        {
            "short": "hush-1",
            "long": "hush-1-longer",
            "code": 471108,
            "pem": "BEGIN\na  b\nEND",
            "list": [{"x": 1}, ["hush-2"]],
            "a/b": {"~": "hush-3"},
            "yes": True,
            "pin": 12,
            "public": "open",
        },
        *("/short", "/long", "/code", "/pem", "/list/1", "/a~1b/~0", "/yes", "/pin"),
        *("/gone", "/list/7", "/list/x", "/short/deeper"),
    )
    assert declared.redact(text) == shown


@given(st.text("ab", min_size=6, max_size=9), st.text("ab", min_size=6, max_size=9))
@settings(max_examples=60)
def test_secrets_that_hold_each_other_leave_nothing(one: str, other: str) -> None:
    """Whatever two secrets have in common, neither is found in what is shown."""
    declared = declaration({"one": one, "other": other}, "/one", "/other")
    shown = declared.redact(f"{one}|{other}")
    assert one not in shown
    assert other not in shown


@given(ANY_OBJECT.map(lambda one: {**one, "name": "V"}))
@settings(max_examples=40)
def test_inputs_declare_what_they_were_made_of(fields: dict[str, Json]) -> None:
    """Fields to inputs and back is the same, for each kind."""
    for kind in (PROPERTY, WEBHOOK_SUBSCRIPTION, API_OBJECT):
        inputs = inputs_of(kind, {"path": "/rules"}, fields, ["/name"])
        declared = read_declaration(kind, inputs)
        assert declared.fields == fields
        assert "/name" in declared.secret_paths


@given(st.dictionaries(FREE_NAMES, ANY_JSON, max_size=4), ANY_OBJECT)
@settings(max_examples=40)
def test_outputs_are_the_id_the_named_and_the_declared(
    declared: dict[str, Json], added: dict[str, Json]
) -> None:
    """Whatever else an object has does not show."""
    fields = {**added, **declared, "name": "V", "status": None}
    named = {name: value for name, value in added.items() if name in PROPERTY.field_names}
    outputs = outputs_of(PROPERTY, {}, "p", fields, declared, StateMetadata())
    del outputs[KEY]
    assert outputs == {
        **{name: value for name, value in named.items() if value is not None},
        "name": "V",
        "id": "p",
        **({"attributes": declared} if declared else {}),
    }


def test_outputs_tell_where_an_object_is() -> None:
    """A read or a delete has nothing but the outputs."""
    inputs: dict[str, Json] = {"path": "/rules", "id_field": "code", "body": {}}
    outputs = outputs_of(API_OBJECT, inputs, "r", {"code": "r"}, {}, StateMetadata())
    assert (outputs["path"], outputs["id_field"], outputs["body"]) == ("/rules", "code", {})
    assert known_fields_of(API_OBJECT, outputs) == {}


@pytest.mark.parametrize(
    ("events", "ordered"),
    [
        (["b.b", "a.a"], ["a.a", "b.b"]),
        (["b.b", "a.a", "b.b"], ["b.b", "a.a", "b.b"]),
        (["b.b", UNKNOWN], ["b.b", UNKNOWN]),
        (["b.b", 5], ["b.b", 5]),
        ("b.b", "b.b"),
        (None, None),
    ],
)
def test_events_have_one_order(events: Json, ordered: Json) -> None:
    """What is no set of names is left as it is."""
    assert canonical(WEBHOOK_SUBSCRIPTION, {"events": events, "z": [2, 1]}) == {
        "events": ordered,
        "z": [2, 1],
    }
