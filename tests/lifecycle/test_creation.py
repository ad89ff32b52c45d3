"""An object is created once, whatever becomes of the responses."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount
from support.messages import raises
from support.waiting import HANG_GUARD, MOMENT

from pulumi_setsmart.client.errors import (
    AlreadyManagedError,
    ConflictError,
    ExistingObjectError,
    PermissionDeniedError,
    UnknownOutcomeError,
)
from pulumi_setsmart.lifecycle.kind import API_OBJECT
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
Handler = Callable[[httpx.Request], httpx.Response]


def lost_before(_request: httpx.Request, _respond: Handler) -> httpx.Response:
    """Lose the connection before the server has done anything."""
    raise httpx.ReadError("reset")


def lost_after(request: httpx.Request, respond: Handler) -> httpx.Response:
    """Lose the connection when the server has done what was asked."""
    respond(request)
    raise httpx.ReadTimeout("no response")


def failed_before(_request: httpx.Request, _respond: Handler) -> httpx.Response:
    """Fail before anything was done."""
    return httpx.Response(502, text="<h1>Bad gateway</h1>")


def failed_after(request: httpx.Request, respond: Handler) -> httpx.Response:
    """Fail when it was done."""
    respond(request)
    return httpx.Response(500)


def garbled(request: httpx.Request, respond: Handler) -> httpx.Response:
    """Return something that is not JSON."""
    respond(request)
    return httpx.Response(201, text="<html>created")


def without_id(request: httpx.Request, respond: Handler) -> httpx.Response:
    """Return a response that does not say what was created."""
    respond(request)
    return httpx.Response(201)


def rejected(_request: httpx.Request, _respond: Handler) -> httpx.Response:
    """Turn the request away at the rate limit."""
    return httpx.Response(429)


COMMITTED = (lost_after, failed_after, garbled, without_id)
NOT_COMMITTED = (lost_before, failed_before)


@define
class Faults:
    """Lets each POST meet the next fault, and then none."""

    faults: list[Callable[[httpx.Request, Handler], httpx.Response]] = field(factory=list)
    keys: list[str] = field(factory=list)
    _lock: Any = field(factory=threading.Lock)

    def __call__(self, request: httpx.Request, respond: Handler) -> httpx.Response:
        """Handle a request."""
        with self._lock:  # as a server handles one write after the other
            if request.method != "POST":
                return respond(request)
            self.keys.append(request.headers["Idempotency-Key"])
            fault = self.faults.pop(0) if self.faults else None
            return respond(request) if fault is None else fault(request, respond)


@pytest.mark.parametrize("fault", COMMITTED)
def test_an_object_whose_response_was_lost_is_adopted(fault: Any) -> None:
    """It is there at once, so there is nothing to wait for and nothing to send again."""
    account = InMemoryAccount(interfere=Faults([fault]))
    identifier, outputs = account.lifecycle().create(VILLA)
    assert account.writes() == ["POST /properties"]
    assert account.objects[f"/properties/{identifier}"]["name"] == "Villa"
    assert outputs["id"] == identifier
    assert account.clock.slept == []


@pytest.mark.parametrize("fault", NOT_COMMITTED)
def test_what_was_not_created_is_created_after_a_second_look(fault: Any) -> None:
    """The server gets the time to settle, and every attempt has the same idempotency key."""
    faults = Faults([fault, fault])
    account = InMemoryAccount(interfere=faults)
    account.lifecycle(settle_time=7.0).create(VILLA)
    assert len(account.objects) == 1
    assert account.clock.slept == [7.0, 7.0]
    assert len(faults.keys) == 3
    assert len(set(faults.keys)) == 1


def test_a_late_commit_is_found_by_the_second_look() -> None:
    """A server that goes on after the client has hung up creates nothing twice."""
    account = InMemoryAccount()
    late: list[httpx.Request] = []

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST" and not late:
            late.append(request)
            raise httpx.ReadTimeout("no response")
        if account.clock.slept and len(late) == 1:
            respond(late[0])
            late.append(request)
        return respond(request)

    account.interfere = interfere
    account.lifecycle(settle_time=7.0).create(VILLA)
    assert account.writes() == ["POST /properties"]
    assert account.clock.slept == [7.0]


def test_a_normalised_object_is_recognised() -> None:
    """Trimmed, rounded, put in lower case, dropped: it is still the one that was sent."""
    account = InMemoryAccount(
        stored=lambda _sent: {"name": "sea villa", "bathrooms": 1.3, "status": "active"},
        interfere=Faults([lost_after]),
    )
    inputs: dict[str, Json] = {
        "name": " Sea  Villa ",
        "bathrooms": 1.25,
        "attributes": {"dropped": [1], "status_reason": None},
    }
    account.lifecycle().create(inputs)
    assert account.writes() == ["POST /properties"]


@pytest.mark.parametrize(
    "other",
    [{"name": "Villa", "bedrooms": 4}, {"name": "Studio", "bedrooms": 3}],
    ids=["another number", "another name"],
)
def test_what_others_create_meanwhile_is_not_adopted(other: dict[str, Any]) -> None:
    """Only what carries the declared values can be ours."""
    account = InMemoryAccount()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST" and not account.objects:
            account.objects["/properties/theirs"] = {**other, "id": "theirs"}
            raise httpx.ReadError("reset")
        return respond(request)

    account.interfere = interfere
    identifier, _ = account.lifecycle(settle_time=1.0).create(VILLA)
    assert identifier != "theirs"
    assert account.objects["/properties/theirs"] == {**other, "id": "theirs"}


def test_what_existed_before_is_not_adopted() -> None:
    """An equal listing that stood there already is not the one that was sent."""
    before = {"id": "prop_9", "name": "Villa", "bedrooms": 3}
    account = InMemoryAccount({"/properties/prop_9": before}, interfere=Faults([lost_before]))
    lifecycle = account.lifecycle(settle_time=1.0)
    identifier, _ = lifecycle.create({**VILLA, "if_exists": "create"})
    assert identifier != "prop_9"
    assert len(account.objects) == 2


def test_brief_lists_are_completed_by_id() -> None:
    """A list that shows ids only does not hide what a lost POST has created."""
    account = InMemoryAccount()
    faults = Faults([lost_after])

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        response = faults(request, respond)
        if request.method == "GET" and request.url.path.endswith("/properties"):
            return httpx.Response(200, json=[{"id": listing["id"]} for listing in response.json()])
        return response

    account.interfere = interfere
    account.lifecycle().create(VILLA)
    assert account.writes() == ["POST /properties"]


def test_a_response_with_an_object_of_another_resource_stops_the_run() -> None:
    """A server that returns one listing to two creates would have two resources share it."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    lifecycle.create(VILLA)
    account.interfere = lambda request, respond: (
        httpx.Response(201, json=account.objects_in("/properties")[0])
        if request.method == "POST"
        else respond(request)
    )
    with raises(AlreadyManagedError, MessageCode.ALREADY_MANAGED, "id_2"):
        lifecycle.create({"name": "Studio"})


