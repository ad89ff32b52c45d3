"""Clients whose network is a function, and a clock that moves only when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import httpx
from attrs import define, field

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.credential import Credential

BASE_URL = "https://setsmart.example/v1"
KEY = "key-of-the-tests"


@define
class Clock:
    """Time that passes by sleeping only.

    Attributes:
        now: The time in seconds.
        slept: Every wait.
    """

    now: float = 0.0
    slept: list[float] = field(factory=list)

    def time(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


def credential(key: str = KEY, source: str = "setsmart:apiKey") -> Credential:
    """Return a credential."""
    return Credential(key=key, source=source, advice="Set another one")


def client_of(
    handler: Callable[[httpx.Request], httpx.Response],
    *,
    credentials: Iterable[Credential] = (),
    clock: Clock | None = None,
) -> Client:
    """Return a client whose transport is ``handler``, and that never really waits."""
    clock = clock or Clock()
    return Client.of(
        Connection(BASE_URL, tuple(credentials) or (credential(),)),
        transport=httpx.MockTransport(handler),
        sleep=clock.sleep,
        clock=clock.time,
    )


class Script:
    """Responds to requests with the given responses, in turn.

    Attributes:
        requests: What was asked.
    """

    def __init__(self, *responses: httpx.Response | Exception) -> None:
        self._responses = list(responses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request."""
        self.requests.append(request)
        response = self._responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response
