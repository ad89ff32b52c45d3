"""Errors in answers: every form is understood, and none floods the terminal."""

import pytest
from client_answer import answer

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
