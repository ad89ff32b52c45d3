"""A server with a rate limit, and pacers that keep to it, in simulated time."""

from __future__ import annotations

import email.utils
import math

import httpx
from attrs import define

from pulumi_setsmart.client.pacing import Pacer
from support.mock_client import Clock

NOON = 1_620_000_000


def pacer_of(clock: Clock) -> Pacer:
    """Return a pacer that waits on ``clock``."""
    return Pacer(clock.time, clock.sleep)


def limit_headers(
    remaining: int, resets_in: float, *, now: float = NOON, **more: str
) -> httpx.Headers:
    """Return the limits in a response, at a time of the server's."""
    return httpx.Headers(
        {
            "Date": email.utils.formatdate(math.floor(now), usegmt=True),
            "X-RateLimit-Limit": "100",
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(int(now + resets_in)),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
    )


@define
class RateLimitedServer:
    """A server with a fixed window, in a time of its own."""

    limit: int
    length: float
    skew: float
    rounding: str
    form: str = "seconds"
    ends_at: float = -math.inf
    used: int = 0
    served: int = 0
    refused: int = 0
    windows: int = 0
    idle: float = 0.0

    def respond(self, now: float) -> tuple[int, httpx.Headers]:
        """Answer a request that arrives at a local time."""
        time = NOON + self.skew + now
        if time >= self.ends_at:
            self.idle += time - self.ends_at if self.windows else 0.0
            self.ends_at, self.used, self.windows = time + self.length, 0, self.windows + 1
            if self.rounding == "exact":
                self.ends_at = math.ceil(self.ends_at)
        status = 200 if self.used < self.limit else 429
        if status == 200:
            self.used += 1
            self.served += 1
        else:
            self.refused += 1
        limits = limit_headers(self.limit - self.used, 0, now=time)
        limits["X-RateLimit-Reset"] = self.reset(time)
        return status, limits

    def reset(self, time: float) -> str:
        """Return when the window ends, in the server's form, rounded its way."""
        rounded = math.floor if self.rounding == "down" else math.ceil
        match self.form:
            case "milliseconds":
                return str(rounded(self.ends_at * 1000))
            case "left":
                return str(max(0, rounded(self.ends_at - time)))
            case "date":
                return email.utils.formatdate(rounded(self.ends_at), usegmt=True)
        return str(rounded(self.ends_at))
