"""Sending an object back whole, although others write too and parts of it are not ours."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount
from support.json_values import ANY_OBJECT, TEXTS
from support.messages import message, raises

from pulumi_setsmart.client.errors import BadRequestError, ConflictError, SetSmartError
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}


def made(account: InMemoryAccount) -> dict[str, Json]:
    """Create a villa and return its outputs."""
    return account.lifecycle().create(VILLA)[1]


def with_versions(account: InMemoryAccount, rivals: int) -> list[str | None]:
    """Have an account tell versions and keep to them, and others change the villa meanwhile.

    Args:
        account: The account, which holds one object.
        rivals: How often somebody else writes between a read and the write that follows it.

    Returns:
        The versions that were asked for, as they come.
    """
    [place] = account.objects
    asked: list[str | None] = []
    writes_of_others = iter(range(rivals))

    def interfere(request: httpx.Request, respond: Any) -> httpx.Response:
        version = f'"{json.dumps(account.objects[place], sort_keys=True).__hash__():x}"'
        if request.method == "PUT":
            asked.append(request.headers.get("If-Match"))
            if asked[-1] != version:
                return httpx.Response(412)
        response: httpx.Response = respond(request)
        response.headers["ETag"] = version
        if request.method == "GET" and (number := next(writes_of_others, None)) is not None:
            account.objects[place]["rating"] = number
        return response

    account.interfere = interfere
    return asked


def test_the_version_that_was_read_is_the_one_replaced() -> None:
    """What somebody else writes between our read and our write is not lost."""
    account = InMemoryAccount()
    outputs = made(account)
    asked = with_versions(account, rivals=2)
    account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert None not in asked
    assert len(asked) == 3
    assert account.objects["/properties/id_2"] == {
        "id": "id_2",
        "name": "Villa",
        "bedrooms": 4,
        "rating": 1,
    }


def test_who_is_overtaken_again_and_again_gives_up() -> None:
    """An object that changes all the time is an error, not an endless run."""
    account = InMemoryAccount()
    outputs = made(account)
    with_versions(account, rivals=1000)
    with pytest.raises(ConflictError):
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})


@pytest.mark.parametrize("etag", ['W/"1"', "", "1", '"a"b"'])
def test_a_version_that_cannot_be_asked_for_is_not(etag: str) -> None:
    """A weak version never satisfies If-Match, and what is no version would only be refused."""
    account = InMemoryAccount()
    outputs = made(account)
    asked = []

    def interfere(request: httpx.Request, respond: Any) -> httpx.Response:
        asked.append(request.headers.get("If-Match"))
        response: httpx.Response = respond(request)
        response.headers["ETag"] = etag
        return response

    account.interfere = interfere
    account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert set(asked) == {None}


def refusing(account: InMemoryAccount, *paths: str) -> None:
    """Have an account refuse these fields, as read-only, whenever they are sent back."""

    def interfere(request: httpx.Request, respond: Any) -> httpx.Response:
        if request.method == "PUT":
            sent = json.loads(request.content)
            for path in paths:
                inside = sent
                for step in path.strip("/").replace("[", ".").replace("]", "").split("."):
                    key = int(step) if step.isdecimal() else step
                    known = isinstance(inside, list) or step in inside
                    inside = inside[key] if known else None
                    if inside is None:
                        break
                if inside is not None:
                    return httpx.Response(400, json={"error": {"message": "no", "field": path}})
        response: httpx.Response = respond(request)
        return response

    account.interfere = interfere


@pytest.mark.parametrize("path", ["rating", "/rating", "door.opened", "beds[1].made"])
def test_an_undeclared_field_that_is_refused_is_left_out(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What only the server sets is not ours to send; the user learns how to save the request."""
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"] |= {
        "rating": 5,
        "door": {"opened": "now", "code": "1"},
        "beds": [{"made": True}, {"made": True, "size": 2}],
    }
    refusing(account, path)
    with caplog.at_level(logging.WARNING):
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert account.writes()[1:] == ["PUT /properties/id_2"]
    assert account.objects["/properties/id_2"]["bedrooms"] == 4
    assert account.objects["/properties/id_2"]["door"]["code"] == "1"
    facts = (path, "setsmart:readOnlyFields")
    assert caplog.messages == [message(MessageCode.FIELD_LEFT_OUT, *facts)]


@pytest.mark.parametrize("path", ["bedrooms", "/door", "door.code", "door.code.digits"])
def test_a_declared_field_that_is_refused_is_an_error(path: str) -> None:
    """What the program says is never left out."""
    account = InMemoryAccount()
    outputs = made(account)
    account.interfere = lambda request, respond: (
        httpx.Response(400, json={"error": {"message": "no", "field": path}})
        if request.method == "PUT"
        else respond(request)
    )
    inputs: dict[str, Json] = {**VILLA, "bedrooms": 4, "attributes": {"door": {"code": "1"}}}
    with raises(BadRequestError, MessageCode.REJECTED_VALUES, "no"):
        account.lifecycle().update("id_2", outputs, inputs)


