"""Objects and lists in responses: tolerant of forms, never of junk."""

import pytest
from support.client_response import response
from support.messages import raises

from pulumi_setsmart.client.envelope import read_items, read_object, read_record
from pulumi_setsmart.client.errors import InvalidResponseError, UnexpectedResponseError
from pulumi_setsmart.models.message_code import MessageCode

VILLA = {"id": "prop_1", "name": "Villa"}


@pytest.mark.parametrize("body", [VILLA, {"data": VILLA}, {"property": VILLA}])
def test_an_object_is_taken_out_of_its_envelope(body: object) -> None:
    """The object may stand alone, or under data, or under its own name."""
    assert read_object(response(body), ("properties", "property")) == VILLA


def test_an_object_with_a_field_called_data_is_no_envelope() -> None:
    """A field of a listing that is called like an envelope stays a field."""
    listing = {**VILLA, "data": {"id": "other"}}
    assert read_object(response(listing), ()) == listing


@pytest.mark.parametrize("name", [None, "data", "items", "results", "result", "properties"])
def test_a_list_is_taken_out_of_its_envelope(name: str | None) -> None:
    """The list may stand alone or under any of the usual names."""
    body: object = [VILLA] if name is None else {name: [VILLA], "total": 1}
    assert read_items(response(body), ("properties",)) == [VILLA]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b'{"id": "prop_1"',
        b'{"bedrooms": NaN}',
        b"\xff\xfe",
        b"[" * 100_000,
        [VILLA],
        "text",
        None,
        {"error": "no"},
    ],
    ids=lambda body: repr(body)[:20],
)
def test_junk_instead_of_an_object_is_an_error(body: object) -> None:
    """HTML, truncated JSON, arrays and errors in disguise become one clear error."""
    with pytest.raises(InvalidResponseError, match=r"\(GET /properties, status 200\)"):
        read_object(response(body), ())


@pytest.mark.parametrize("body", [VILLA, [1], [VILLA, None], {"data": {}}, "x", None])
def test_junk_instead_of_a_list_is_an_error(body: object) -> None:
    """A list holds objects, or it is not one."""
    with pytest.raises(InvalidResponseError):
        read_items(response(body), ())


@pytest.mark.parametrize("identifier", [None, 7.5, "", "a\x1b", True, ["prop_1"], {"id": 1}])
def test_an_object_needs_an_id(identifier: object) -> None:
    """An id that is missing, or nothing that can stand for an object, is not guessed at."""
    fields = {"name": "Villa", "id": identifier}
    with raises(UnexpectedResponseError, MessageCode.UNEXPECTED_RESPONSE, "id", "name, id"):
        read_record(fields, "id", response(fields))  # type: ignore[arg-type]  # junk on purpose
