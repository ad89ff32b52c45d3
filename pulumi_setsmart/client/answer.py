"""What came back for one request. Documented are the plain object and its statuses."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import ErrorContext, UnreadableAnswerError
from pulumi_setsmart.client.violation import LONGEST_MESSAGE
from pulumi_setsmart.models.json import Json

_FIRST_UNSUCCESSFUL_STATUS = 300
_FIRST_ERROR_STATUS = 400
_STRONG_ETAG = re.compile(r'"[!#-~]*"')


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
    def redirects(self) -> bool:
        """Whether the status points to another address."""
        return _FIRST_UNSUCCESSFUL_STATUS <= self.status < _FIRST_ERROR_STATUS

    @property
    def etag(self) -> str | None:
        """The version of what is in the answer; a weak one can never satisfy an ``If-Match``."""
        etag = self.headers.get("ETag", "")
        return etag if _STRONG_ETAG.fullmatch(etag) else None

    def context(self, code: str | None = None, field: str | None = None) -> ErrorContext:
        """Return the facts for an error about this answer."""
        request_id = self.headers.get("X-Request-Id")
        return ErrorContext(
            method=self.method,
            path=self.path,
            status=self.status,
            code=code,
            field=field,
            request_id=None if request_id is None else quoted(request_id, LONGEST_MESSAGE),
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