@given(
    field=TEXTS | st.sampled_from(["name", "[0]", "a.b", "bedrooms.0", "rating"]),
    undeclared=ANY_OBJECT,
)
def test_an_update_that_is_rejected_always_ends(field: str, undeclared: dict[str, Json]) -> None:
    """Whatever field a server names, again and again, there is an end to it."""
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"] = {**undeclared, "id": "id_2", "name": "Villa", "rating": 5}
    account.interfere = lambda request, respond: (
        httpx.Response(400, json={"error": {"message": "no", "field": field}})
        if request.method == "PUT"
        else respond(request)
    )
    with pytest.raises(SetSmartError):
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})


def objecting(account: InMemoryAccount, own: set[str], body: Any) -> list[dict[str, Any]]:
    """Have an account refuse whatever is sent back with one of its own fields, in these words.

    Returns:
        What it was sent, as it comes.
    """
    sent: list[dict[str, Any]] = []

    def interfere(request: httpx.Request, respond: Any) -> httpx.Response:
        if request.method == "PUT":
            sent.append(json.loads(request.content))
            if own & sent[-1].keys():
                return rejecting_response(body)
        response: httpx.Response = respond(request)
        return response

    account.interfere = interfere
    return sent


def rejecting_response(body: Any) -> httpx.Response:
    """Return a refusal with this body."""
    if isinstance(body, str):
        return httpx.Response(400, text=body)
    return httpx.Response(422, json=body)


def refusals(one: str, other: str) -> list[Any]:
    """Return what servers say that take back neither of two fields."""
    both = (one, other)
    extra = "Extra inputs are not permitted"
    unmapped = (
        "The JSON property '{}' could not be mapped to any .NET member contained in type 'D'."
    )
    return [
        {"detail": [{"type": "extra_forbidden", "loc": ["body", x], "msg": extra} for x in both]},
        {"detail": [{"loc": ["body", "PropertyUpdate", x], "msg": extra} for x in both]},
        {"message": [f"property {x} should not exist" for x in both], "error": "Bad Request"},
        {x: ["This field is read-only."] for x in both},
        {"non_field_errors": [f"Unknown field(s): {one}, {other}"]},
        {"errors": [f"unknown attribute '{x}' for Property." for x in both]},
        {"error": f"found unpermitted parameters: :{one}, :{other}"},
        {"issues": [{"path": [], "message": f"Unrecognized key(s) in object: '{one}', '{other}'"}]},
        {"errors": {f"$.{x}": [unmapped.format(x)] for x in both}},
        {"errors": {"$": [unmapped.format(x) for x in both], "dto": ["dto is required."]}},
        {"errors": {x.capitalize(): [f"{x.capitalize()} cannot be changed."] for x in both}},
        {"errors": [{"source": {"pointer": f"/data/attributes/{x}"}, "title": "no"} for x in both]},
        {"data": {x: {"code": "c", "message": "Not writable."} for x in both}, "message": "m"},
        {"details": [{"message": f'"{x}" is not allowed', "path": [x]} for x in both]},
        {"errors": [{"instancePath": "", "params": {"additionalProperty": x}, "message": "no"}
                    for x in both]},
        f'Invalid names "{one}" and "{other}"',
        f"{one} is read-only\n{other} is read-only",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(17))
