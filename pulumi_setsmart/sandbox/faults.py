"""What goes wrong between a client and a server, on purpose: for tests of clients.

A `FaultMiddleware` is middleware for `create_app`; its plan says which request meets which fault. A
clock that goes wrong needs no fault: give `create_app` another ``clock``.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from email.utils import formatdate
from random import Random
from typing import Literal, Protocol, TypeAlias

from attrs import frozen
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_setsmart.sandbox.exchange import Exchange, RawResponse, Sleep
from pulumi_setsmart.sandbox.rate_limit import RateLimit

Moment: TypeAlias = Literal["before", "after"]
"""Whether a fault applies before the server has done what was asked, or after."""


class Fault(Protocol):
    """Something that goes wrong with one exchange."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""


@frozen
class Lost:
    """The connection is lost.

    Attributes:
        moment: Before or after the server has done what was asked.
        reset: Whether the client is told so by a TCP reset.
    """

    moment: Moment
    reset: bool = False

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{'reset' if self.reset else 'drop'} {self.moment} commit"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        if self.moment == "after":
            await exchange.forward()
        await exchange.close(reset=self.reset)


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
class Hang:
    """The server takes its time, and does what was asked even if the client has gone.

    Attributes:
        seconds: How much time.
        moment: Before or after it does what was asked.
        sleep: Lets that time pass; a test may decide when it is over.
    """

    seconds: float
    moment: Moment = "before"
    sleep: Sleep = asyncio.sleep

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"hang {self.moment} commit"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        if self.moment == "before":
            await self.sleep(self.seconds)
        response = await exchange.forward()
        if self.moment == "after":
            await self.sleep(self.seconds)
        await exchange.respond(response)


@frozen
class Slow:
    """The response trickles.

    Attributes:
        seconds: How long it takes in all.
        sleep: Lets that time pass; a test may decide when it is over.
    """

    seconds: float
    name: str = "slow response"
    sleep: Sleep = asyncio.sleep

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        response = await exchange.forward()
        await exchange.respond(response, pieces=5, seconds=self.seconds, sleep=self.sleep)


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


@frozen
class Cut:
    """The server does what was asked, and the connection is lost in the middle of the response."""

    name: str = "response cut off"

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""
        response = await exchange.forward()
        await exchange.send_part(response, response.body[: len(response.body) // 2])
        await exchange.close()


@frozen
class Refused:
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
    for one in value if isinstance(value, list) else [value]:
        one["id"] = 5.5
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


class FaultPlan(Protocol):
    """Says what goes wrong."""

    def fault_for(self, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, or None. Asked once for each, in order."""


class ScriptedFaults:
    """Given faults in turn, and then none.

    Args:
        faults: The faults; None lets a request through.
        methods: The methods whose requests meet them.
    """

    def __init__(
        self,
        faults: Iterable[Fault | None],
        methods: Sequence[str] = ("GET", "POST", "PUT", "DELETE"),
    ) -> None:
        self._faults = iter(faults)
        self._methods = frozenset(methods)

    def fault_for(self, method: str, path: str) -> Fault | None:  # noqa: ARG002 -- a plan may ask
        """Return the next fault."""
        return next(self._faults, None) if method in self._methods else None


class RandomFaults:
    """Faults by chance, the same ones for the same seed and requests.

    Args:
        seed: Decides them.
        share: What share of the requests meets one, from 0 to 1.
        faults: The faults to choose from.
        most_in_a_row: How many the same method and path may meet without a break.

    Attributes:
        met: How many requests met each fault, by its name.
    """

    def __init__(
        self, seed: int, share: float, faults: Sequence[Fault], *, most_in_a_row: int = 3
    ) -> None:
        self.met: Counter[str] = Counter()
        self._random = Random(seed)  # noqa: S311 -- it has to be repeatable
        self._share = share
        self._faults = faults
        self._most_in_a_row = most_in_a_row
        self._in_a_row: Counter[tuple[str, str]] = Counter()

    def fault_for(self, method: str, path: str) -> Fault | None:
        """Return a fault, or None."""
        place = (method, path)
        if self._in_a_row[place] >= self._most_in_a_row or self._random.random() >= self._share:
            del self._in_a_row[place]
            return None
        self._in_a_row[place] += 1
        fault = self._random.choice(self._faults)
        self.met[fault.name] += 1
        return fault


class FaultMiddleware:
    """ASGI middleware that lets requests go wrong.

    Args:
        app: The application.
        plan: Says which, and how.
    """

    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app = app
        self._plan = plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        fault = None
        if scope["type"] == "http":
            fault = self._plan.fault_for(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await fault.apply(await Exchange.begin(self._app, scope, receive, send))


class ShrinkingWindow:
    """ASGI middleware whose rate limit is lowered after some requests, without notice.

    Args:
        app: The application, with no limit of its own or a higher one.
        limits: How many requests a window allows, at first and afterwards.
        after: After how many requests it is lowered.
        window: The length of a window in seconds.
        clock: The time in seconds since 1970.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: tuple[int, int],
        after: int,
        window: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._until_lowered = after
        self._clock = clock
        self._at_first, self._afterwards = (RateLimit(one, window, clock) for one in limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._until_lowered -= 1
        rate_limit = self._at_first if self._until_lowered >= 0 else self._afterwards
        allowance = rate_limit.count(Headers(scope=scope).get("X-API-Key"))
        exchange = await Exchange.begin(self._app, scope, receive, send)
        if allowance.exceeded:
            response = RawResponse(429, (), b"").with_body(b"")
            response = response.with_headers(date=formatdate(self._clock(), usegmt=True))
        else:
            response = await exchange.forward()
        told = {name.lower().replace("-", "_"): one for name, one in allowance.headers().items()}
        await exchange.respond(response.with_headers(**told))
