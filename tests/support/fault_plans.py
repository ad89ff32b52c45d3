"""Plans for what goes wrong, for the tests that want more than the next requests to fail."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from email.utils import formatdate
from random import Random

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_setsmart.sandbox import Fault
from pulumi_setsmart.sandbox.exchange import Exchange, RawResponse
from pulumi_setsmart.sandbox.rate_limit import RateLimit


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
        self._at_first, self._afterwards = (RateLimit(limit, window, clock) for limit in limits)

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
