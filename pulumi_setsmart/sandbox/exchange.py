"""A request and its response, for what stands between a client and the application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

from attrs import evolve, frozen
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSE = "setsmart.close"
"""Where, in the state of a request, the server offers to close its connection."""

Sleep: TypeAlias = Callable[[float], Awaitable[object]]
"""Lets some seconds pass, as `asyncio.sleep` does."""


@frozen
class RawResponse:
    """A response as it goes over the wire.

    Attributes:
        status: Its status.
        headers: Its headers; their names are in lower case.
        body: Its body.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def with_headers(self, **headers: str) -> RawResponse:
        """Return the response with these headers, whose names have underscores for hyphens."""
        new = {
            name.replace("_", "-").encode(): value.encode("latin-1")
            for name, value in headers.items()
        }
        kept = tuple(pair for pair in self.headers if pair[0] not in new)
        return evolve(self, headers=(*kept, *new.items()))

    def with_body(self, body: bytes) -> RawResponse:
        """Return the response with another body, and its length."""
        return evolve(self, body=body).with_headers(content_length=str(len(body)))


class Exchange:
    """A request whose body has arrived, on its way to the application."""

    def __init__(
        self, app: ASGIApp, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        self._app = app
        self._scope = scope
        self._body = body
        self._receive = receive
        self._send = send

    @classmethod
    async def begin(cls, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Exchange:
        """Read a request to its end.

        Raises:
            ClientDisconnect: If the client goes away before.
        """
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return cls(app, scope, body, receive, send)

    async def forward(self) -> RawResponse:
        """Let the application handle the request, whether or not the client is still there.

        Returns:
            The response that it would send.
        """
        status = 0
        headers: tuple[tuple[bytes, bytes], ...] = ()
        body = b""

        async def receive() -> Message:
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def collect(message: Message) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = tuple((name.lower(), value) for name, value in message["headers"])
            else:
                body += message.get("body", b"")

        await self._app(self._scope, receive, collect)
        return RawResponse(status, headers, body)

    async def respond(
        self,
        response: RawResponse,
        *,
        pieces: int = 1,
        seconds: float = 0.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Send a response.

        Args:
            response: The response.
            pieces: In how many pieces its body goes.
            seconds: How long that takes in all.
            sleep: Lets that time pass.
        """
        await self._begin_response(response)
        size = max(1, -(-len(response.body) // pieces))
        for start in range(0, len(response.body), size):
            await sleep(seconds / pieces)
            piece = response.body[start : start + size]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    async def send_part(self, response: RawResponse, part: bytes) -> None:
        """Begin to send a response, and send no more than a part of its body."""
        await self._begin_response(response)
        await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def _begin_response(self, response: RawResponse) -> None:
        start = {"type": "http.response.start", "status": response.status}
        await self._send({**start, "headers": list(response.headers)})

    async def close(self, *, reset: bool = False) -> None:
        """Close the connection without another byte.

        Args:
            reset: Whether a TCP reset ends it.
        """
        self._scope["state"][CLOSE](reset)
        while cast(str, (await self._receive())["type"]) != "http.disconnect":
            pass
