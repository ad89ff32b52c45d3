"""Faults of a server, or of something before it: responses that are not what was asked for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Literal

from attrs import frozen

from pulumi_setsmart.sandbox.exchange import Exchange, RawResponse
from pulumi_setsmart.sandbox.faults.fault import Moment


@frozen
class Failed:
    """The server, or something before it, fails with a status.

    Attributes:
        moment: Before or after the server has done what was asked.
        status: The status.
        body: The body; HTML, as a proxy sends it, by default.
    """

    moment: Moment
    status: int = 500
    body: bytes = b"<html><h1>Something went wrong</h1></html>"

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.status} {self.moment} commit"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        if self.moment == "after":
            await exchange.forward()
        await exchange.respond(RawResponse(self.status, (), b"").with_body(self.body))


@frozen
class RateLimited:
    """The request is turned away with 429, as if the budget were used up.

    Attributes:
        retry_after: Whether, and how, the server says when to come again.
        seconds: In how many seconds that is.
        clock: The server's time in seconds since 1970.
    """

    retry_after: Literal["absent", "seconds", "date"] = "absent"
    seconds: int = 1
    clock: Callable[[], float] = time.time

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"429, Retry-After {self.retry_after}"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        now = self.clock()
        response = (
            RawResponse(429, (), b"").with_body(b"").with_headers(date=formatdate(now, usegmt=True))
        )
        match self.retry_after:
            case "seconds":
                response = response.with_headers(retry_after=str(self.seconds))
            case "date":
                moment = formatdate(now + self.seconds, usegmt=True)
                response = response.with_headers(retry_after=moment)
        await exchange.respond(response)


@frozen
class Malformed:
    """The server does what was asked, and sends a malformed response.

    Attributes:
        name: What a person calls it.
        malform: Makes the response malformed.
    """

    name: str
    malform: Callable[[RawResponse], RawResponse]

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        await exchange.respond(self.malform(await exchange.forward()))


def _emptied(response: RawResponse) -> RawResponse:
    return response.with_body(b"")


def _halved(response: RawResponse) -> RawResponse:
    return response.with_body(response.body[: len(response.body) // 2])


def _as_page(response: RawResponse) -> RawResponse:
    return response.with_body(b"<html><title>Welcome</title></html>")


def _not_text(response: RawResponse) -> RawResponse:
    return response.with_body(b'{"id": "\xff\xfe"}')


def _not_compressed(response: RawResponse) -> RawResponse:
    return response.with_headers(content_encoding="gzip")


def _turned(response: RawResponse) -> RawResponse:
    """Put an array where an object belongs, and an object where an array belongs."""
    is_array = response.body.startswith(b"[")
    return response.with_body(b'{"name": "Villa"}' if is_array else b"[" + response.body + b"]")


def _numbered(response: RawResponse) -> RawResponse:
    """Make the id, and that of everything in a list, what can be no id."""
    value = json.loads(response.body or b"{}")
    for element in value if isinstance(value, list) else [value]:
        element["id"] = 5.5
    return response.with_body(json.dumps(value).encode())


def _failed_in_truth(response: RawResponse) -> RawResponse:
    return response.with_body(b'{"error": {"code": "internal", "message": "It failed."}}')


MALFORMED = (
    Malformed("empty response", _emptied),
    Malformed("half a response", _halved),
    Malformed("HTML for JSON", _as_page),
    Malformed("not UTF-8", _not_text),
    Malformed("not the encoding it says", _not_compressed),
    Malformed("array for object", _turned),
    Malformed("id that is no id", _numbered),
    Malformed("200 with an error", _failed_in_truth),
)
"""Responses that no client can take for what it asked."""
