"""What is there, where responses are late, contradict each other or hide something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.in_memory_account import InMemoryAccount, created, through_engine
from support.messages import message, raises

from pulumi_setsmart.client.errors import (
    ContradictoryResponsesError,
    IncompleteListError,
    MethodNotAllowedError,
    NotDeletedError,
    UnknownOutcomeError,
)
from pulumi_setsmart.lifecycle.kind import API_OBJECT
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
Handler = Callable[[httpx.Request], httpx.Response]


def is_by_id(request: httpx.Request, method: str = "GET") -> bool:
    """Return whether a request is about one object."""
    return request.method == method and request.url.path.count("/") == 3


def denying(times: int, method: str = "GET") -> Callable[[httpx.Request, Handler], httpx.Response]:
    """Return what lets the first requests for an object by its id find nothing."""
    left = [times]

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if is_by_id(request, method) and left[0]:
            left[0] -= 1
            return httpx.Response(404)
        return respond(request)

    return interfere


def test_an_object_that_its_list_shows_is_looked_for_again() -> None:
    """A replica that is late for a moment deletes nothing and creates nothing."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.interfere = denying(1)
    seen = account.lifecycle().read(identifier, outputs)
    assert seen is not None
    assert seen.outputs["id"] == identifier


def test_an_object_is_looked_for_again_after_the_settle_time() -> None:
    """The second look comes after the settle time."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.interfere = denying(2)
    assert account.lifecycle(settle_time=7.0).read(identifier, outputs) is not None
    assert account.clock.slept[-1] == 7.0


def test_a_contradiction_that_stays_is_an_error() -> None:
    """It is neither deleted nor there: nobody may create it again."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.interfere = denying(100)
    facts = ("/properties", identifier)
    with raises(ContradictoryResponsesError, MessageCode.CONTRADICTORY_RESPONSES, *facts):
        account.lifecycle().read(identifier, outputs)
    assert account.writes() == ["POST /properties"]


@pytest.mark.parametrize("listing", [[], None, 404, 403, 405])
def test_an_object_that_nothing_shows_is_deleted(listing: Any) -> None:
    """Neither the list nor its id: gone; also where there is no list that could tell."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.objects.clear()

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if not is_by_id(request) and isinstance(listing, int):
            return httpx.Response(listing)
        return respond(request)

    account.interfere = interfere
    assert account.lifecycle().read(identifier, outputs) is None


def test_a_list_that_is_late_with_a_deletion_is_read_again() -> None:
    """It shows the object at first, and no more when it is asked again."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    lists = [0]

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if is_by_id(request):
            return httpx.Response(404)
        lists[0] += 1
        if lists[0] > 1:
            account.objects.clear()
        return respond(request)

    account.interfere = interfere
    assert account.lifecycle().read(identifier, outputs) is None


@pytest.mark.parametrize("policy", ["delete", "deactivate"])
def test_a_deletion_with_a_404_is_checked(policy: str) -> None:
    """What is still there was not deleted, and stays in the state."""
    account = InMemoryAccount()
    inputs = {**VILLA, "status": "active", "deletion_policy": policy}
    identifier, outputs = created(account.lifecycle(), inputs)
    account.interfere = denying(1, "DELETE" if policy == "delete" else "GET")
    with raises(NotDeletedError, MessageCode.DELETION_DENIED):
        account.lifecycle().delete(identifier, outputs)
    assert len(account.objects) == 1


@pytest.mark.parametrize("status", [404, 405])
def test_an_unsupported_update_is_an_error(status: int) -> None:
    """The object is there, so it was not deleted."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        return httpx.Response(status) if request.method == "PUT" else respond(request)

    account.interfere = interfere
    inputs = through_engine({**VILLA, "bedrooms": 4})
    with raises(MethodNotAllowedError, MessageCode.METHOD_NOT_ALLOWED, "PUT"):
        account.lifecycle().update(identifier, outputs, inputs)


def hiding(*hidden: str) -> Callable[[httpx.Request, Handler], httpx.Response]:
    """Return what takes objects out of the list."""

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        response = respond(request)
        if request.method == "GET" and not is_by_id(request):
            shown = [listing for listing in response.json() if listing["id"] not in hidden]
            return httpx.Response(200, json=shown)
        return response

    return interfere


def test_a_list_without_an_existing_object_is_incomplete() -> None:
    """It may be a first page that does not say so: nothing is created."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.interfere = hiding(identifier)
    lifecycle = account.lifecycle(settle_time=9.0)
    assert lifecycle.read(identifier, outputs) is not None
    for _ in range(2):
        with raises(IncompleteListError, MessageCode.INCOMPLETE_LIST, identifier):
            lifecycle.check(through_engine({"name": "Studio"}), exists=False)
    assert account.clock.slept == [9.0]  # once, however many want to create something
    assert account.writes() == ["POST /properties"]


