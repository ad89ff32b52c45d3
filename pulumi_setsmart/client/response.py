"""The response to one request. Documented are the plain object and the statuses."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping
from functools import cached_property

from attrs import frozen

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import ErrorContext, InvalidResponseError
from pulumi_setsmart.client.violation import LONGEST_MESSAGE
from pulumi_setsmart.models.json import DEEPEST, Json, cut_off, is_nested_deeper
from pulumi_setsmart.models.marker import TOO_DEEP

_FIRST_UNSUCCESSFUL_STATUS = 300
_FIRST_ERROR_STATUS = 400
_DEEPEST = DEEPEST + 20  # around a value: its object, a list, and an envelope or two
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{}]', re.DOTALL)
_STRONG_ETAG = re.compile(r'"[!#-~]*"')


@frozen
class Response:
    """The response to one request.

    Attributes:
        method: The HTTP method of the request.
        path: The path of the request, below the base URL.
        url: Its absolute address.
        status: The HTTP status.
        headers: The headers; their names are found in any case.
        body: The body, as bytes.
        attempt: The number of the attempt that it responds to, counted from 1.
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
    def redirects(self) -> bool:
        """Whether the status points to another address."""
        return _FIRST_UNSUCCESSFUL_STATUS <= self.status < _FIRST_ERROR_STATUS

    @property
    def etag(self) -> str | None:
        """The version of the object; a weak one can never satisfy an ``If-Match``."""
        etag = self.headers.get("ETag", "")
        return etag if _STRONG_ETAG.fullmatch(etag) else None

    def context(self, code: str | None = None, field: str | None = None) -> ErrorContext:
        """Return the facts for an error about this response."""
        request_id = self.headers.get("X-Request-Id")
        return ErrorContext(
            method=self.method,
            path=self.path,
            status=self.status,
            api_code=code,
            field=field,
            request_id=None if request_id is None else quoted(request_id, LONGEST_MESSAGE),
            attempt=self.attempt,
        )

    def json(self) -> Json:
        """Return the body as JSON, with `TOO_DEEP` in place of what is nested too deeply.

        The value is shared: do not change it.

        Raises:
            InvalidResponseError: The body is not JSON.
        """
        return self._value

    @cached_property
    def _value(self) -> Json:
        # Raised outside of the `except`: a chained error would contain the body.
        with contextlib.suppress(ValueError, RecursionError):
            try:
                value = _parsed(self.body)
            except RecursionError:
                value = _parsed(_shallow(self.body))
            if is_nested_deeper(value, _DEEPEST):
                cut_off(value, _DEEPEST, TOO_DEEP)
            return value
        raise InvalidResponseError("the response is not JSON", self.context())


def _parsed(body: bytes | str) -> Json:
    value: Json = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    return value


def _shallow(body: bytes) -> str:
    """Return JSON without the parts that are too deep for the parser, which would fail on all."""
    text = body.decode(json.detect_encoding(body), "surrogatepass")
    kept = []
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == _DEEPEST + 2:
                kept.append(text[begin : token.start()])
        elif token[0] in "]}":
            if depth == _DEEPEST + 2:
                kept.append("null")
                begin = token.end()
            depth -= 1
    return "".join((*kept, text[begin:]))


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number
