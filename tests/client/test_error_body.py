"""Errors in responses: every form is understood, and none floods the terminal."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.client_response import response
from support.json_values import ANY_JSON, TEXTS

from pulumi_setsmart.client.error_body import status_error
from pulumi_setsmart.client.errors import (
    BadRequestError,
    ConflictError,
    MethodNotAllowedError,
    NotFoundError,
    RedirectError,
    ServerError,
    StatusError,
)
from pulumi_setsmart.models.message_code import MessageCode


@pytest.mark.parametrize(
    ("body", "message", "code", "field"),
    [
        ({"error": {"code": "c", "message": "m", "field": "f"}}, "m", "c", "f"),
        ({"message": "m", "code": "c"}, "m", "c", None),
        ({"error": "m"}, "m", None, None),
        ({"errors": [{"message": "m", "field": "f"}, {"message": "n"}]}, "m", None, "f"),
        ({"errors": ["m"]}, "m", None, None),
        ({"title": "t", "detail": "m", "status": 400}, "m", None, None),
        ({"title": "m"}, "m", None, None),
        ({"message": "two\nlines\x1b[31m"}, "two lines\\x1b[31m", None, None),
        (b"<html>", None, None, None),
        (b"", None, None, None),
        ([], None, None, None),
        ({"error": 5}, None, None, None),
    ],
)
def test_every_form_of_error_is_understood(
    body: object, message: str | None, code: str | None, field: str | None
) -> None:
    """The server's own words, its code and the field are found in each form."""
    error = status_error(response(body, 400, **{"X-Request-Id": "req_9"}))
    assert isinstance(error, BadRequestError)
    ending = "" if message is None else f": {message}"
    assert error.reason == f"SetSmart does not accept these values{ending}"
    assert (error.method, error.path, error.status) == ("GET", "/properties", 400)
    assert (error.api_code, error.field, error.request_id) == (code, field, "req_9")


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (302, RedirectError),
        (405, MethodNotAllowedError),
        (404, NotFoundError),
        (410, NotFoundError),
        (409, ConflictError),
        (418, StatusError),
        (500, ServerError),
        (599, ServerError),
    ],
)
def test_each_status_has_its_class(status: int, error_class: type[StatusError]) -> None:
    """Callers tell errors apart by class, never by text."""
    assert type(status_error(response(b"", status))) is error_class


def test_a_long_message_is_shortened() -> None:
    """A page of text does not flood the terminal."""
    assert len(str(status_error(response({"message": "x" * 5000}, 400)))) < 450