@pytest.mark.parametrize("names", [("created", "owner"), ("created_at", "updatedBy")])
def test_all_undeclared_fields_that_are_refused_are_left_out_at_once(
    names: tuple[str, str], number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """In whatever words and shape the server says so, the second attempt is the last."""
    body = refusals(*names)[number]
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"] |= {**dict.fromkeys(names, "1"), "property": 1, "value": 2}
    sent = objecting(account, set(names), body)
    with caplog.at_level(logging.WARNING):
        account.lifecycle(read_only_fields=frozenset()).update(
            "id_2", outputs, {**VILLA, "bedrooms": 4}
        )
    assert len(sent) == 2
    assert account.objects["/properties/id_2"] == {
        "id": "id_2",
        "name": "Villa",
        "bedrooms": 4,
        "property": 1,
        "value": 2,
    }
    facts = (", ".join(names), "setsmart:readOnlyFields")
    assert caplog.messages == [message(MessageCode.FIELD_LEFT_OUT, *facts)]


def nested_refusals() -> list[Any]:
    """Return what servers say that do not take back a member of a member."""
    return [
        {"detail": [{"loc": ["body", "door", "opened"], "msg": "Extra inputs are not permitted"}]},
        {"message": ["door.property opened should not exist"]},
        {"issues": [{"path": ["door"], "message": "Unrecognized key(s) in object: 'opened'"}]},
        {"issues": [{"path": ["door"], "keys": ["opened"], "message": "Unrecognized: 'opened'"}]},
        {"door": {"opened": ["Read-only."]}},
        {"errors": [{"detail": "Not allowed", "pointer": "#/door/opened"}]},
        'unknown member "door.opened"',
    ]


@pytest.mark.parametrize("body", nested_refusals())
def test_of_a_declared_object_no_more_than_the_refused_member_is_left_out(body: Any) -> None:
    """What is declared beside it is sent; a setting can name it too."""
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"]["door"] = {"code": "1", "opened": "now"}
    sent = []

    def interfere(request: httpx.Request, respond: Any) -> httpx.Response:
        if request.method == "PUT":
            sent.append(json.loads(request.content)["door"])
            if "opened" in sent[-1]:
                return rejecting_response(body)
        response: httpx.Response = respond(request)
        return response

    account.interfere = interfere
    inputs: dict[str, Json] = {**VILLA, "attributes": {"door": {"code": "2"}}}
    account.lifecycle().update("id_2", outputs, inputs)
    assert sent == [{"code": "2", "opened": "now"}, {"code": "2"}]

    account.objects["/properties/id_2"]["door"] = {"code": "1", "opened": "now"}
    account.lifecycle(read_only_fields=frozenset({"door.opened"})).update("id_2", outputs, inputs)
    assert sent[2:] == [{"code": "2"}]


@pytest.mark.parametrize(
    "body",
    [
        {"bedrooms": ["Too many."], "created": ["Read-only."]},
        {"message": ["bedrooms must not be greater than 3", "property created should not exist"]},
        {"errors": ["Bedrooms is too large", "Created is not allowed"]},
        {"errors": {"$.Bedrooms": ["No number."], "$.Created": ["Unknown member."]}},
        {"detail": [{"loc": ["body", "bedrooms"], "msg": "Extra inputs are not permitted"}]},
        {"error": "Unknown names 'bedrooms' and 'created'"},
    ],
)
def test_a_violation_of_a_declared_field_is_shown_and_nothing_is_left_out(body: Any) -> None:
    """What the program says is never left out, and its reasons are not buried."""
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"]["created"] = "now"
    sent = objecting(account, {"created"}, body)
    with pytest.raises(BadRequestError) as caught:
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert len(sent) == 1
    assert "setsmart:readOnlyFields" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><h1>Bad Request</h1></html>",
        {"error": "Invalid payload."},
        {"message": "body must NOT have additional properties"},
        {"detail": [{"loc": ["body"], "msg": "Extra inputs are not permitted"}]},
        {"error": "The state of an active listing cannot be set"},
    ],
)
def test_where_no_field_is_named_the_candidates_are(body: Any) -> None:
    """And the setting that leaves them out; nothing is left out on a guess."""
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"] |= {
        "created": "now",
        "active": True,
        "door": {"code": "1", "opened": "now"},
        **{f"field_{number}": number for number in range(9)},
    }
    sent = objecting(account, {"created"}, body)
    inputs: dict[str, Json] = {**VILLA, "attributes": {"door": {"code": "2"}}}
    with pytest.raises(BadRequestError) as caught:
        account.lifecycle().update("id_2", outputs, inputs)
    assert len(sent) == 1
    last_line = str(caught.value).splitlines()[-1]
    assert "created, active, field_0, field_1" in last_line
    assert "field_7" in last_line
    assert "field_8" not in last_line
    assert "setsmart:readOnlyFields" in last_line


def test_where_all_is_declared_there_are_no_candidates() -> None:
    """The reason stands alone."""
    account = InMemoryAccount()
    outputs = made(account)
    objecting(account, {"name"}, "no")
    with pytest.raises(BadRequestError) as caught:
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert "readOnlyFields" not in str(caught.value)


@given(body=ANY_OBJECT | TEXTS, undeclared=ANY_OBJECT)
def test_declared_fields_are_sent_whatever_a_rejection_says(
    body: Any, undeclared: dict[str, Json]
) -> None:
    """And there is an end to it."""
    account = InMemoryAccount()
    outputs = made(account)
    account.objects["/properties/id_2"] = {**undeclared, "id": "id_2", "name": "Villa"}
    sent = objecting(account, {"name"}, body)
    with pytest.raises(SetSmartError):
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert all(payload["name"] == "Villa" and payload["bedrooms"] == 4 for payload in sent)
    assert len(sent) <= len(undeclared) + 2