def test_a_response_with_an_existing_object_is_an_error() -> None:
    """A server that overwrites instead of creating is not passed over in silence."""
    before = {"id": "prop_9", "name": "Studio"}
    account = InMemoryAccount({"/properties/prop_9": before})
    account.interfere = lambda request, respond: (
        httpx.Response(201, json=before) if request.method == "POST" else respond(request)
    )
    with raises(ExistingObjectError, MessageCode.EXISTING_OBJECT_RETURNED, "prop_9"):
        account.lifecycle().create(VILLA)


def test_a_look_that_fails_leaves_the_outcome_unknown() -> None:
    """Nothing is sent again on a guess; the user learns where to look and what comes next."""
    account = InMemoryAccount()
    lists = itertools.count()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST":
            return lost_after(request, respond)
        return httpx.Response(403) if next(lists) else respond(request)

    account.interfere = interfere
    facts = ("setsmart:apiKey", "setsmart:ifExists", "POST /properties")
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, *facts):
        account.lifecycle().create(VILLA)
    assert len(account.objects) == 1


def test_without_a_list_a_lost_post_stays_unresolved() -> None:
    """A collection that cannot be listed is written to, but nothing is guessed about it."""
    account = InMemoryAccount()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith("/rules"):
            return httpx.Response(405)
        return lost_after(request, respond) if request.method == "POST" else respond(request)

    account.interfere = interfere
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, "setsmart:ifExists"):
        account.lifecycle(API_OBJECT).create({"path": "/rules", "body": {"a": 1}})
    assert account.writes() == ["POST /rules"]


