"""Keeping to the rate limit of responses."""

from __future__ import annotations

import contextlib
import email.utils
import heapq
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import httpx
import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st
from support.json_values import TEXTS
from support.messages import message
from support.mock_client import Clock
from support.rate_limited_server import NOON, RateLimitedServer, limit_headers, pacer_of
from support.waiting import HANG_GUARD

from pulumi_setsmart.client.pacing import Pacer, Permit, RateLimitWaitError
from pulumi_setsmart.client.server_clock import ServerClock
from pulumi_setsmart.client.timestamp import DAY
from pulumi_setsmart.models.message_code import MessageCode


def send(pacer: Pacer, status: int = 200, limits: httpx.Headers | None = None) -> None:
    """Send a request whose response comes at once."""
    pacer.settle(pacer.admit(900), status, limits or httpx.Headers())


def test_a_used_up_window_is_waited_for_by_the_server_s_own_clock() -> None:
    """The local clock is never asked: it may go wrong by hours."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(1, 7))
    send(pacer, limits=limit_headers(0, 7))
    assert clock.slept == []
    send(pacer, limits=limit_headers(99, 60, now=NOON + 7))
    assert clock.slept == [7]


def test_requests_do_not_wait_while_budget_remains() -> None:
    """Full speed within the window."""
    clock = Clock()
    pacer = pacer_of(clock)
    for remaining in range(99, -1, -1):
        send(pacer, limits=limit_headers(remaining, 60))
    assert clock.slept == []
    assert pacer.remaining == 0


def test_without_headers_there_is_no_limit() -> None:
    """A server that tells nothing is not waited for, and not asked by one thread at a time."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer)
    permits = [pacer.admit(900) for _ in range(50)]
    for permit in permits:
        pacer.settle(permit, 200, {})
    assert clock.slept == []


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        (email.utils.formatdate(NOON + 9, usegmt=True), 9),
        (email.utils.formatdate(NOON - 9, usegmt=True), 0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_delays_all_requests(status: int, asked: str, seconds: int) -> None:
    """`Retry-After`, in seconds or as a date, wins over the reset of the window."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(50, 60))
    send(pacer, status, limit_headers(50, 60, Retry_After=asked))
    pacer.admit(900)
    assert sum(clock.slept) == seconds


@pytest.mark.parametrize(
    "reset", [f"{NOON + 7}", f"{NOON + 7}000", "7", email.utils.formatdate(NOON + 7, usegmt=True)]
)
def test_a_reset_is_waited_for_whatever_its_unit(reset: str) -> None:
    """Milliseconds are no seconds in another millennium."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(0, 7, X_RateLimit_Reset=reset))
    pacer.admit(900)
    assert clock.slept == [7]


@pytest.mark.parametrize("name", ["X-RateLimit-Reset", "Retry-After"])
def test_an_implausible_time_is_ignored_with_one_warning(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """However often the server says it."""
    clock = Clock()
    pacer = pacer_of(clock)
    for _ in range(3):
        limits = limit_headers(50, 60)
        limits[name] = "9" * 60
        send(pacer, 503, limits)
    assert clock.slept == []
    assert caplog.messages == [message(MessageCode.IMPLAUSIBLE_RESET, f"{name}: {'9' * 40}…")]


def test_after_a_429_without_headers_one_request_is_sent() -> None:
    """The retry policy backs off; the budget is learned anew."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(50, 60))
    send(pacer, 429)
    pacer.admit(900)
    assert clock.slept == []
    with pytest.raises(RateLimitWaitError):
        pacer.admit(0.01)


def test_after_a_429_with_headers_the_next_window_is_waited_for() -> None:
    """Somebody else on the same key was quicker."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(50, 30))
    send(pacer, 429, limit_headers(0, 30))
    pacer.admit(900)
    assert clock.slept == [30]


def test_a_reset_that_was_rounded_down_costs_one_429() -> None:
    """From then on, a second is added."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(0, 10))
    send(pacer, 429, limit_headers(0, 0, now=NOON + 10))
    send(pacer, limits=limit_headers(0, 20, now=NOON + 11))
    assert clock.slept == [10, 1]
    pacer.admit(900)
    assert sum(clock.slept) == 11 + 21


def test_resets_that_jitter_are_one_window() -> None:
    """A server that computes the reset anew each time does not give the budget twice."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(3, 60))
    first, second, third = (pacer.admit(900) for _ in range(3))
    pacer.settle(third, 200, limit_headers(0, 62))
    pacer.settle(second, 200, limit_headers(1, 61))
    pacer.settle(first, 200, limit_headers(2, 60))
    assert pacer.remaining == 0
    pacer.admit(900)
    assert clock.slept == [62]


def test_a_response_about_an_older_window_is_ignored() -> None:
    """Answers overtake each other."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(5, 10))
    late = pacer.admit(900)
    clock.now += 10
    send(pacer, limits=limit_headers(99, 60, now=NOON + 10))
    assert pacer.remaining == 98  # the late one may be counted in the new window
    pacer.settle(late, 200, limit_headers(0, 10))
    assert pacer.remaining == 98


def test_a_late_response_without_headers_does_not_lift_the_limit() -> None:
    """Whoever learns the budget is the one who says that there is none."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(5, 10))
    late = pacer.admit(900)
    clock.now += 10
    pacer.admit(900)
    pacer.settle(late, 200, {})
    with pytest.raises(RateLimitWaitError):
        pacer.admit(0.01)


def test_a_response_after_its_window_begins_the_next() -> None:
    """However soon the next one ends, it is not the one that is over."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(1, 60))
    late = pacer.admit(900)
    clock.now += 60
    pacer.settle(late, 200, limit_headers(50, 2, now=NOON + 60))
    assert pacer.remaining == 50


def test_one_request_probes_a_new_window() -> None:
    """Even where something was left of it."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(50, 60))
    clock.now += 60
    assert pacer.remaining is None
    pacer.admit(900)
    with pytest.raises(RateLimitWaitError):
        pacer.admit(0.01)


def test_requests_under_way_count_in_a_new_window() -> None:
    """A new window may have counted them all."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(9, 60))
    permits = [pacer.admit(900) for _ in range(3)]
    clock.now += 60
    pacer.settle(permits[0], 200, limit_headers(1, 60, now=NOON + 60))
    assert pacer.remaining == 0


def test_a_success_after_the_reset_shows_that_it_was_rounded_down() -> None:
    """Then there is no refusal at all."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(5, 60))
    clock.now += 60
    send(pacer, limits=limit_headers(4, 0, now=NOON + 60))
    assert pacer.remaining == 4
    clock.now += 1
    assert pacer.remaining is None


def test_a_server_that_sets_its_clock_back_is_followed() -> None:
    """Limits by the clock that it had before no longer apply."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(5, 60))
    clock.now += 10
    send(pacer, limits=limit_headers(0, 50, now=NOON + 10 - 3600))
    pacer.admit(900)
    assert clock.slept == [50]


def test_a_wait_beyond_the_deadline_is_an_error_at_once() -> None:
    """A wait beyond the deadline is not begun."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(0, 1000))
    with pytest.raises(RateLimitWaitError) as caught:
        pacer.admit(900)
    assert caught.value.seconds == 1000
    assert clock.slept == []


def test_a_long_wait_is_announced_once(caplog: pytest.LogCaptureFixture) -> None:
    """Not by each thread, and not a short one."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(0, 5))
    send(pacer, limits=limit_headers(0, 40, now=NOON + 5))
    with contextlib.suppress(RateLimitWaitError):
        pacer.admit(39)
    pacer.settle(pacer.admit(900))
    assert caplog.messages == [message(MessageCode.RATE_LIMITED, "40 s")]


def test_further_waits_are_announced_every_few_minutes(caplog: pytest.LogCaptureFixture) -> None:
    """Forty windows of a minute are a line every five, which also says how long it took so far."""
    clock = Clock()
    pacer = pacer_of(clock)
    for _ in range(40):
        send(pacer, limits=limit_headers(0, 60, now=NOON + clock.now))
    assert len(caplog.messages) == 8
    assert caplog.messages[:2] == [
        message(MessageCode.RATE_LIMITED, "in 60 s"),
        message(MessageCode.RATE_LIMITED, "in 60 s, after 300 s of waiting"),
    ]


def test_threads_that_wait_together_announce_once(caplog: pytest.LogCaptureFixture) -> None:
    """Four workers wait for one window, and the user reads it once."""
    clock = Clock()
    together = threading.Barrier(4)

    def sleep(_seconds: float) -> None:
        together.wait(timeout=HANG_GUARD)
        clock.now = max(clock.now, 40.0)

    pacer = Pacer(clock.time, sleep)
    send(pacer, limits=limit_headers(0, 40))
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(pacer.admit, 900) for _ in range(4)]
        while waiting:
            for admitted in [future for future in waiting if future.done()]:
                waiting.remove(admitted)
                pacer.settle(admitted.result())
    assert caplog.messages == [message(MessageCode.RATE_LIMITED, "40 s")]


def test_a_shorter_wait_does_not_end_a_longer_one() -> None:
    """Several threads may be turned away with different wishes."""
    clock = Clock()
    pacer = pacer_of(clock)
    send(pacer, limits=limit_headers(50, 60))
    first, second = pacer.admit(900), pacer.admit(900)
    pacer.settle(first, 429, limit_headers(0, 60, Retry_After="20"))
    pacer.settle(second, 429, limit_headers(0, 60, Retry_After="3"))
    pacer.admit(900)
    assert sum(clock.slept) == 20


def test_the_first_request_goes_out_alone() -> None:
    """The others wait for its response, then all of them go."""
    pacer = Pacer()
    probe = pacer.admit(10)
    with ThreadPoolExecutor(3) as threads:
        others = [threads.submit(pacer.admit, 10) for _ in range(3)]
        with pytest.raises(RateLimitWaitError):
            pacer.admit(0.05)
        assert not any(permit.done() for permit in others)
        pacer.settle(probe, 200, limit_headers(50, 60))
        permits = [permit.result(timeout=HANG_GUARD) for permit in others]
    assert len(permits) == 3
    assert pacer.remaining == 47


def test_a_probe_that_is_lost_is_followed_by_another() -> None:
    """A dropped connection does not stop the run."""
    pacer = Pacer()
    pacer.settle(pacer.admit(10))
    with ThreadPoolExecutor(1) as threads:
        probe = pacer.admit(10)
        waiting = threads.submit(pacer.admit, 10)
        pacer.settle(probe)
        pacer.settle(waiting.result(timeout=HANG_GUARD), 200, limit_headers(50, 60))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([200, 404, 429, 500, 503]),
            st.dictionaries(
                st.sampled_from(
                    ["Retry-After", "Date", "X-RateLimit-Reset", "X-RateLimit-Remaining"]
                ),
                TEXTS
                | st.text("0123456789 :-+,MonJanGMT", max_size=30)
                | st.integers(-5, 10**20).map(str)
                | st.datetimes().map(email.utils.format_datetime),
            ),
        ),
        max_size=5,
    )
)
def test_any_headers_give_a_permit_or_an_error(responses: list[tuple[int, dict[str, str]]]) -> None:
    """Whatever a server sends, requests go out in the time they have, or fail."""
    clock = Clock()
    pacer = pacer_of(clock)
    for status, limits in responses:
        before = clock.now
        with contextlib.suppress(RateLimitWaitError):
            pacer.settle(pacer.admit(900), status, limits)
        assert 0 <= clock.now - before <= 900.001
    begins_at = clock.now
    pacer.admit(math.inf)
    assert clock.now - begins_at <= DAY + 1


@given(skew=st.floats(-3600, 3600), delays=st.lists(st.floats(0, 0.4), min_size=1, max_size=30))
def test_the_server_s_time_is_never_overestimated(skew: float, delays: list[float]) -> None:
    """So no wait for it is too short; and never earlier by more than a second and the way back."""
    clock = ServerClock()
    now = 0.0
    for delay in delays:
        sent_at, responded_at, now = now, now + delay, now + 2 * delay
        date = email.utils.formatdate(math.floor(NOON + skew + responded_at), usegmt=True)
        clock.observe({"Date": date}, sent_at, now)
    assert 0 <= clock.local(NOON + skew) <= 1.4 + 1e-6


def test_the_server_s_time_is_known_more_exactly_with_each_response() -> None:
    """A response every tenth of a second shows whole seconds to about a tenth."""
    clock = ServerClock()
    for tenth in range(15):
        now = 0.05 + tenth / 10
        clock.observe({"Date": email.utils.formatdate(math.floor(NOON + 0.5 + now))}, now, now)
    assert 0 <= clock.local(NOON + 0.5) <= 0.11


def test_a_clock_that_was_set_back_is_followed() -> None:
    """What was known of it before holds no longer."""
    clock = ServerClock()
    clock.observe({"Date": email.utils.formatdate(NOON)}, 0, 0)
    clock.observe({"Date": email.utils.formatdate(NOON - 3600)}, 10, 10)
    assert clock.local(NOON - 3600) == 10


@define
class Race:
    """Several senders on simulated time, each with one request under way at a time."""

    pacer: Pacer
    server: RateLimitedServer
    clock: Clock
    random: Random
    under_way: list[tuple[float, int, Permit]] = field(factory=list)

    def run(self, seconds: float, senders: int) -> None:
        """Send as fast as the pacer allows."""
        number = 0
        while self.clock.now < seconds:
            while len(self.under_way) < senders:
                time_left = self.next_response() - self.clock.now
                try:
                    permit = self.pacer.admit(max(0.0, time_left - 1e-9))
                except RateLimitWaitError:
                    if not self.under_way:
                        raise
                    break
                number += 1
                arrives = self.clock.now + self.random.uniform(0.001, 0.05)
                # The order of arrival is not the order of sending, nor that of the responses.
                heapq.heappush(self.under_way, (arrives, number, permit))
            arrives, _, permit = heapq.heappop(self.under_way)
            self.clock.now = max(self.clock.now, arrives)
            self.pacer.settle(permit, *self.server.respond(self.clock.now))

    def next_response(self) -> float:
        """Return when something will be learned next; far away if nothing is under way."""
        return self.under_way[0][0] if self.under_way else math.inf


@given(
    seed=st.integers(0, 10**6),
    limit=st.integers(20, 200),
    length=st.floats(20, 90),
    skew=st.floats(-3600, 3600),
    rounding=st.sampled_from(["exact", "up", "down"]),
    form=st.sampled_from(["seconds", "milliseconds", "left", "date"]),
)
@settings(max_examples=40)
def test_a_client_alone_on_a_key_gets_no_429_and_loses_little_time(
    seed: int, limit: int, length: float, skew: float, rounding: str, form: str
) -> None:
    """Whatever the window and the clocks; where resets are rounded down, one refusal teaches it."""
    clock = Clock()
    server = RateLimitedServer(limit, length, skew, rounding, form)
    Race(pacer_of(clock), server, clock, Random(seed)).run(length * 8, senders=4)  # noqa: S311 -- a simulation
    assert server.refused <= (rounding == "down")
    assert server.served >= 0.95 * limit * (server.windows - 1)
    # A server that rounds up tells resets that are up to a second late, which nobody can know.
    told_too_late = server.windows if rounding == "up" else 0
    assert server.idle <= (0.1 if rounding == "down" else 0.05) * clock.now + told_too_late


def test_threads_of_one_process_share_the_budget() -> None:
    """Four of them, with responses that overtake each other, get no 429."""
    server = RateLimitedServer(limit=40, length=1.0, skew=3600, rounding="up")
    lock = threading.Lock()
    pacer = Pacer()

    def work(_number: int) -> int:
        permit = pacer.admit(60)
        with lock:
            status, limits = server.respond(permit.sent_at)
        pacer.settle(permit, status, limits)
        return status

    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(work, range(100)))
    assert statuses == [200] * 100
