"""Faults, as a client meets them, and what the server has done by then."""

from __future__ import annotations

import json
import math
from email.utils import parsedate_to_datetime

import httpx
import pytest
from starlette.middleware import Middleware
from support.fault_plans import RandomFaults, ScriptedFaults, ShrinkingWindow
from support.pause import Pause
from support.served_sandbox import ServedSandbox, serving
from support.waiting import HANG_GUARD, MOMENT, wait_until

from pulumi_setsmart.sandbox import (
    MALFORMED,
    PROPERTIES,
    Cut,
    Failed,
    Fault,
    FaultMiddleware,
    Hang,
    Lost,
    Malformed,
    RateLimited,
    SandboxSettings,
    Slow,
)

VILLA = {"name": "Villa"}


def faulty(*faults: Fault) -> list[Middleware]:
    """Return what lets the first requests meet these faults."""
    return [Middleware(FaultMiddleware, plan=ScriptedFaults(faults))]


def listing_count(served: ServedSandbox) -> int:
    """Return how many listings there are."""
    return len(served.app.storage.objects(PROPERTIES))


@pytest.mark.parametrize(
    ("fault", "error", "created"),
    [
        (Lost("before"), httpx.RemoteProtocolError, 0),
        (Lost("after"), httpx.RemoteProtocolError, 1),
        (Lost("before", reset=True), httpx.ReadError, 0),
        (Lost("after", reset=True), httpx.ReadError, 1),
        (Cut(), httpx.RemoteProtocolError, 1),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_a_lost_connection(fault: Fault, error: type[Exception], created: int) -> None:
    """The client learns nothing of what the server has done."""
    with serving(middleware=faulty(fault)) as served:
        with pytest.raises(error):
            served.client.post("/properties", json=VILLA)
        assert listing_count(served) == created
        assert served.client.get("/properties").status_code == 200
    assert served.app.requests[0].status in (None, 201)


@pytest.mark.parametrize(("moment", "created"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure(moment: str, created: int, status: int) -> None:
    """The status is the same, whether or not anything was done."""
    fault = Failed(moment, status)  # type: ignore[arg-type]  # one of two words
    with serving(middleware=faulty(fault)) as served:
        assert served.client.post("/properties", json=VILLA).status_code == status
        assert listing_count(served) == created


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_that_hangs_does_its_work_nevertheless(moment: str) -> None:
    """A client that has hung up does not stop it."""
    pause = Pause()
    fault = Hang(60, moment, pause.sleep)  # type: ignore[arg-type]  # one of two words
    with serving(middleware=faulty(fault)) as served:
        with pytest.raises(httpx.ReadTimeout):
            served.client.post("/properties", json=VILLA, timeout=MOMENT)
        assert pause.begun.wait(HANG_GUARD)
        assert pause.asked == [60]
        assert listing_count(served) == (moment == "after")
        pause.end()
        wait_until(lambda: listing_count(served))
        assert listing_count(served) == 1


def test_a_server_that_hangs_responds_to_who_waits() -> None:
    """It is slow, not broken."""
    with serving(middleware=faulty(Hang(0.05))) as served:
        assert served.client.post("/properties", json=VILLA).status_code == 201


def test_a_slow_response_trickles() -> None:
    """Each piece comes in time, the whole takes long."""
    pause = Pause(lets_pass=1)
    plainly = {"Accept-Encoding": "identity"}
    with (
        serving(middleware=faulty(Slow(60, sleep=pause.sleep))) as served,
        served.client.stream("POST", "/properties", json=VILLA, headers=plainly) as response,
    ):
        pieces = response.iter_raw()
        begin = next(pieces)
        assert pause.begun.wait(HANG_GUARD)
        assert pause.asked == [12] * 2
        pause.end()
        assert json.loads(begin + b"".join(pieces))["name"] == "Villa"
    assert pause.asked == [12] * 5


@pytest.mark.parametrize("fault", MALFORMED, ids=lambda fault: fault.name)
def test_a_malformed_response(fault: Malformed) -> None:
    """The server has done its work, and no response tells."""
    with serving(middleware=faulty(fault)) as served:
        try:
            response = served.client.post("/properties", json=VILLA)
            body = response.json()
        except (ValueError, httpx.DecodingError):
            body = None
        assert not (isinstance(body, dict) and isinstance(body.get("id"), str))
        assert listing_count(served) == 1


@pytest.mark.parametrize("form", ["absent", "seconds", "date"])
def test_a_response_at_the_limit(form: str) -> None:
    """429 in each form, by the server's own clock, and nothing was done."""
    fault = RateLimited(form, 7, clock=lambda: 1_620_000_000.0)  # type: ignore[arg-type]  # one of three words
    with serving(middleware=faulty(fault)) as served:
        response = served.client.post("/properties", json=VILLA)
        assert response.status_code == 429
        assert listing_count(served) == 0
    retry_after = response.headers.get("Retry-After")
    match form:
        case "absent":
            assert retry_after is None
        case "seconds":
            assert retry_after == "7"
        case "date":
            assert parsedate_to_datetime(retry_after).timestamp() == 1_620_000_007


def test_a_clock_that_goes_wrong() -> None:
    """All that the server tells of time follows the clock that it was given."""
    wrong = 1_620_000_000
    with serving(clock=lambda: wrong) as served:
        headers = served.client.get("/properties").headers
    assert parsedate_to_datetime(headers["Date"]).timestamp() == wrong
    assert int(headers["X-RateLimit-Reset"]) == wrong + 60


def test_a_window_that_shrinks() -> None:
    """After five requests only three are allowed in a window, and the headers say so."""
    layer = Middleware(ShrinkingWindow, limits=(100, 3), after=5, window=60.0)
    with serving(SandboxSettings(rate_limit=0), middleware=[layer]) as served:
        responses = [served.client.get("/properties") for _ in range(9)]
    assert [response.status_code for response in responses] == [200] * 8 + [429]
    remaining = [response.headers["X-RateLimit-Remaining"] for response in responses]
    assert remaining == ["99", "98", "97", "96", "95", "2", "1", "0", "0"]
    assert math.isclose(float(responses[-1].headers["X-RateLimit-Limit"]), 3)


def test_chance_is_repeatable() -> None:
    """The same seed and the same requests meet the same faults."""
    plans = [RandomFaults(7, 0.5, [Lost("before"), Failed("after")]) for _ in range(2)]
    met = [[plan.fault_for("GET", f"/{number}") for number in range(50)] for plan in plans]
    assert met[0] == met[1]
    assert plans[0].met == plans[1].met
    assert 10 < plans[0].met.total() < 40


def test_chance_lets_through_what_is_repeated() -> None:
    """A client that tries again often enough always succeeds."""
    plan = RandomFaults(1, 1.0, [Lost("before")], most_in_a_row=3)
    met = [plan.fault_for("GET", "/properties") is not None for _ in range(8)]
    assert met == [True, True, True, False] * 2


def test_a_script_is_for_some_methods() -> None:
    """Requests with others are let through, and use up nothing."""
    plan = ScriptedFaults([Cut(), None, Cut()], methods=["POST"])
    methods = ["GET", "POST", "GET", "POST", "POST", "POST"]
    assert [plan.fault_for(method, "/") is not None for method in methods] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