REPEATED = "a repeated value"
ZOD = [
    {
        "code": "unrecognized_keys",
        "keys": ["created", "by"],
        "path": [],
        "message": "Unrecognized key(s) in object: 'created', 'by'",
    },
    {
        "code": "invalid_type",
        "expected": "number",
        "received": REPEATED,
        "path": ["beds", 0, "size"],
        "message": "Expected number",
    },
]
ZOD_SAYS = [
    ("created", "Unrecognized key(s) in object: 'created', 'by'"),
    ("by", "Unrecognized key(s) in object: 'created', 'by'"),
    ("beds.0.size", "Expected number"),
]
FORMS: dict[str, tuple[object, Sequence[tuple[str | None, str]]]] = {
    "django": (
        {"name": ["Too long.", "Not unique."], "non_field_errors": ["Full."]},
        [("name", "Too long."), ("name", "Not unique."), (None, "Full.")],
    ),
    "django, nested": (
        {"address": {"city": ["Blank."]}, "beds": [{}, {"size": ["Too small."]}]},
        [("address.city", "Blank."), ("beds.1.size", "Too small.")],
    ),
    "django, a field with the name of a text": (
        {"title": ["Blank."], "description": ["Blank."]},
        [("title", "Blank."), ("description", "Blank.")],
    ),
    "fastapi": (
        {
            "detail": [
                {
                    "type": "extra_forbidden",
                    "loc": ["body", "created"],
                    "msg": "Extra inputs are not permitted",
                    "input": REPEATED,
                    "url": "https://errors.example/",
                },
                {"loc": ["body", "beds", 0], "msg": "Too many", "ctx": {"reason": REPEATED}},
                {"loc": ["query", "page"], "msg": "Not a number", "input": REPEATED},
            ]
        },
        [
            ("created", "Extra inputs are not permitted"),
            ("beds.0", "Too many"),
            ("page", "Not a number"),
        ],
    ),
    "rails": ({"errors": {"name": ["can't be blank"]}}, [("name", "can't be blank")]),
    "rails, whole sentences": (
        {"errors": ["Name can't be blank", "Bedrooms is too large"]},
        [(None, "Name can't be blank"), (None, "Bedrooms is too large")],
    ),
    "texts by field": (
        {"errors": {"title": "is too long", "name": "is taken"}},
        [("title", "is too long"), ("name", "is taken")],
    ),
    "zod": ({"issues": ZOD, "name": "ZodError"}, ZOD_SAYS),
    "zod in an error": ({"success": False, "error": {"issues": ZOD, "name": "ZodError"}}, ZOD_SAYS),
    "zod as its message": ({"name": "ZodError", "message": json.dumps(ZOD)}, ZOD_SAYS),
    "zod as the message of an error": ({"error": {"message": json.dumps(ZOD)}}, ZOD_SAYS),
    "zod, flat": (
        {"error": {"formErrors": ["Odd."], "fieldErrors": {"name": ["Required"]}}},
        [(None, "Odd."), ("name", "Required")],
    ),
    "zod, by format": (
        {"_errors": ["Odd."], "address": {"_errors": [], "city": {"_errors": ["Required"]}}},
        [(None, "Odd."), ("address.city", "Required")],
    ),
    "zod, as a tree": (
        {
            "errors": ["Odd."],
            "properties": {"beds": {"errors": [], "items": [None, {"errors": ["Too small"]}]}},
        },
        [(None, "Odd."), ("beds.1", "Too small")],
    ),
    "nestjs": (
        {
            "statusCode": 400,
            "message": ["property created should not exist", "name must be a string"],
            "error": "Bad Request",
        },
        [(None, "property created should not exist"), (None, "name must be a string")],
    ),
    "nestjs, as objects": (
        {
            "statusCode": 400,
            "message": [
                {
                    "property": "address",
                    "target": {"name": REPEATED},
                    "value": REPEATED,
                    "children": [{"property": "city", "constraints": {"isString": "no string"}}],
                }
            ],
        },
        [("address.city", "no string")],
    ),
    "laravel": (
        {
            "message": "The city field is required. (and 1 more error)",
            "errors": {
                "address.city": ["The city field is required."],
                "name": ["The name field is required."],
            },
        },
        [
            ("address.city", "The city field is required."),
            ("name", "The name field is required."),
        ],
    ),
    "asp.net": (
        {
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": {"Name": ["The Name field is required."], "$.bedrooms": ["No number."]},
            "traceId": "00-1-1-00",
        },
        [("Name", "The Name field is required."), ("bedrooms", "No number.")],
    ),
    "pocketbase": (
        {
            "status": 400,
            "message": "Failed to create record.",
            "data": {"name": {"code": "validation_required", "message": "Missing."}},
        },
        [("name", "Missing.")],
    ),
    "json:api": (
        {
            "errors": [
                {"source": {"pointer": "/data/attributes/name"}, "title": "T", "detail": "Short."},
                {"source": {"parameter": "page"}, "title": "No number."},
            ]
        },
        [("name", "Short."), ("page", "No number.")],
    ),
    "problem details": (
        {"title": "T", "errors": [{"detail": "Not positive.", "pointer": "#/beds/0"}]},
        [("beds.0", "Not positive.")],
    ),
    "invalid params": (
        {"title": "T", "invalid-params": [{"name": "bedrooms", "reason": "Not positive."}]},
        [("bedrooms", "Not positive.")],
    ),
    "google": (
        {
            "error": {
                "code": 400,
                "message": "Bad.",
                "status": "INVALID_ARGUMENT",
                "details": [{"fieldViolations": [{"field": "a.b", "description": "Odd."}]}],
            }
        },
        [("a.b", "Odd.")],
    ),
    "express-validator": (
        {
            "errors": [
                {"msg": "Short", "param": "name", "value": REPEATED, "location": "body"},
                {"msg": "Odd", "path": "beds[0].size", "value": REPEATED, "location": "body"},
            ]
        },
        [("name", "Short"), ("beds[0].size", "Odd")],
    ),
    "spring": (
        {
            "status": 400,
            "error": "Bad Request",
            "errors": [
                {
                    "codes": [REPEATED],
                    "arguments": [{"defaultMessage": REPEATED}],
                    "field": "name",
                    "rejectedValue": REPEATED,
                    "defaultMessage": "must not be null",
                }
            ],
            "path": "/v1/properties",
        },
        [("name", "must not be null")],
    ),
    "graphql": (
        {
            "errors": [
                {"message": "No such field.", "path": ["insert"], "extensions": {"a": REPEATED}}
            ]
        },
        [("insert", "No such field.")],
    ),
    "stripe": (
        {"error": {"message": "No such price.", "param": "price", "code": "missing"}},
        [("price", "No such price.")],
    ),
    "ajv": (
        {
            "errors": [
                {
                    "instancePath": "/beds/0",
                    "params": {"additionalProperty": "made"},
                    "message": "must NOT have additional properties",
                }
            ]
        },
        [("beds.0.made", "must NOT have additional properties")],
    ),
    "symfony": (
        {"title": "T", "violations": [{"propertyPath": "beds[0].size", "message": "Small."}]},
        [("beds[0].size", "Small.")],
    ),
    "marshmallow": (
        {"code": 422, "errors": {"json": {"name": ["Unknown field."]}}},
        [("name", "Unknown field.")],
    ),
    "mongoose": (
        {"errors": {"name": {"message": "Too long.", "path": "name", "value": REPEATED}}},
        [("name", "Too long.")],
    ),
    "jsend": ({"status": "fail", "data": {"name": "Too long."}}, [("name", "Too long.")]),
    "a list": (
        [{"message": "Bad.", "fields": ["Name", "City"]}],
        [("Name", "Bad."), ("City", "Bad.")],
    ),
    "plain text": (
        b"name is required\n\nbedrooms: odd\n  at check (a.js:1)\n",
        [(None, "name is required"), (None, "bedrooms: odd")],
    ),
    "a text as JSON": (b'"name is required"', [(None, "name is required")]),
}


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("form", FORMS)
def test_every_reason_is_shown_with_its_field(form: str, status: int) -> None:
    """Whatever framework the server uses, its reasons are shown, and no value that it repeats."""
    body, reasons = FORMS[form]
    error = status_error(response(body, status))
    assert [(violation.field, violation.reason) for violation in error.violations] == reasons
    for field, reason in reasons:
        assert reason in str(error)
        assert field is None or field in str(error)
    assert REPEATED not in str(error)


