"""Validation before any request."""

import math
from typing import Any

import pytest
from support.messages import message

from pulumi_setsmart.lifecycle.check import violations
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import Json, type_name
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode

HOOK: dict[str, Json] = {"url": "https://a.example/", "events": ["a.b"]}
RULE: dict[str, Json] = {"path": "/rules", "id_field": "id", "body": {}}

INVALID = MessageCode.INVALID_VALUE
STRING, WHOLE_NUMBER, FRACTION, BOOLEAN, LIST, OBJECT, NULL = map(
    type_name, ("", 5, 1.5, True, [], {}, None)
)


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (PROPERTY, {"name": "Villa"}),
        (PROPERTY, {"name": "Villa", "bedrooms": 0, "bathrooms": 1.5, "max_guests": 1}),
        (PROPERTY, {"name": "Villa", "address": None, "bedrooms": None, "status": None}),
        (PROPERTY, {"name": "Villa", "attributes": {"n": 2**53, "x": -(2**53), "deep": {"id": 1}}}),
        (PROPERTY, {"name": UNKNOWN, "bedrooms": UNKNOWN, "attributes": UNKNOWN}),
        (WEBHOOK_SUBSCRIPTION, HOOK),
        (WEBHOOK_SUBSCRIPTION, {**HOOK, "url": "http://localhost:80/x?y", "secret": None}),
        (WEBHOOK_SUBSCRIPTION, {**HOOK, "events": ["a.b", UNKNOWN]}),
        (WEBHOOK_SUBSCRIPTION, {**HOOK, "events": ["any_noun.verb.too"]}),
        (API_OBJECT, RULE),
        (API_OBJECT, {**RULE, "path": UNKNOWN, "body": UNKNOWN, "id_field": UNKNOWN}),
        (API_OBJECT, {**RULE, "path": "/a/b-c_d", "body": {"name": "x", "bedrooms": "any"}}),
    ],
)
def test_valid_inputs_have_no_violations(kind: Kind, inputs: dict[str, Json]) -> None:
    """Right inputs, and whatever a preview cannot know yet, meet no violation."""
    assert violations(kind, inputs) == []


@pytest.mark.parametrize("half", ["\ud83d", ["\ud83d"], {"a": {"\ude00": 1}}])
def test_half_a_character_is_a_violation(half: Json) -> None:
    """JSON can hold a surrogate without its other half; nothing that is sent can."""
    [violation] = violations(PROPERTY, {"name": "Villa", "attributes": {"note": half}})
    assert str(violation) == message(INVALID, "attributes", "note")
    assert (violation.input, violation.member) == ("attributes", "note")
    assert violations(PROPERTY, {"name": "Villa", "attributes": {"note": "\U0001f600"}}) == []


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        (PROPERTY, {}, [message(MessageCode.REQUIRED, "name")]),
        (PROPERTY, {"name": None}, [message(MessageCode.REQUIRED, "name")]),
        (PROPERTY, {"name": " "}, [message(INVALID, "name")]),
        (PROPERTY, {"name": 5}, [message(INVALID, "name", STRING, WHOLE_NUMBER)]),
        (
            PROPERTY,
            {"name": "V", "bedrooms": "hush", "max_guests": True, "bathrooms": []},
            [
                message(INVALID, "bedrooms", WHOLE_NUMBER, STRING),
                message(INVALID, "bathrooms", LIST),
                message(INVALID, "max_guests", WHOLE_NUMBER, BOOLEAN),
            ],
        ),
        (
            PROPERTY,
            {"name": "V", "bedrooms": 1.5},
            [message(INVALID, "bedrooms", WHOLE_NUMBER, FRACTION)],
        ),
        (PROPERTY, {"name": "V", "bedrooms": -1}, [message(INVALID, "bedrooms", 0)]),
        (PROPERTY, {"name": "V", "bathrooms": -0.5}, [message(INVALID, "bathrooms", 0)]),
        (
            PROPERTY,
            {"name": "V", "bathrooms": math.inf},
            [message(MessageCode.INEXACT_NUMBER, "bathrooms")],
        ),
        (
            PROPERTY,
            {"name": "V", "bathrooms": math.nan},
            [message(MessageCode.MISSING_VALUE, "bathrooms")],
        ),
        (
            PROPERTY,
            {"name": "V", "attributes": []},
            [message(INVALID, "attributes", OBJECT, LIST)],
        ),
        (
            PROPERTY,
            {"name": "V", "attributes": {"id": "x", "name": "y", "n": [{"m": 2**53 + 1}]}},
            [
                message(MessageCode.ID_NOT_DECLARABLE, "attributes", "id"),
                message(MessageCode.FIELD_HAS_ARGUMENT, "attributes", "name"),
                message(MessageCode.INEXACT_NUMBER, "attributes", "n", "2^53"),
            ],
        ),
        (
            PROPERTY,
            {"name": "V", "bedrooms": 10**400},
            [message(MessageCode.INEXACT_NUMBER, "bedrooms", "2^53")],
        ),
        (
            WEBHOOK_SUBSCRIPTION,
            {"url": "a.example", "events": "a.b", "secret": ""},
            [
                message(INVALID, "url", "https://", "http://"),
                message(INVALID, "events", STRING),
                message(INVALID, "secret"),
            ],
        ),
        (
            WEBHOOK_SUBSCRIPTION,
            {"url": "https://[", "events": ["a.b", "Hush"]},
            [
                message(INVALID, "url"),
                message(INVALID, "events", "property.updated", "*", 1),
            ],
        ),
        (API_OBJECT, {"body": {}}, [message(INVALID, "path", STRING, NULL)]),
        (API_OBJECT, {**RULE, "id_field": ""}, [message(INVALID, "id_field")]),
        (
            API_OBJECT,
            {**RULE, "id_field": "code", "body": {"code": 1, "id": 2}},
            [message(MessageCode.ID_NOT_DECLARABLE, "body", "code")],
        ),
    ],
)
def test_each_invalid_field_has_one_violation(
    kind: Kind, inputs: dict[str, Json], expected: list[Any]
) -> None:
    """Each wrong field has one message, which says what is wrong but never the value."""
    messages = [str(violation) for violation in violations(kind, inputs)]
    assert messages == expected
    assert "hush" not in "".join(messages).lower()


@pytest.mark.parametrize(
    "path", ["rules", "/", "//", "/a//b", "/a//", "/../x", "/a/./b", "/a?b", "/a#b", "/a b", "/%2e"]
)
def test_a_path_stays_below_the_base_url(path: str) -> None:
    """No path leads elsewhere or to something that is no collection."""
    [violation] = violations(API_OBJECT, {**RULE, "path": path})
    assert str(violation) == message(INVALID, "path")
