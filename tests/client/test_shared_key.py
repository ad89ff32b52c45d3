"""Several processes on one key: together they keep to its rate limit, and use it."""

from __future__ import annotations

import heapq
import itertools
from random import Random

import httpx
import pytest
from attrs import define, field
from support.mock_client import Clock
from support.rate_limited_server import NOON, RateLimitedServer, limit_headers, pacer_of

from pulumi_setsmart.client.pacing import Pacer, Permit, RateLimitWaitError

SENDERS = 4
"""In each process."""
SECONDS = 400
LATENCY = 0.1
"""The mean, in seconds."""


@define
class Process:
    """A process that sends what its pacer admits.

    Attributes:
        pacer: Its pacer.
        under_way: How many of its requests are.
        waits_until: Before when it asks its pacer for no more.
        served: How many of its requests were successful.
    """

    pacer: Pacer
    under_way: int = 0
    waits_until: float = 0.0
    served: int = 0


@define
class Crowd:
    """Processes on one key. A request takes half of its time to arrive, and half to come back."""

    processes: list[Process]
    server: RateLimitedServer
    clock: Clock
    random: Random
    events: list[tuple[float, int, Process, Permit, tuple[int, httpx.Headers] | None]] = field(
        factory=list
    )
    _numbers: itertools.count[int] = field(factory=itertools.count)

    def run(self, seconds: float) -> None:
        """Send as fast as the pacers allow."""
        while self.clock.now < seconds:
            for process in self.random.sample(self.processes, len(self.processes)):
                self._send(process)
            woken = [
                process.waits_until
                for process in self.processes
                if process.under_way < SENDERS and process.waits_until > self.clock.now
            ]
            following = [self.events[0][0]] if self.events else []
            self.clock.now = min([*woken, *following])
            while self.events and self.events[0][0] <= self.clock.now:
                self._happen()

    def _send(self, process: Process) -> None:
        while process.under_way < SENDERS and process.waits_until <= self.clock.now:
            try:
                permit = process.pacer.admit(0.0)
            except RateLimitWaitError as error:
                if not error.seconds:  # until a response comes
                    return
                process.waits_until = self.clock.now + error.seconds + self.random.uniform(0, 0.1)
                return
            process.under_way += 1
            self._later(process, permit, None)

    def _later(
        self, process: Process, permit: Permit, response: tuple[int, httpx.Headers] | None
    ) -> None:
        at = self.clock.now + LATENCY * self.random.uniform(0.3, 0.7)
        heapq.heappush(self.events, (at, next(self._numbers), process, permit, response))

    def _happen(self) -> None:
        _, _, process, permit, response = heapq.heappop(self.events)
        if response is None:
            status, limits = self.server.respond(self.clock.now)
            process.served += status == 200
            self._later(process, permit, (status, limits))
        else:
            process.under_way -= 1
            process.pacer.settle(permit, *response)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("processes", "limit"), [(2, 100), (5, 100), (2, 200), (5, 200), (10, 200)]
)
def test_processes_on_one_key_use_the_limit_with_few_429s(
    processes: int, limit: int, seed: int
) -> None:
    """Below 3%, with at least 95% of what is allowed, of which none gets twice another's share."""
    clock = Clock()
    server = RateLimitedServer(limit, 60.0, 0, "up")
    crowd = Crowd(
        [Process(pacer_of(clock)) for _ in range(processes)],
        server,
        clock,
        Random(seed),  # noqa: S311 -- a simulation
    )
    crowd.run(SECONDS)
    assert server.refused < 0.03 * (server.refused + server.served)
    assert server.served >= 0.95 * limit * (server.windows - 1)
    shares = [process.served for process in crowd.processes]
    assert min(shares) * 2 >= max(shares)
    assert sum(shares) == server.served


def test_what_others_use_up_at_once_keeps_back_no_later_window() -> None:
    """A window in which a crowd sends says nothing of the next one, whose first request goes."""
    clock = Clock()
    pacer = pacer_of(clock)
    for _ in range(5):
        at = NOON + clock.now
        first = pacer.admit(0)
        clock.now += 0.1
        pacer.settle(first, 200, limit_headers(99, 60, now=at + 0.1))
        second = pacer.admit(0)
        clock.now += 0.1
        pacer.settle(second, 200, limit_headers(10, 60, now=at + 0.2))
        with pytest.raises(RateLimitWaitError):
            pacer.admit(0)
        clock.now += 61


def test_what_others_did_while_nothing_was_asked_does_not_keep_a_request_back() -> None:
    """They used half of the window in a minute: few of theirs arrive before the next of ours."""
    clock = Clock()
    pacer = pacer_of(clock)
    for remaining, wait in ((99, 0.0), (98, 30.0), (10, 0.0)):
        clock.now += wait
        permit = pacer.admit(0)
        at = NOON + clock.now
        clock.now += 0.1
        pacer.settle(permit, 200, limit_headers(remaining, 90 - clock.now, now=at))
    pacer.admit(0)
