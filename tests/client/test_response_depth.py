"""Responses of any depth are read as far as they are not too deep."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_JSON
from support.messages import raises

from pulumi_setsmart.client.errors import InvalidResponseError
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.models.json import DEEPEST, Json, cut_off, is_nested_deeper
from pulumi_setsmart.models.marker import TOO_DEEP
from pulumi_setsmart.models.message_code import MessageCode


def read(body: str | bytes) -> Json:
    """Return what is read of a response."""
    content = body.encode() if isinstance(body, str) else body
    return Response("GET", "/p", "https://a.example/p", 200, {}, content).json()


@pytest.mark.parametrize("depth", [DEEPEST + 21, 900, 5_000, 300_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_what_is_too_deep_is_cut_off(depth: int, opening: str, closing: str, encoding: str) -> None:
    """The rest is as it was, and brackets in texts do not count."""
    odd = r'"[[{{\"[\\"'
    body = f'{{"b": {odd}, "deep": {opening * depth}{odd}{closing * depth}, {odd}: [1]}}'
    value = read(body.encode(encoding))
    assert isinstance(value, dict)
    assert [*value] == ["b", "deep", json.loads(odd)]
    assert value[json.loads(odd)] == [1]
    assert not is_nested_deeper(value, DEEPEST + 20)
    assert is_nested_deeper(value, DEEPEST + 19)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 300_000,
        "[" * 300_000 + '"',
        "[" * 300_000 + "]" * 299_999,
        '"\\"' * 300_000 + "[" * 5_000,
        "[" * 5_000 + "]" * 5_000 + "x",
        "{" * 300_000,
        "[" * 5_000 + '"\\"' * 300_000,
    ],
    ids=range(7),
)
def test_invalid_json_is_one_error(body: str) -> None:
    """However deep it is, and however long its quotations."""
    with raises(InvalidResponseError, MessageCode.INVALID_RESPONSE, "GET /p, status 200"):
        read(body)


@given(ANY_JSON, st.integers(1, 6))
def test_only_what_is_deeper_is_cut_off(value: Json, deepest: int) -> None:
    """Nothing is lost above, and nothing stays below."""
    whole = json.loads(json.dumps(value))
    is_deeper = is_nested_deeper(value, deepest)
    cut_off(value, deepest, TOO_DEEP)
    assert not is_nested_deeper(value, deepest)
    assert is_deeper == (value != whole)
