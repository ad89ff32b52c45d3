"""The pacer under many real threads, on a clock that moves when one of them sleeps."""

from __future__ import annotations

import contextlib
import email.utils
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from attrs import define, field
from support.waiting import HANG_GUARD

from pulumi_setsmart.client.pacing import Pacer, Permit, RateLimitWaitError

THREADS = 12
REQUESTS = 60
NOON = 1_620_000_000


@pytest.fixture(autouse=True)
def frequent_switches() -> Iterator[None]:
    """Let threads take turns after a few instructions, so that they meet everywhere."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@define
class SharedClock:
    """Time that passes for all threads when one of them sleeps, or a response comes."""

    now: float = 0.0
    _lock: threading.Lock = field(factory=threading.Lock)
    _seen: threading.local = field(factory=threading.local)

    def time(self) -> float:
        """Return the time."""
        with self._lock:
            self._seen.now = self.now
            return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass until the seconds are over that the thread has asked for."""
        with self._lock:
            self.now = max(self.now, self._seen.now + seconds)

    def go_on(self, seconds: float) -> None:
        """Let time pass for everybody."""
        with self._lock:
            self.now += seconds


@define
class Server:
    """A server with a limit, which counts what it refuses."""

    clock: SharedClock
    limit: int = 25
    length: int = 10
    used: int = 0
    refused: int = 0
    served: int = 0
    ends_at: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)

    def respond(self) -> tuple[int, dict[str, str]]:
        """Answer a request, which takes a moment."""
        with self._lock:
            self.clock.go_on(0.01)
            now = int(self.clock.now)
            if now >= self.ends_at:
                self.ends_at, self.used = now + self.length, 0
            is_refused = self.used == self.limit
            self.refused += is_refused
            self.served += not is_refused
            self.used += not is_refused
            return 429 if is_refused else 200, {
                "Date": email.utils.formatdate(NOON + now, usegmt=True),
                "X-RateLimit-Remaining": str(self.limit - self.used),
                "X-RateLimit-Reset": str(NOON + self.ends_at),
            }


@define
class Probes:
    """Which requests are under way that learn the budget."""

    under_way: int = 0
    most: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)

    def begin(self, permit: Permit) -> None:
        """Note a permit, after it was given."""
        with self._lock:
            self.under_way += permit.is_probe
            self.most = max(self.most, self.under_way)

    def end(self, permit: Permit) -> None:
        """Note that a request is over, before the pacer knows."""
        with self._lock:
            self.under_way -= permit.is_probe


def all_of(work: object, seed: int) -> None:
    """Run work in many threads, each with chances of its own, to the end."""
    assert callable(work)
    with ThreadPoolExecutor(THREADS) as threads:
        running = [threads.submit(work, Random(seed * THREADS + n)) for n in range(THREADS)]  # noqa: S311 -- a simulation
        for thread in running:
            thread.result(timeout=HANG_GUARD)


@pytest.mark.parametrize("seed", range(4))
def test_many_threads_use_all_of_the_limit_and_get_no_429(seed: int) -> None:
    """One probe at a time, none refused, and nothing miscounted when all of them are done."""
    clock = SharedClock()
    server, probes = Server(clock), Probes()
    pacer = Pacer(clock.time, clock.sleep)

    def work(random: Random) -> None:
        for _ in range(REQUESTS):
            permits = [pacer.admit(1e6)]
            probes.begin(permits[0])
            with contextlib.suppress(RateLimitWaitError):
                while not permits[0].is_probe and len(permits) < random.randrange(1, 5):
                    permits.append(pacer.admit(0.0))
                    probes.begin(permits[-1])
            random.shuffle(permits)
            for permit in permits:
                limits = server.respond()
                probes.end(permit)
                pacer.settle(permit, *limits)

    all_of(work, seed)
    assert server.refused == 0
    assert server.served >= THREADS * REQUESTS
    assert probes.most == 1
    remaining = pacer.remaining
    assert remaining is None or remaining <= server.limit - server.used


@pytest.mark.parametrize("seed", range(4))
def test_many_threads_survive_any_failure(seed: int) -> None:
    """Lost, refused and hopeless requests leave nobody waiting, nor counted as under way."""
    clock = SharedClock()
    server, probes = Server(clock), Probes()
    pacer = Pacer(clock.time, clock.sleep)
    gave_up = threading.Event()

    def work(random: Random) -> None:
        for _ in range(REQUESTS):
            try:
                permit = pacer.admit(random.choice([0.0, 1e6, 1e6]))
            except RateLimitWaitError:
                gave_up.set()
                continue
            probes.begin(permit)
            status, limits = server.respond()
            chance = random.random()
            probes.end(permit)
            if chance < 0.1:
                pacer.settle(permit)
            elif chance < 0.2:
                pacer.settle(permit, 503, {**limits, "Retry-After": str(random.randrange(20))})
            elif chance < 0.25:
                pacer.settle(permit, 429, {"Date": limits["Date"]})
            else:
                pacer.settle(permit, status, limits)

    all_of(work, seed)
    assert probes.most == 1
    assert gave_up.is_set()
    waited = pacer.waited
    clock.go_on(1000)
    assert pacer.waited == waited
    # Nothing is under way any more: a whole window is there again, less the probe.
    permit = pacer.admit(1e6)
    server.ends_at, server.used = 0, 0
    pacer.settle(permit, *server.respond())
    assert pacer.remaining == server.limit - 1
