"""Nothing runs for ever: lists without end, rate limits without end, time that passes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import pytest
from support.hostile_server import (
    LISTING,
    Behaviour,
    Peer,
    Received,
    client_with,
    hostile,
    response,
    sends,
)
from support.messages import raises

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ApiError,
    DeadlineExceededError,
    ResponseTooLargeError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.message_code import MessageCode


def again_and_again(ask: Callable[[], object]) -> None:
    """Ask much more often than can be answered."""
    for _ in range(1000):
        ask()


def pages(seconds: float = 0, extra: str = "", size: int = 1, repeat: int = 10**9) -> Behaviour:
    """Return what shows pages for ever, each of them with objects of its own.

    Args:
        seconds: How long each takes.
        extra: What else is in each object.
        size: How many objects a page has.
        repeat: After how many pages the addresses begin again.
    """
    numbers = itertools.count(1)

    def behave(peer: Peer, _request: Received) -> bool:
        number = next(numbers)
        peer.clock.pass_by(seconds)
        items = [{"id": f"prop_{number}_{place}", "extra": extra} for place in range(size)]
        leads_to = f"/v1/properties?page={number % repeat + 1}"
        peer.send(response(json.dumps({"data": items, "next": leads_to}).encode()))
        return True

    return behave


def test_a_list_without_end_ends_with_its_bound_of_pages() -> None:
    """Whose setting the error names; nothing is shown as if it were the whole."""
    with (
        hostile(pages()) as server,
        client_with(server, most_pages=25) as client,
        raises(ResponseTooLargeError, MessageCode.RESPONSE_TOO_LARGE, 25, "setsmart:maxListPages"),
    ):
        [*Collection(client, "/properties").records()]
    assert len(server.requests) == 25


def test_a_list_without_end_ends_with_the_deadline() -> None:
    """Also where it was not begun as a part of an operation."""
    with (
        hostile(pages(seconds=10)) as server,
        client_with(server, deadline=95) as client,
        raises(DeadlineExceededError, MessageCode.DEADLINE_EXCEEDED, "setsmart:deadline"),
    ):
        [*Collection(client, "/properties").records()]
    assert len(server.requests) == 10


def test_a_list_is_no_larger_than_a_few_responses() -> None:
    """Many pages, each of which may be, would fill the memory."""
    pages_of_a_megabyte = pages(extra="x" * 1_000_000)
    with (
        hostile(pages_of_a_megabyte) as server,
        client_with(server, largest_response=1_100_000) as client,
        raises(ResponseTooLargeError, MessageCode.RESPONSE_TOO_LARGE, 4, "setsmart:maxResponseMiB"),
    ):
        [*Collection(client, "/properties").records()]
    assert len(server.requests) == 5


@pytest.mark.parametrize("repeat", [1, 2, 7])
def test_pages_that_lead_back_are_an_error(repeat: int) -> None:
    """Even if each of them holds something new."""
    with (
        hostile(pages(repeat=repeat)) as server,
        client_with(server) as client,
        raises(UnexpectedResponseError, MessageCode.CIRCULAR_LIST),
    ):
        [*Collection(client, "/properties").records()]
    assert len(server.requests) <= repeat + 1


def test_a_list_of_the_allowed_pages_is_read() -> None:
    """The bound itself is within it."""
    bodies = [
        json.dumps(
            {
                "data": [{"id": f"prop_{number}"}],
                "next": None if number == 25 else f"?page={number + 1}",
            }
        )
        for number in range(1, 26)
    ]

    def behave(peer: Peer, _request: Received) -> bool:
        peer.send(response(bodies[len(server.requests) - 1].encode()))
        return True

    with hostile(behave) as server, client_with(server, most_pages=25) as client:
        assert len([*Collection(client, "/properties").records()]) == 25


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda one: one.get("prop_1"), id="read"),
        pytest.param(lambda one: one.update("prop_1", {}), id="update"),
        pytest.param(lambda one: one.delete("prop_1"), id="delete"),
        pytest.param(lambda one: one.create({}, "one"), id="create"),
    ],
)
def test_whatever_an_operation_does_again_and_again_ends(
    ask: Callable[[Collection], object],
) -> None:
    """Each request in time, but not all of them: after the deadline, nothing is sent."""

    def slow(peer: Peer, _request: Received) -> bool:
        peer.clock.pass_by(10)
        peer.send(response())
        return True

    with hostile(slow) as server, client_with(server, deadline=95) as client:
        listings = Collection(client.operation(), "/properties")
        with pytest.raises(ApiError, match="in time"):
            again_and_again(lambda: ask(listings))
        facts = ("setsmart:deadline", "95 s")
        with raises(DeadlineExceededError, MessageCode.DEADLINE_EXCEEDED, *facts):
            ask(listings)
    assert len(server.requests) == 10


def test_an_attempt_takes_no_more_than_its_operation_has_left() -> None:
    """The last one is cut short."""

    def behave(peer: Peer, _request: Received) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nX-A: ")
        peer.trickle(b"x" * 300)

    with hostile(behave) as server, client_with(server, deadline=40, timeout=30) as client:
        operation = client.operation()
        server.clock.pass_by(30)
        with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME):
            Collection(operation, "/properties").create({}, "one")
    assert server.asked("POST") == 1


def window(remaining: int, seconds: float) -> Behaviour:
    """Return what allows so many requests in each window of so many seconds."""
    left = itertools.cycle(range(remaining - 1, -1, -1))

    def behave(peer: Peer, _request: Received) -> bool:
        limits = [
            b"X-RateLimit-Remaining: %d" % next(left),
            b"X-RateLimit-Reset: %d" % seconds,  # from now on
        ]
        peer.send(response(LISTING, *limits))
        return True

    return behave


def test_waiting_for_the_rate_limit_is_no_time_of_the_operation() -> None:
    """An operation of many requests takes many windows, which are not its fault."""
    with hostile(window(10, 60)) as server, client_with(server, deadline=100) as client:
        listings = Collection(client.operation(), "/properties")
        for _ in range(100):
            listings.get("prop_1")
    assert server.clock.now > 500


def test_waiting_for_the_rate_limit_ends_too() -> None:
    """Where each request waits for nearly the whole deadline, again and again."""
    with hostile(window(1, 90)) as server, client_with(server, deadline=100) as client:
        listings = Collection(client.operation(), "/properties")
        facts = ("setsmart:deadline", "100 s")
        with raises(DeadlineExceededError, MessageCode.DEADLINE_EXCEEDED, *facts):
            again_and_again(lambda: listings.get("prop_1"))
    assert 1000 < server.clock.now < 100 * 20


def test_a_request_that_always_has_to_wait_ends() -> None:
    """Its waits together are no longer than the deadline, however often it may be repeated."""
    again = response(b"", b"Retry-After: 40", status=b"429 Slow")
    with (
        hostile(sends(again)) as server,
        client_with(server, deadline=100, retry=RetryPolicy(retries=1000)) as client,
        raises(DeadlineExceededError, MessageCode.DEADLINE_EXCEEDED, "setsmart:deadline", "100 s"),
    ):
        Collection(client, "/properties").create({}, "one")
    assert server.clock.now < 250
    assert len(server.requests) < 5


def test_where_waits_count_they_end_the_operation() -> None:
    """As for the commands that look at an account."""
    with (
        hostile(window(1, 60)) as server,
        client_with(server, deadline=100, counts_waits=True) as client,
    ):
        listings = Collection(client.operation(), "/properties")
        with pytest.raises(DeadlineExceededError):
            again_and_again(lambda: listings.get("prop_1"))
    assert len(server.requests) == 2


def test_waiting_for_a_thread_that_waits_is_no_time_of_the_operation() -> None:
    """As for the one list of a collection, which one thread reads for all."""
    with hostile(window(1, 90)) as server, client_with(server, deadline=100) as client:
        waiting = client.operation()
        for _ in range(4):
            Collection(client.operation(), "/properties").get("prop_1")
        assert server.clock.now > 200
        assert Collection(waiting, "/properties").get("prop_1").id == "prop_1"