@pytest.mark.parametrize(
    "body",
    [
        {"name": REPEATED, "amenities": [REPEATED]},
        {"data": {"name": REPEATED, "amenities": [REPEATED]}},
        {"error": {"code": "c", "details": {"name": REPEATED}}},
        {"message": json.dumps({"name": REPEATED})},
        {"errors": {"name": {"code": "c", "value": REPEATED, "values": [REPEATED]}}},
        {"detail": {"input": {"name": [REPEATED]}}},
        json.dumps({"name": REPEATED})[:-3].encode(),
        f"<title>{REPEATED}</title>".encode(),
        f'Traceback (most recent call last):\n  File "{REPEATED}"'.encode(),
        REPEATED.encode("utf-16"),
    ],
)
def test_only_reasons_are_shown(body: object) -> None:
    """The request, sent back as it was, and the inside of a server are nobody's reasons."""
    assert REPEATED not in str(status_error(response(body, 400)))


REQUEST = "(GET /properties, status 400)"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"name": ["Blank."]}, ": name: Blank. (…)"),
        ({"errors": {"name": ["Name is blank."]}}, ": Name is blank. (…)"),
        (
            {"name": ["Blank."], "beds": ["0.", "1."]},
            " (…)\n  name: Blank.\n  beds: 0.\n  beds: 1.",
        ),
        (
            {"message": "Invalid data.", "errors": {"name": ["Blank."]}},
            ": Invalid data. (…)\n  name: Blank.",
        ),
        (
            {"message": ["a is odd", "b is odd"], "error": "Bad Request"},
            " (…)\n  a is odd\n  b is odd",
        ),
        ({"title": "Bad Request"}, " (…)"),
    ],
)
def test_one_reason_is_one_line_and_several_have_a_line_each(body: object, text: str) -> None:
    """A message beside the reasons is shown too, unless it has no content."""
    error, bare = status_error(response(body, 400)), status_error(response({}, 400))
    assert error.code is bare.code is MessageCode.REJECTED_VALUES
    sentence = bare.message.removesuffix(f" {REQUEST}")
    assert error.message.replace(REQUEST, "(…)") == f"{sentence}{text}"


