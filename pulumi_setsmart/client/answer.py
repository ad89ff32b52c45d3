"""Reading what the API answers, in every form that the field's APIs are known to use.

Documented are the plain object and its statuses. Envelopes and forms of errors are assumed.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping, Sequence

from attrs import frozen

from pulumi_setsmart.client.errors import (
    ErrorContext,
    StatusError,
    UnreadableAnswerError,
    status_error_class,
)
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.text import one_line

_FIRST_UNSUCCESSFUL_STATUS = 300
_LONGEST_MESSAGE = 300
_STRONG_ETAG = re.compile(r'"[!#-~]*"')
_LIST_ENVELOPES = ("data", "items", "results", "result")


@frozen
class Answer:
    """What came back for one request.

    Attributes:
        method: The HTTP method of the request.
        path: The path of the request, below the base URL.
        url: Its absolute address.
        status: The HTTP status.
        headers: The headers; their names are found in any case.
        body: The body, as bytes.
        attempt: The how-many-th attempt at the request it answers.
    """

    method: str
    path: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    attempt: int = 1

    @property
    def succeeded(self) -> bool:
        """Whether the status is a success."""
        return self.status < _FIRST_UNSUCCESSFUL_STATUS

    @property
    def etag(self) -> str | None:
        """The version of what is in the answer; a weak one can never satisfy an ``If-Match``."""
        etag = self.headers.get("ETag", "")
        return etag if _STRONG_ETAG.fullmatch(etag) else None

    def context(self, code: str | None = None, field: str | None = None) -> ErrorContext:
        """Return the facts for an error about this answer."""
        return ErrorContext(
            method=self.method,
            path=self.path,
            status=self.status,
            code=code,
            field=field,
            request_id=_shortened(self.headers.get("X-Request-Id")),
            attempt=self.attempt,
        )

    def json(self) -> Json:
        """Return the body as JSON.

        Raises:
            UnreadableAnswerError: The body is not JSON.
        """
        # Raised out of the `except`, so that nothing is chained to it that holds the body.
        with contextlib.suppress(ValueError, RecursionError):
            value: Json = json.loads(
                self.body, parse_constant=_refuse_constant, parse_float=_finite
            )
            return value
        raise UnreadableAnswerError("the answer is not JSON", self.context())


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def status_error(answer: Answer) -> StatusError:
    """Return the error that an unsuccessful ``answer`` stands for."""
    error_class = status_error_class(answer.status)
    message, code, field = _error_details(answer)
    reason = f"{error_class.summary}: {message}" if message else error_class.summary
    return error_class(reason, answer.context(code, field))


def _error_details(answer: Answer) -> tuple[str | None, str | None, str | None]:
    try:
        body = answer.json()
    except UnreadableAnswerError:
        return None, None, None
    match body:
        case {"error": dict(details)} | {"errors": [dict(details), *_]}:
            pass
        case {"error": str(text)} | {"errors": [str(text), *_]}:
            return _shortened(text), None, None
        case dict(details):
            pass
        case _:
            return None, None, None
    message = _first_text(details, "message", "detail", "title", "description")
    code = _first_text(details, "code")
    field = _first_text(details, "field", "param")
    return _shortened(message), _shortened(code), _shortened(field)


def _first_text(details: JsonObject, *names: str) -> str | None:
    for name in names:
        value = details.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _shortened(message: str | None) -> str | None:
    """Fold a message into one printable line, since it goes to a terminal."""
    if message is None:
        return None
    line = one_line(message)
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"


def read_object(answer: Answer, envelopes: Sequence[str], id_field: str = "id") -> JsonObject:
    """Return the object in ``answer``, taken out of its envelope.

    Args:
        answer: A successful answer with a body.
        envelopes: The names under which the object may stand, beside ``data``.
        id_field: The field that an envelope lacks and an object has.

    Raises:
        UnreadableAnswerError: There is no object in it, or it carries an error in spite of its
            status.
    """
    value = answer.json()
    if not isinstance(value, dict):
        raise UnreadableAnswerError("the answer is not an object", answer.context())
    if id_field not in value:
        _refuse_error(value, answer)
    for name in ("data", *envelopes):
        inner = value.get(name)
        if isinstance(inner, dict) and id_field not in value:
            return inner
    return value


def _refuse_error(value: JsonObject, answer: Answer) -> None:
    if value.get("error") or value.get("errors"):
        message, code, field = _error_details(answer)
        reason = "the answer has a successful status but carries an error"
        raise UnreadableAnswerError(
            f"{reason}: {message}" if message else reason, answer.context(code, field)
        )


def read_items(answer: Answer, envelopes: Sequence[str]) -> list[JsonObject]:
    """Return the objects of one page of a list.

    Args:
        answer: A successful answer.
        envelopes: The names under which the list may stand, beside the usual ones.

    Raises:
        UnreadableAnswerError: There is no list of objects in it.
    """
    value = answer.json()
    if isinstance(value, dict):
        _refuse_error(value, answer)
        value = next(
            (
                value[name]
                for name in (*_LIST_ENVELOPES, *envelopes)
                if isinstance(value.get(name), list)
            ),
            None,
        )
    if not isinstance(value, list):
        raise UnreadableAnswerError("the answer is not a list", answer.context())
    items: list[JsonObject] = [item for item in value if isinstance(item, dict)]
    if len(items) != len(value):
        raise UnreadableAnswerError(
            "the list holds something that is not an object", answer.context()
        )
    return items


def read_record(fields: JsonObject, id_field: str, answer: Answer) -> Record:
    """Return an object of the API as a record.

    Raises:
        UnreadableAnswerError: Its id is missing or not a text that can be shown.
    """
    identifier = fields.get(id_field)
    if not isinstance(identifier, str) or not identifier or not identifier.isprintable():
        raise UnreadableAnswerError(
            f"the object in the answer has no text as its {id_field}", answer.context()
        )
    return Record(identifier, fields)
