"""An object is created once, whatever becomes of the answers."""

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

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
Answer = Callable[[httpx.Request], httpx.Response]


def lost_before(_request: httpx.Request, _answer: Answer) -> httpx.Response:
    """Lose the connection before the server has done anything."""
    raise httpx.ReadError("reset")


def lost_after(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Lose the connection when the server has done what was asked."""
    answer(request)
    raise httpx.ReadTimeout("no answer")


def failed_before(_request: httpx.Request, _answer: Answer) -> httpx.Response:
    """Fail before anything was done."""
    return httpx.Response(502, text="<h1>Bad gateway</h1>")


def failed_after(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Fail when it was done."""
    answer(request)
    return httpx.Response(500)


def garbled(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Answer with something that is not JSON."""
    answer(request)
    return httpx.Response(201, text="<html>created")


def without_id(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Answer without saying what was created."""
    answer(request)
    return httpx.Response(201)


def rejected(_request: httpx.Request, _answer: Answer) -> httpx.Response:
    """Turn the request away at the rate limit."""
    return httpx.Response(429)


COMMITTED = (lost_after, failed_after, garbled, without_id)
NOT_COMMITTED = (lost_before, failed_before)


@define
class Faults:
    """Lets each POST meet the next fault, and then none."""

    faults: list[Callable[[httpx.Request, Answer], httpx.Response]] = field(factory=list)
    keys: list[str] = field(factory=list)
    _lock: Any = field(factory=threading.Lock)

    def __call__(self, request: httpx.Request, answer: Answer) -> httpx.Response:
        """Answer a request."""
        with self._lock:  # as a server handles one write after the other
            if request.method != "POST":
                return answer(request)
            self.keys.append(request.headers["Idempotency-Key"])
            fault = self.faults.pop(0) if self.faults else None
            return answer(request) if fault is None else fault(request, answer)


@pytest.mark.parametrize("fault", COMMITTED)
def test_an_object_whose_answer_was_lost_is_taken_over(fault: Any) -> None:
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

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and not late:
            late.append(request)
            raise httpx.ReadTimeout("no answer")
        if account.clock.slept and len(late) == 1:
            answer(late[0])
            late.append(request)
        return answer(request)

    account.interfere = interfere
    account.lifecycle(settle_time=7.0).create(VILLA)
    assert account.writes() == ["POST /properties"]
    assert account.clock.slept == [7.0]


def test_what_the_server_has_tidied_is_known_again() -> None:
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
def test_what_others_create_meanwhile_is_not_taken_over(other: dict[str, Any]) -> None:
    """Only what carries the declared values can be ours."""
    account = InMemoryAccount()

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and not account.objects:
            account.objects["/properties/theirs"] = {**other, "id": "theirs"}
            raise httpx.ReadError("reset")
        return answer(request)

    account.interfere = interfere
    identifier, _ = account.lifecycle(settle_time=1.0).create(VILLA)
    assert identifier != "theirs"
    assert account.objects["/properties/theirs"] == {**other, "id": "theirs"}


def test_what_was_there_before_is_not_taken_over() -> None:
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

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = faults(request, answer)
        if request.method == "GET" and request.url.path.endswith("/properties"):
            return httpx.Response(200, json=[{"id": one["id"]} for one in response.json()])
        return response

    account.interfere = interfere
    account.lifecycle().create(VILLA)
    assert account.writes() == ["POST /properties"]


def test_an_answer_with_an_object_of_another_resource_stops_the_run() -> None:
    """A server that answers two creates with one listing would have two resources share it."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    lifecycle.create(VILLA)
    account.interfere = lambda request, answer: (
        httpx.Response(201, json=account.objects_in("/properties")[0])
        if request.method == "POST"
        else answer(request)
    )
    with pytest.raises(AlreadyManagedError, match="id_2 belongs to another resource"):
        lifecycle.create({"name": "Studio"})


def test_an_answer_with_what_existed_before_is_told() -> None:
    """A server that overwrites instead of creating is not passed over in silence."""
    before = {"id": "prop_9", "name": "Studio"}
    account = InMemoryAccount({"/properties/prop_9": before})
    account.interfere = lambda request, answer: (
        httpx.Response(201, json=before) if request.method == "POST" else answer(request)
    )
    with pytest.raises(ExistingObjectError, match="prop_9, which existed before"):
        account.lifecycle().create(VILLA)


def test_a_look_that_fails_leaves_the_outcome_unknown() -> None:
    """Nothing is sent again on a guess; the user learns where to look and what comes next."""
    account = InMemoryAccount()
    lists = itertools.count()

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST":
            return lost_after(request, answer)
        return httpx.Response(403) if next(lists) else answer(request)

    account.interfere = interfere
    with pytest.raises(UnknownOutcomeError, match=r"no response in time.*look in SetSmart"):
        account.lifecycle().create(VILLA)
    assert len(account.objects) == 1


def test_without_a_list_a_lost_post_stays_unresolved() -> None:
    """A collection that cannot be listed is written to, but nothing is guessed about it."""
    account = InMemoryAccount()

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith("/rules"):
            return httpx.Response(405)
        return lost_after(request, answer) if request.method == "POST" else answer(request)

    account.interfere = interfere
    with pytest.raises(UnknownOutcomeError, match="look in SetSmart"):
        account.lifecycle(API_OBJECT).create({"path": "/rules", "body": {"a": 1}})
    assert account.writes() == ["POST /rules"]


def test_what_cannot_be_told_from_before_is_not_taken_over() -> None:
    """A list that begins to work in between shows what is there, but not since when."""
    account = InMemoryAccount({"/rules/old": {"id": "old", "a": 1}})
    lists = itertools.count()

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST":
            return lost_before(request, answer)
        return answer(request) if next(lists) else httpx.Response(404)

    account.interfere = interfere
    with pytest.raises(UnknownOutcomeError, match="look in SetSmart"):
        account.lifecycle(API_OBJECT).create({"path": "/rules", "body": {"a": 1}})


def test_what_has_an_identity_is_not_created_unseen() -> None:
    """Where listings cannot be listed, none is created that may exist."""
    account = InMemoryAccount()
    account.interfere = lambda request, answer: (
        httpx.Response(403) if request.method == "GET" else answer(request)
    )
    for if_exists in ("error", "adopt", "create"):
        with pytest.raises(PermissionDeniedError):
            account.lifecycle().create({**VILLA, "if_exists": if_exists})
    assert account.objects == {}


def test_the_exact_one_is_taken_over_first() -> None:
    """Somebody else's that only resembles it is left alone."""
    account = InMemoryAccount()

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST":
            theirs = {"id": "theirs", "name": "VILLA", "bedrooms": 3}
            account.objects["/properties/theirs"] = theirs
            return lost_after(request, answer)
        return answer(request)

    account.interfere = interfere
    assert account.lifecycle().create(VILLA)[0] != "theirs"


def test_what_another_post_may_have_created_is_waited_for() -> None:
    """Of two equal objects, the one whose answer is lost does not take the other's."""
    account = InMemoryAccount()
    posts = itertools.count()
    committed, looked = threading.Event(), threading.Event()

    def interfere(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST":
            if next(posts) == 0:
                response = answer(request)
                committed.set()
                assert looked.wait(timeout=HANG_GUARD)
                looked.clear()
                looked.wait(MOMENT)  # long enough to take what is not one's own
                return response
            assert committed.wait(timeout=HANG_GUARD)
            return lost_after(request, answer)
        response = answer(request)
        if committed.is_set():
            looked.set()
        return response

    account.interfere = interfere
    lifecycle = account.lifecycle()
    lifecycle.check(dict(VILLA), exists=False)
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda _: lifecycle.create(VILLA)[0], range(2)))
    assert sorted(made) == sorted(str(one["id"]) for one in account.objects.values())
    assert len(account.objects) == 2


def test_a_conflict_is_an_error_unless_it_answers_a_repetition() -> None:
    """409 on the first attempt is the server's refusal; on a repeated one, the first's trace."""

    def refuses(_request: httpx.Request, _answer: Answer) -> httpx.Response:
        return httpx.Response(409)

    with pytest.raises(ConflictError):
        InMemoryAccount(interfere=Faults([refuses])).lifecycle().create(VILLA)

    def commits_late(request: httpx.Request, answer: Answer) -> httpx.Response:
        answer(request)
        return httpx.Response(409)

    account = InMemoryAccount(interfere=Faults([lost_before, commits_late]))
    account.lifecycle(settle_time=1.0).create(VILLA)
    assert len(account.objects) == 1


def test_a_server_that_never_answers_is_given_up() -> None:
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
def test_as_many_objects_as_intended(faults: list[Any], names: list[str]) -> None:
    """Whatever the first eight POSTs meet, resources created at the same time have one object each.

    Equal ones are as many as were declared: not fewer, not more.
    """
    account = InMemoryAccount(interfere=Faults(list(faults)))
    lifecycle = account.lifecycle(settle_time=0.01)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda name: lifecycle.create({"name": name}), names))
    assert len({identifier for identifier, _ in made}) == len(names)
    held = sorted(one["name"] for one in account.objects_in("/properties"))
    assert held == sorted(names)
