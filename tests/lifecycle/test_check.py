"""Validation before any request."""

import math

import pytest

from pulumi_setsmart.lifecycle.check import violations
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN

HOOK: dict[str, Json] = {"url": "https://a.example/", "events": ["a.b"]}
RULE: dict[str, Json] = {"path": "/rules", "id_field": "id", "body": {}}

INEXACT = (
    "attributes: n holds a number beyond 2^53, which Pulumi would alter; declare it as a string"
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
def test_what_is_right_passes(kind: Kind, inputs: dict[str, Json]) -> None:
    """Right inputs, and whatever a preview cannot know yet, meet no violation."""
    assert violations(kind, inputs) == []


@pytest.mark.parametrize("half", ["\ud83d", ["\ud83d"], {"a": {"\ude00": 1}}])
def test_half_a_character_is_told_before_it_breaks_a_message(half: Json) -> None:
    """JSON can hold a surrogate without its other half; nothing that is sent can."""
    [violation] = violations(PROPERTY, {"name": "Villa", "attributes": {"note": half}})
    assert str(violation).startswith("attributes: note holds half a character")
    assert violations(PROPERTY, {"name": "Villa", "attributes": {"note": "\U0001f600"}}) == []


@pytest.mark.parametrize(
    ("kind", "inputs", "reasons"),
    [
        (PROPERTY, {}, ["name: is required"]),
        (PROPERTY, {"name": None}, ["name: is required and cannot be cleared"]),
        (PROPERTY, {"name": " "}, ["name: must not be blank"]),
        (PROPERTY, {"name": 5}, ["name: must be a string, not a whole number"]),
        (
            PROPERTY,
            {"name": "V", "bedrooms": "hush", "max_guests": True, "bathrooms": []},
            [
                "bedrooms: must be a whole number, not a string",
                "bathrooms: must be a number, not a list",
                "max_guests: must be a whole number, not true or false",
            ],
        ),
        (
            PROPERTY,
            {"name": "V", "bedrooms": 1.5},
            ["bedrooms: must be a whole number, not a number with a fraction"],
        ),
        (PROPERTY, {"name": "V", "bedrooms": -1}, ["bedrooms: must be at least 0"]),
        (PROPERTY, {"name": "V", "bathrooms": -0.5}, ["bathrooms: must be at least 0"]),
        (PROPERTY, {"name": "V", "bathrooms": math.inf}, ["bathrooms: must be a finite number"]),
        (PROPERTY, {"name": "V", "attributes": []}, ["attributes: must be an object, not a list"]),
        (
            PROPERTY,
            {"name": "V", "attributes": {"id": "x", "name": "y", "n": [{"m": 2**53 + 1}]}},
            [
                "attributes: id is given by SetSmart and cannot be declared",
                "attributes: name has an argument of its own; declare it there",
                INEXACT,
            ],
        ),
        (
            WEBHOOK_SUBSCRIPTION,
            {"url": "a.example", "events": "a.b", "secret": ""},
            [
                "url: must be a web address that begins with https:// or http://",
                "events: must be a list of event names, not a string",
                "secret: must not be blank",
            ],
        ),
        (
            WEBHOOK_SUBSCRIPTION,
            {"url": "https://[", "events": ["a.b", "Hush"]},
            [
                "url: must be a web address",
                "events: must hold event names like property.updated or * (look at element 1)",
            ],
        ),
        (API_OBJECT, {"body": {}}, ["path: must be a string, not null"]),
        (API_OBJECT, {**RULE, "id_field": ""}, ["id_field: must not be blank"]),
        (
            API_OBJECT,
            {**RULE, "id_field": "code", "body": {"code": 1, "id": 2}},
            ["body: code is given by SetSmart and cannot be declared"],
        ),
    ],
)
def test_what_is_wrong_gets_one_reason_a_field(
    kind: Kind, inputs: dict[str, Json], reasons: list[str]
) -> None:
    """Each field that is wrong is told once, with what is wrong but never with its value."""
    assert [one.message for one in violations(kind, inputs)] == reasons


@pytest.mark.parametrize(
    "path", ["rules", "/", "//", "/a//b", "/a//", "/../x", "/a/./b", "/a?b", "/a#b", "/a b", "/%2e"]
)
def test_a_path_stays_below_the_base_url(path: str) -> None:
    """No path leads elsewhere or to something that is no collection."""
    [violation] = violations(API_OBJECT, {**RULE, "path": path})
    assert str(violation).startswith("path: must ")
