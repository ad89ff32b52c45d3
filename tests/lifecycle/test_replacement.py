"""Sending an object back whole, although others write too and parts of it are not ours."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest
from fake_account import FakeAccount
from hypothesis import given
from hypothesis import strategies as st
from json_values import ANY_OBJECT, TEXTS

from pulumi_setsmart.client.errors import BadRequestError, ConflictError, SetSmartError
from pulumi_setsmart.models.json import Json

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}


def made(account: FakeAccount) -> dict[str, Json]:
    """Create a villa and return its outputs."""
    return account.lifecycle().create(VILLA)[1]


def with_versions(account: FakeAccount, rivals: int) -> list[str | None]:
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

    def interfere(request: httpx.Request, answer: Any) -> httpx.Response:
        version = f'"{json.dumps(account.objects[place], sort_keys=True).__hash__():x}"'
        if request.method == "PUT":
            asked.append(request.headers.get("If-Match"))
            if asked[-1] != version:
                return httpx.Response(412)
        response: httpx.Response = answer(request)
        response.headers["ETag"] = version
        if request.method == "GET" and (number := next(writes_of_others, None)) is not None:
            account.objects[place]["rating"] = number
        return response

    account.interfere = interfere
    return asked


def test_a_version_that_is_told_is_the_one_that_is_replaced() -> None:
    """What somebody else writes between our read and our write is not lost."""
    account = FakeAccount()
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
    account = FakeAccount()
    outputs = made(account)
    with_versions(account, rivals=1000)
    with pytest.raises(ConflictError):
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})


@pytest.mark.parametrize("etag", ['W/"1"', "", "1", '"a"b"'])
def test_a_version_that_cannot_be_asked_for_is_not(etag: str) -> None:
    """A weak version never satisfies If-Match, and what is no version would only be refused."""
    account = FakeAccount()
    outputs = made(account)
    asked = []

    def interfere(request: httpx.Request, answer: Any) -> httpx.Response:
        asked.append(request.headers.get("If-Match"))
        response: httpx.Response = answer(request)
        response.headers["ETag"] = etag
        return response

    account.interfere = interfere
    account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
    assert set(asked) == {None}


def refusing(account: FakeAccount, *paths: str) -> None:
    """Have an account refuse these fields, as read-only, whenever they are sent back."""

    def interfere(request: httpx.Request, answer: Any) -> httpx.Response:
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
        response: httpx.Response = answer(request)
        return response

    account.interfere = interfere


@pytest.mark.parametrize("path", ["rating", "/rating", "door.opened", "beds[1].made"])
def test_an_undeclared_field_that_is_refused_is_left_out(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What only the server sets is not ours to send; the user learns how to save the request."""
    account = FakeAccount()
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
    assert f"SetSmart does not take {path} back" in caplog.text


@pytest.mark.parametrize("path", ["bedrooms", "/door", "door.code", "door.code.digits"])
def test_a_declared_field_that_is_refused_is_an_error(path: str) -> None:
    """What the program says is never left out."""
    account = FakeAccount()
    outputs = made(account)
    account.interfere = lambda request, answer: (
        httpx.Response(400, json={"error": {"message": "no", "field": path}})
        if request.method == "PUT"
        else answer(request)
    )
    inputs: dict[str, Json] = {**VILLA, "bedrooms": 4, "attributes": {"door": {"code": "1"}}}
    with pytest.raises(BadRequestError, match="no"):
        account.lifecycle().update("id_2", outputs, inputs)


@given(
    field=TEXTS | st.sampled_from(["name", "[0]", "a.b", "bedrooms.0", "rating"]), held=ANY_OBJECT
)
def test_a_refusal_always_ends(field: str, held: dict[str, Json]) -> None:
    """Whatever field a server names, again and again, there is an end to it."""
    account = FakeAccount()
    outputs = made(account)
    account.objects["/properties/id_2"] = {**held, "id": "id_2", "name": "Villa", "rating": 5}
    account.interfere = lambda request, answer: (
        httpx.Response(400, json={"error": {"message": "no", "field": field}})
        if request.method == "PUT"
        else answer(request)
    )
    with pytest.raises(SetSmartError):
        account.lifecycle().update("id_2", outputs, {**VILLA, "bedrooms": 4})
