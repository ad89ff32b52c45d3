"""Fields that a program sets to null by naming them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount, created
from support.json_values import NAMES, SCALARS, nested
from support.messages import message

from pulumi_setsmart.lifecycle.cleared_fields import with_cleared_fields
from pulumi_setsmart.lifecycle.declaration import read_declaration
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import DEEPEST, Json, pointer, type_name
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode

VILLA: dict[str, Json] = {"name": "Villa"}
RULE: dict[str, Json] = {"path": "/rules", "id_field": "uid", "body": {"percent": 5}}
HOOK: dict[str, Json] = {"url": "https://a.example/", "events": ["a.b"]}

FIELD_NAMES = NAMES.filter(lambda name: name not in {*PROPERTY.field_names, "*", "id"})
OBJECTS = st.dictionaries(FIELD_NAMES, nested(SCALARS | st.none(), FIELD_NAMES), max_size=5)


def without_nulls(value: dict[str, Json], path: str) -> tuple[dict[str, Json], list[str]]:
    """Return an object without its nulls, and without what held nothing else; and their paths."""
    left: dict[str, Json] = {}
    cleared: list[str] = []
    for name, member in value.items():
        place = pointer(path, name)
        if member is None:
            cleared.append(place)
        elif isinstance(member, dict) and member:
            rest, within = without_nulls(member, place)
            cleared += within
            if rest:
                left[name] = rest
        else:
            left[name] = member
    return left, cleared


@given(OBJECTS, st.sampled_from([None, "1 Sea Road"]))
def test_naming_a_field_declares_what_null_in_its_place_would(
    fields: dict[str, Json], address: str | None
) -> None:
    """At every depth, and whether or not anything else leads to it."""
    left, cleared = without_nulls(fields, "/attributes")
    named: dict[str, Json] = {**VILLA, "attributes": left, "clear": [*cleared]}
    if address is None:
        named["clear"] = [*cleared, "address"]
    else:
        named["address"] = address
    declared: dict[str, Json] = {**VILLA, "address": address, "attributes": fields}
    lifecycle = InMemoryAccount().lifecycle()
    assert lifecycle.check(named, exists=True) == lifecycle.check(declared, exists=True)


@pytest.mark.parametrize(
    ("kind", "inputs", "paths", "expected"),
    [
        (PROPERTY, VILLA, ["address"], {**VILLA, "address": None}),
        (PROPERTY, VILLA, ["/address"], {**VILLA, "address": None}),
        (PROPERTY, VILLA, ["attributes.address"], {**VILLA, "address": None}),
        (PROPERTY, VILLA, ["notes", "notes", "/notes"], {**VILLA, "attributes": {"notes": None}}),
        (PROPERTY, VILLA, ["attributes.a.b"], {**VILLA, "attributes": {"a": {"b": None}}}),
        (PROPERTY, VILLA, ["/a.b"], {**VILLA, "attributes": {"a.b": None}}),
        (PROPERTY, VILLA, ["/"], {**VILLA, "attributes": {"": None}}),
        (
            PROPERTY,
            {**VILLA, "attributes": {"house": {"floors": 2}, "view": None}},
            ["house.code", "view"],
            {**VILLA, "attributes": {"house": {"floors": 2, "code": None}, "view": None}},
        ),
        (PROPERTY, {**VILLA, "address": None}, [], {**VILLA, "address": None}),
        (PROPERTY, VILLA, None, VILLA),
        (
            API_OBJECT,
            RULE,
            ["body.until", "name"],
            {**RULE, "body": {"percent": 5, "until": None, "name": None}},
        ),
        (WEBHOOK_SUBSCRIPTION, HOOK, ["secret"], {**HOOK, "secret": None}),
    ],
)
def test_a_path_leads_to_one_field(
    kind: Kind, inputs: dict[str, Json], paths: Json, expected: dict[str, Json]
) -> None:
    """Named fields and further ones, by any form of path."""
    cleared = with_cleared_fields(kind, {**inputs, "clear": paths})
    assert cleared.violations == []
    assert cleared.inputs == expected


@pytest.mark.parametrize(
    ("kind", "inputs", "paths", "expected"),
    [
        (PROPERTY, VILLA, "address", (MessageCode.INVALID_VALUE,)),
        (PROPERTY, VILLA, ["address", 5], (MessageCode.INVALID_VALUE,)),
        (PROPERTY, VILLA, {"address": True}, (MessageCode.INVALID_VALUE,)),
        (PROPERTY, VILLA, [""], (MessageCode.INVALID_VALUE,)),
        (PROPERTY, VILLA, ["house."], (MessageCode.INVALID_VALUE, "house.")),
        (PROPERTY, VILLA, ["rooms.*.code"], (MessageCode.INVALID_VALUE, "rooms.*.code")),
        (PROPERTY, VILLA, ["attributes"], (MessageCode.INVALID_VALUE, "attributes")),
        (PROPERTY, VILLA, ["/a" * (DEEPEST + 1)], (MessageCode.INVALID_VALUE, DEEPEST)),
        (PROPERTY, VILLA, ["address.street"], (MessageCode.NOT_AN_OBJECT, "address")),
        (PROPERTY, VILLA, ["name"], (MessageCode.CLEARED_AND_DECLARED, "name")),
        (
            PROPERTY,
            {**VILLA, "attributes": {"rooms": [{}]}},
            ["rooms.0.code"],
            (MessageCode.NOT_AN_OBJECT, "rooms.0.code", type_name([])),
        ),
        (
            PROPERTY,
            VILLA,
            ["house.code", "house"],
            (MessageCode.NOT_AN_OBJECT, "house.code", type_name(None)),
        ),
        (
            PROPERTY,
            {**VILLA, "attributes": {"house": {}}},
            ["house"],
            (MessageCode.CLEARED_AND_DECLARED, "house"),
        ),
        (
            PROPERTY,
            {**VILLA, "attributes": {"house": {"code": False}}},
            ["house.code"],
            (MessageCode.CLEARED_AND_DECLARED, "house.code"),
        ),
        (PROPERTY, VILLA, ["id"], (MessageCode.ID_NOT_DECLARABLE, "id")),
        (PROPERTY, {}, ["name"], (MessageCode.REQUIRED, "name")),
        (API_OBJECT, RULE, ["uid"], (MessageCode.ID_NOT_DECLARABLE, "uid")),
    ],
)
def test_what_cannot_be_cleared_is_a_violation(
    kind: Kind, inputs: dict[str, Json], paths: Json, expected: tuple[Any, ...]
) -> None:
    """The message names the path, and no value."""
    lifecycle = InMemoryAccount().lifecycle(kind)
    [violation] = lifecycle.check({**inputs, "clear": paths}, exists=False).violations
    assert violation == message(*expected)


@pytest.mark.parametrize(
    ("inputs", "paths", "expected"),
    [
        (VILLA, UNKNOWN, {**VILLA, "clear": UNKNOWN}),
        (VILLA, ["address", UNKNOWN], {**VILLA, "address": None, "clear": UNKNOWN}),
        ({**VILLA, "address": UNKNOWN}, ["address"], {**VILLA, "address": UNKNOWN}),
        ({**VILLA, "attributes": UNKNOWN}, ["a.b"], {**VILLA, "attributes": UNKNOWN}),
        (
            {**VILLA, "attributes": {"a": UNKNOWN}},
            ["a.b", "c"],
            {**VILLA, "attributes": {"a": UNKNOWN, "c": None}},
        ),
    ],
)
def test_what_a_preview_does_not_know_stays_unknown(
    inputs: dict[str, Json], paths: Json, expected: dict[str, Json]
) -> None:
    """Only the deployment can tell what is declared then."""
    cleared = with_cleared_fields(PROPERTY, {**inputs, "clear": paths})
    assert cleared.violations == []
    assert cleared.inputs == expected
    whole = all(
        value is not UNKNOWN for value in (expected.get("clear"), expected.get("attributes"))
    )
    assert read_declaration(PROPERTY, cleared.inputs).complete is whole


def test_nothing_after_a_check_knows_how_null_was_declared() -> None:
    """Neither the inputs, nor the request, nor the outputs."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    _, outputs = created(lifecycle, {**VILLA, "clear": ["address", "notes"]})
    [(_, _, payload)] = [request for request in account.sent if request[0] == "POST"]
    assert {**payload} == {**VILLA, "address": None, "notes": None}
    assert "clear" not in outputs
    assert outputs["attributes"] == {"notes": None}