def test_many_long_reasons_are_bounded() -> None:
    """Ten of them, three hundred characters each; then how many more there are."""
    body = {f"field_{number}": ["x\n" * 500] for number in range(25)}
    lines = str(status_error(response(body, 422))).splitlines()
    assert lines[-1] == "  and 15 more"
    assert len(lines) == 12
    assert all(len(line) < 330 for line in lines)


MANY = [f"field_{number}" for number in range(3000)]


@pytest.mark.parametrize(
    "body",
    [
        {"errors": MANY},
        {"errors": {name: ["taken"] for name in MANY}},
        {name: ["taken"] for name in MANY},
        {"errors": [{"field": name, "message": "taken"} for name in MANY]},
        {"errors": [{"fields": MANY, "message": "taken"}]},
        {"message": "taken", "fields": MANY},
        {"errors": [{"message": f"no such keys: {MANY}", "keys": MANY}]},
    ],
)
def test_of_thousands_of_reasons_the_first_thousand_are_read(body: object) -> None:
    """However a server writes them: reading all of them would take long, and nobody does."""
    violations = status_error(response(body, 422)).violations
    assert len(violations) == 1000
    assert "field_0" in str(violations[0])


@pytest.mark.parametrize(
    "body", [{"errors": {"name": ["taken"]}}, {"name": ["taken"]}, {"detail": [{"msg": "taken"}]}]
)
def test_other_statuses_have_their_reasons_too(body: object) -> None:
    """A conflict is about a field as often as not."""
    error = status_error(response(body, 409))
    assert isinstance(error, ConflictError)
    assert [violation.reason for violation in error.violations] == ["taken"]


HOLDERS = st.sampled_from(
    ["errors", "error", "detail", "message", "data", "issues", "_errors", "properties", "items"]
)
MEMBERS = HOLDERS | st.sampled_from(["loc", "path", "field", "msg", "keys", "source"]) | TEXTS
BODIES = st.recursive(
    ANY_JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=20,
)


@given(BODIES, st.sampled_from([400, 404, 409, 422, 500]))
def test_any_body_makes_an_error_of_few_printable_lines(body: Any, status: int) -> None:
    """Whatever JSON a server sends with an error."""
    lines = str(status_error(response(body, status))).split("\n")
    assert len(lines) <= 12
    assert all(line.isprintable() and len(line) < 480 for line in lines)


def test_a_deeply_nested_body_is_an_ordinary_error() -> None:
    """Nesting costs neither a crash nor much time."""
    deep = b'{"errors":' * 400 + b'["no"]' + b"}" * 400
    assert isinstance(status_error(response(deep, 400)), BadRequestError)


def test_a_row_that_a_database_repeats_is_not_shown() -> None:
    """Its text is beside the message, and holds every value that was sent."""
    body = {
        "code": "23502",
        "message": 'null value in column "name"',
        "details": "Failing row contains (7, null, door code 4711).",
        "hint": None,
    }
    error = status_error(response(body, 400))
    assert 'null value in column "name"' in str(error)
    assert "4711" not in str(error)


def test_details_alone_are_the_reason() -> None:
    """Where there is no other text, they say what went wrong."""
    assert "too many guests" in str(status_error(response({"details": "too many guests"}, 400)))