def test_what_may_have_existed_before_is_not_adopted() -> None:
    """A list that begins to work in between shows what is there, but not since when."""
    account = InMemoryAccount({"/rules/old": {"id": "old", "a": 1}})
    lists = itertools.count()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST":
            return lost_before(request, respond)
        return respond(request) if next(lists) else httpx.Response(404)

    account.interfere = interfere
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, "setsmart:ifExists"):
        account.lifecycle(API_OBJECT).create({"path": "/rules", "body": {"a": 1}})


def test_what_has_an_identity_is_not_created_unseen() -> None:
    """Where listings cannot be listed, none is created that may exist."""
    account = InMemoryAccount()
    account.interfere = lambda request, respond: (
        httpx.Response(403) if request.method == "GET" else respond(request)
    )
    for if_exists in ("error", "adopt", "create"):
        with pytest.raises(PermissionDeniedError):
            account.lifecycle().create({**VILLA, "if_exists": if_exists})
    assert account.objects == {}


def test_an_exact_match_is_adopted_first() -> None:
    """Somebody else's that only resembles it is left alone."""
    account = InMemoryAccount()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST":
            theirs = {"id": "theirs", "name": "VILLA", "bedrooms": 3}
            account.objects["/properties/theirs"] = theirs
            return lost_after(request, respond)
        return respond(request)

    account.interfere = interfere
    assert account.lifecycle().create(VILLA)[0] != "theirs"


def test_what_another_post_may_have_created_is_waited_for() -> None:
    """Of two equal objects, the one whose response is lost does not take the other's."""
    account = InMemoryAccount()
    posts = itertools.count()
    committed, looked = threading.Event(), threading.Event()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST":
            if next(posts) == 0:
                response = respond(request)
                committed.set()
                assert looked.wait(timeout=HANG_GUARD)
                looked.clear()
                looked.wait(MOMENT)  # long enough to take what is not one's own
                return response
            assert committed.wait(timeout=HANG_GUARD)
            return lost_after(request, respond)
        response = respond(request)
        if committed.is_set():
            looked.set()
        return response

    account.interfere = interfere
    lifecycle = account.lifecycle()
    lifecycle.check(dict(VILLA), exists=False)
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda _: lifecycle.create(VILLA)[0], range(2)))
    assert sorted(made) == sorted(str(listing["id"]) for listing in account.objects.values())
    assert len(account.objects) == 2


def test_a_conflict_is_an_error_unless_it_follows_a_retry() -> None:
    """409 on the first attempt is the server's refusal; on a repeated one, the first's trace."""

    def refuses(_request: httpx.Request, _respond: Handler) -> httpx.Response:
        return httpx.Response(409)

    with pytest.raises(ConflictError):
        InMemoryAccount(interfere=Faults([refuses])).lifecycle().create(VILLA)

    def commits_late(request: httpx.Request, respond: Handler) -> httpx.Response:
        respond(request)
        return httpx.Response(409)

    account = InMemoryAccount(interfere=Faults([lost_before, commits_late]))
    account.lifecycle(settle_time=1.0).create(VILLA)
    assert len(account.objects) == 1


def test_a_server_that_never_responds_is_given_up() -> None:
    """The deadline of an operation ends it, and the error says so."""
    account = InMemoryAccount(interfere=Faults([lost_before] * 1000))
    with pytest.raises(UnknownOutcomeError):
        account.lifecycle(settle_time=300.0).create(VILLA)
    assert sum(account.clock.slept) <= 900
    assert account.objects == {}


@given(
    st.lists(st.sampled_from([*COMMITTED, *NOT_COMMITTED, rejected, None]), min_size=0, max_size=8),
    st.lists(st.sampled_from(["Studio", "Villa"]), min_size=1, max_size=4),
)
@settings(max_examples=150)
def test_each_resource_creates_one_object(faults: list[Any], names: list[str]) -> None:
    """Whatever the first eight POSTs meet, resources created at the same time have one object each.

    Equal ones are as many as were declared: not fewer, not more.
    """
    account = InMemoryAccount(interfere=Faults(list(faults)))
    lifecycle = account.lifecycle(settle_time=0.01)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda name: lifecycle.create({"name": name}), names))
    assert len({identifier for identifier, _ in made}) == len(names)
    existing = sorted(listing["name"] for listing in account.objects_in("/properties"))
    assert existing == sorted(names)
