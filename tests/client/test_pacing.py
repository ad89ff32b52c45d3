"""Keeping to the rate limit that answers tell."""

import email.utils

import httpx
import pytest
from fake_setsmart import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from json_values import TEXTS

from pulumi_setsmart.client.pacing import Pacer, requested_delay

DATE = "Tue, 14 Nov 2023 22:13:20 GMT"  # 1700000000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 GMT", "Date": DATE}, 30),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:00 GMT", "Date": DATE}, 0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "1700000012", "Date": DATE}, 12),
        ({"Retry-After": "3", "X-RateLimit-Reset": "1700000012", "Date": DATE}, 3),
        ({"X-RateLimit-Reset": "1700000060", "Date": DATE}, 60),
        ({"X-RateLimit-Reset": "1600000000", "Date": DATE}, 0),
        ({"X-RateLimit-Reset": "later", "Date": DATE}, None),
        ({"X-RateLimit-Reset": "\u0661\u0662"}, None),
    ],
)
def test_the_wait_is_measured_by_the_servers_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    """Retry-After wins over X-RateLimit-Reset, and our own clock does not matter."""
    assert requested_delay(headers) == seconds


def test_requests_flow_while_the_window_lasts() -> None:
    """Nobody waits as long as something remains."""
    clock = Clock()
    pacer = Pacer(clock.time, clock.sleep)
    pacer.observe(httpx.Headers({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1700000060"}))
    pacer.wait()
    assert clock.slept == []


def test_requests_wait_for_the_next_window() -> None:
    """When nothing remains, the next request waits for the reset, and says how long."""
    clock, told = Clock(), list[float]()
    pacer = Pacer(clock.time, clock.sleep, told.append)
    pacer.observe(
        httpx.Headers(
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000060", "Date": DATE}
        )
    )
    clock.now += 20
    pacer.wait()
    pacer.wait()
    assert clock.slept == [40]
    assert told == [40]


def test_a_reset_beyond_reason_is_not_believed() -> None:
    """A server whose reset is years away does not stop us for years."""
    clock = Clock()
    pacer = Pacer(clock.time, clock.sleep)
    pacer.observe(
        httpx.Headers(
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1999999999", "Date": DATE}
        )
    )
    pacer.wait()
    assert clock.slept == []


@given(
    st.dictionaries(
        st.sampled_from(["Retry-After", "Date", "X-RateLimit-Reset", "X-RateLimit-Remaining"]),
        TEXTS
        | st.text("0123456789 :-+,MonJanGMT", max_size=30)
        | st.integers(-5, 10**20).map(str)
        | st.datetimes().map(email.utils.format_datetime),
    )
)
@settings(deadline=None)
def test_no_header_breaks_the_pace(headers: dict[str, str]) -> None:
    """Whatever a server sends, there is a wait or none, and never one that is less than nothing."""
    assert (requested_delay(headers) or 0) >= 0
    clock = Clock()
    pacer = Pacer(clock.time, clock.sleep)
    pacer.observe(headers)
    pacer.wait()
    assert sum(clock.slept) <= 900