def test_an_incomplete_list_stops_a_create_without_a_read() -> None:
    """With if_exists="create" nothing is looked up, and the list is still asked for what is new."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.interfere = hiding(identifier)
    lifecycle = account.lifecycle()
    lifecycle.read(identifier, outputs)
    inputs = through_engine({"name": "Studio", "if_exists": "create"})
    with pytest.raises(IncompleteListError):
        lifecycle.create(lifecycle.check(inputs, exists=False).inputs)


def test_a_list_that_is_late_is_waited_for() -> None:
    """After the settle time it shows the object, and the creation goes on."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    hide = hiding(identifier)

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        return respond(request) if account.clock.slept else hide(request, respond)

    account.interfere = interfere
    lifecycle = account.lifecycle()
    lifecycle.read(identifier, outputs)
    lifecycle.create(lifecycle.check(through_engine({"name": "Studio"}), exists=False).inputs)
    assert len(account.objects) == 2


@pytest.mark.parametrize("fields", [{"status": "inactive"}, {"deleted_at": "2026-01-01"}])
def test_a_list_may_leave_out_what_cannot_be_booked(fields: dict[str, str]) -> None:
    """Such an object proves nothing about the list."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.objects[f"/properties/{identifier}"] |= fields
    account.interfere = hiding(identifier)
    lifecycle = account.lifecycle()
    lifecycle.read(identifier, outputs)
    lifecycle.create(lifecycle.check(through_engine({"name": "Studio"}), exists=False).inputs)
    assert len(account.objects) == 2


def test_the_id_of_an_object_that_is_gone_may_be_given_again() -> None:
    """Some servers give the highest id plus one."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)

    def reuse(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method != "POST":
            return respond(request)
        account.objects[f"/properties/{identifier}"] = {"id": identifier, **VILLA}
        return httpx.Response(201, json={"id": identifier, **VILLA})

    lifecycle = account.lifecycle()
    lifecycle.check(through_engine({"name": "Another"}), exists=False)  # reads the list
    account.objects.clear()
    account.interfere = reuse
    assert lifecycle.read(identifier, outputs) is None
    checked = lifecycle.check(through_engine(VILLA), exists=False)
    assert lifecycle.create(through_engine(checked.inputs))[0] == identifier


def test_an_object_with_a_reused_id_is_found_after_a_lost_response() -> None:
    """An object with the id of one that this run deleted is the one that the POST created."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    posts = [0]

    def reuse(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method != "POST":
            return respond(request)
        posts[0] += 1
        account.objects[f"/properties/{identifier}"] = {"id": identifier, **VILLA}
        raise httpx.ReadError("lost")

    lifecycle = account.lifecycle()
    lifecycle.check(through_engine({"name": "Another"}), exists=False)
    lifecycle.delete(identifier, outputs)
    account.interfere = reuse
    inputs = {**VILLA, "if_exists": "create"}
    assert lifecycle.create(through_engine(inputs))[0] == identifier
    assert posts == [1]


def test_a_list_that_ends_too_early_allows_no_second_post() -> None:
    """Whether the first one created something cannot be known from half a list."""
    account = InMemoryAccount()
    posts = [0]

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if request.method == "POST":
            posts[0] += 1
            respond(request)
            raise httpx.ReadError("lost")
        if is_by_id(request) or not posts[0]:
            return respond(request)
        return httpx.Response(200, json={"data": [], "total": 1})

    account.interfere = interfere
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, 1):
        account.lifecycle().create(through_engine(VILLA))
    assert posts == [1]


def test_a_list_that_ends_too_early_stops_a_create_before_it_is_sent() -> None:
    """In the preview already; and refreshes go on by id."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        if is_by_id(request) or request.method != "GET":
            return respond(request)
        return httpx.Response(200, json=[], headers={"X-Total-Count": "1"})

    account.interfere = interfere
    lifecycle = account.lifecycle()
    for _ in range(3):
        assert lifecycle.read(identifier, outputs) is not None
    with raises(IncompleteListError, MessageCode.INCOMPLETE_LIST, 1, "x-total-count", 0):
        lifecycle.check(through_engine({"name": "Studio"}), exists=False)
    assert account.writes() == ["POST /properties"]


def test_whole_numbers_are_ids() -> None:
    """Paths, state and outputs have their digits; what the server shows stays a number."""
    account = InMemoryAccount(
        shown=lambda fields: {**fields, "id": int(fields["id"].removeprefix("id_"))}
    )
    rule: dict[str, Json] = {"path": "/rules", "body": {"code": "x"}}
    lifecycle = account.lifecycle(API_OBJECT)
    identifier, outputs = lifecycle.create(through_engine(rule))
    assert identifier == outputs["id"] == "2"
    account.objects = {"/rules/2": {"code": "y", "id": "id_2"}}
    seen = account.lifecycle(API_OBJECT).read(identifier, through_engine(outputs))
    assert seen is not None
    assert seen.outputs["body"] == {"code": "y"}


@pytest.mark.parametrize("named", [2, "2"])
def test_a_number_names_an_existing_object(named: int | str) -> None:
    """`existing_id=2` and `existing_id="2"` are the same."""
    account = InMemoryAccount(
        objects={"/properties/2": {"id": "id_2", "name": "Villa"}},
        shown=lambda fields: {**fields, "id": int(fields["id"].removeprefix("id_"))},
    )
    inputs: dict[str, Json] = {"name": "Villa", "existing_id": named}
    identifier, outputs = created(account.lifecycle(), inputs)
    assert (identifier, outputs["existing_id"], account.writes()) == ("2", "2", [])


def test_a_slash_at_the_end_of_a_path_is_kept() -> None:
    """Some frameworks want one at the end of every path; the collection is the same."""
    account = InMemoryAccount()
    paths: list[str] = []

    def interfere(request: httpx.Request, respond: Handler) -> httpx.Response:
        paths.append(request.url.path)
        bare = request.url.path.rstrip("/")
        return respond(
            httpx.Request(request.method, request.url.copy_with(path=bare), content=request.content)
        )

    account.interfere = interfere
    rule: dict[str, Json] = {"path": "/rules/", "body": {"code": "x"}}
    lifecycle = account.lifecycle(API_OBJECT)
    identifier, outputs = lifecycle.create(through_engine(rule))
    lifecycle.delete(identifier, through_engine(outputs))
    assert {*paths} == {"/v1/rules/", f"/v1/rules/{identifier}/"}


def test_another_slash_is_no_other_object() -> None:
    """It changes what is asked for, and replaces nothing."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(API_OBJECT)
    rule: dict[str, Json] = {"path": "/rules", "body": {"code": "x"}}
    _, outputs = lifecycle.create(through_engine(rule))
    difference = account.lifecycle(API_OBJECT).diff(
        through_engine(outputs), through_engine({**rule, "path": "/rules/"})
    )
    assert (difference.changes, difference.replaces) == (True, [])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "Archived"}, "status archived"),
        ({"deleted_at": "2026-11-01T00:00:00Z"}, "deleted_at is set"),
        ({"isArchived": True}, "isArchived is true"),
        ({"deleted_at": None, "archived": False, "status": "inactive"}, None),
    ],
)
@pytest.mark.parametrize("policy", ["adopt", "error"])
def test_a_soft_deletion_only_warns(
    fields: dict[str, Json],
    reason: str | None,
    policy: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The listing stays managed; and one that nobody manages is not adopted by itself."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.objects[f"/properties/{identifier}"] |= fields
    assert account.lifecycle().read(identifier, outputs) is not None
    warnings = [message(MessageCode.SOFT_DELETED, identifier, reason)] if reason else []
    assert caplog.messages == warnings
    checked = account.lifecycle().check(
        through_engine({**VILLA, "if_exists": policy}), exists=False
    )
    if reason:
        facts = (reason, f'existing_id="{identifier}"', 'if_exists="create"')
        assert checked.violations == [message(MessageCode.ALREADY_EXISTS, *facts)]
    assert account.writes() == ["POST /properties"]


def test_a_status_that_is_declared_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    """Who declares a listing as archived knows it."""
    account = InMemoryAccount()
    identifier, outputs = created(account.lifecycle(), {**VILLA, "status": "archived"})
    assert account.lifecycle().read(identifier, outputs) is not None
    assert caplog.messages == []
