"""Reading answers: tolerant of forms, never of junk."""

import json

import httpx
import pytest

from pulumi_setsmart.client.answer import (
    Answer,
    read_items,
    read_object,
    read_record,
    status_error,
)
from pulumi_setsmart.client.errors import (
    BadRequestError,
    ConflictError,
    MethodNotAllowedError,
    NotFoundError,
    RedirectError,
    ServerError,
    StatusError,
    UnreadableAnswerError,
)

VILLA = {"id": "prop_1", "name": "Villa"}


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    """Return an answer to a request for the properties."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        method="GET",
        path="/properties",
        url="https://setsmart.example/v1/properties",
        status=status,
        headers=httpx.Headers(headers),
        body=content,
    )


@pytest.mark.parametrize("body", [VILLA, {"data": VILLA}, {"property": VILLA}])
def test_an_object_is_taken_out_of_its_envelope(body: object) -> None:
    """The object may stand alone, or under data, or under its own name."""
    assert read_object(answer(body), ("properties", "property")) == VILLA


def test_an_object_with_a_field_called_data_is_no_envelope() -> None:
    """A field of a listing that is called like an envelope stays a field."""
    listing = {**VILLA, "data": {"id": "other"}}
    assert read_object(answer(listing), ()) == listing


@pytest.mark.parametrize("name", [None, "data", "items", "results", "result", "properties"])
def test_a_list_is_taken_out_of_its_envelope(name: str | None) -> None:
    """The list may stand alone or under any of the usual names."""
    body: object = [VILLA] if name is None else {name: [VILLA], "total": 1}
    assert read_items(answer(body), ("properties",)) == [VILLA]


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
    with pytest.raises(UnreadableAnswerError, match=r"\(GET /properties, status 200\)"):
        read_object(answer(body), ())


@pytest.mark.parametrize("body", [VILLA, [1], [VILLA, None], {"data": {}}, "x", None])
def test_junk_instead_of_a_list_is_an_error(body: object) -> None:
    """A list holds objects, or it is not one."""
    with pytest.raises(UnreadableAnswerError):
        read_items(answer(body), ())


@pytest.mark.parametrize("identifier", [None, 7, "", True, ["prop_1"]])
def test_an_object_needs_a_text_as_its_id(identifier: object) -> None:
    """An id that is missing or a number is not guessed at."""
    fields = {"name": "Villa", "id": identifier}
    with pytest.raises(UnreadableAnswerError, match="has no text as its id"):
        read_record(fields, "id", answer(fields))  # type: ignore[arg-type]  # junk on purpose


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
        ({"message": "two\nlines\x1b[31m"}, "two lines [31m", None, None),
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
    error = status_error(answer(body, 400, **{"X-Request-Id": "req_9"}))
    assert isinstance(error, BadRequestError)
    ending = "" if message is None else f": {message}"
    assert error.reason == f"SetSmart does not accept these values{ending}"
    assert (error.method, error.path, error.status) == ("GET", "/properties", 400)
    assert (error.code, error.field, error.request_id) == (code, field, "req_9")


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
    assert type(status_error(answer(b"", status))) is error_class


def test_a_long_message_is_shortened() -> None:
    """A page of text does not flood the terminal."""
    assert len(str(status_error(answer({"message": "x" * 5000}, 400)))) < 450
