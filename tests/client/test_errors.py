"""The tree of errors."""

import inspect
import re

import pytest

from pulumi_setsmart.client import errors
from pulumi_setsmart.client.errors import (
    ApiError,
    ConnectionFailedError,
    ErrorContext,
    NotFoundError,
    SetSmartError,
)


def test_the_tree_is_as_it_is_drawn() -> None:
    """What stands at the top of the module is what there is, each class below its parent."""
    drawn = re.findall(r"^ {4}([│├└─ ]*)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    classes = {
        name: len(one.__mro__) - len(SetSmartError.__mro__)
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, SetSmartError)
    }
    assert {name: len(branch) // 4 for branch, name in drawn} == classes


@pytest.mark.parametrize(
    ("context", "text"),
    [
        (ErrorContext("GET", "/properties"), "GET /properties"),
        (ErrorContext("PUT", "/p/1", 400), "PUT /p/1, status 400"),
        (
            ErrorContext("PUT", "/p/1", 400, api_code="c", field="f", request_id="r"),
            "PUT /p/1, status 400, code c, request r",
        ),
        (ErrorContext("GET", "/p", 500, attempt=9), "GET /p, status 500, attempt 9"),
    ],
)
def test_an_error_ends_with_the_request_it_is_about(context: ErrorContext, text: str) -> None:
    """Only the facts that are known stand in the text."""
    assert ApiError("it went wrong", context).message == f"it went wrong ({text})"


def test_an_error_without_a_response_has_no_status() -> None:
    """A connection that failed has a method and a path, and tells whether the request was sent."""
    error = ConnectionFailedError("cannot connect", ErrorContext("GET", "/p"), sent=False)
    assert (error.method, error.path, error.status) == ("GET", "/p", None)
    assert (error.api_code, error.field, error.request_id) == (None, None, None)
    assert not error.sent


def test_an_error_is_caught_by_the_class_of_its_kind() -> None:
    """One except clause for everything, or one for what is of interest."""
    error = NotFoundError("gone", ErrorContext("GET", "/p", 404))
    assert isinstance(error, ApiError)
    assert isinstance(error, SetSmartError)
    assert not isinstance(error, ConnectionFailedError)
