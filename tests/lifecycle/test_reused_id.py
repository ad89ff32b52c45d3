"""Some servers give the id of an object that is gone to the next one."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from support.in_memory_account import InMemoryAccount, created

from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.models.json import Json

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
LOFT: dict[str, Json] = {"name": "Loft", "bedrooms": 1}
Goes = Callable[[InMemoryAccount, Lifecycle, str, dict[str, Json]], None]


def seen_gone(
    account: InMemoryAccount, lifecycle: Lifecycle, identifier: str, outputs: dict[str, Json]
) -> None:
    """Somebody deletes the object, and a refresh sees it."""
    del account.objects[f"/properties/{identifier}"]
    assert lifecycle.read(identifier, outputs) is None


def deleted(
    _account: InMemoryAccount, lifecycle: Lifecycle, identifier: str, outputs: dict[str, Json]
) -> None:
    """The program deletes the object, which was there when it was last read."""
    assert lifecycle.read(identifier, outputs)
    lifecycle.delete(identifier, outputs)


@pytest.fixture
def account() -> InMemoryAccount:
    """An account that gives an id as soon as it is free, and has another listing."""
    account = InMemoryAccount({"/properties/1": {"id": "1", "name": "Theirs"}})

    def give_lowest_free_id(
        request: httpx.Request, respond: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        response = respond(request)
        if request.method != "POST":
            return response
        made = account.objects.pop(f"/properties/{response.json()['id']}")
        identifier = next(
            str(number) for number in range(1, 99) if f"/properties/{number}" not in account.objects
        )
        account.objects[f"/properties/{identifier}"] = {**made, "id": identifier}
        return httpx.Response(201, json=account.objects[f"/properties/{identifier}"])

    account.interfere = give_lowest_free_id
    return account


@pytest.mark.parametrize("goes", [seen_gone, deleted])
@pytest.mark.parametrize("new", [VILLA, LOFT])
def test_an_object_may_get_the_id_of_one_that_is_gone(
    account: InMemoryAccount, goes: Goes, new: dict[str, Json]
) -> None:
    """It belongs to its own resource, equal to the old one or not, and is read and updated."""
    first, outputs = created(account.lifecycle(), VILLA)
    process = account.lifecycle()
    goes(account, process, first, outputs)
    second, outputs = created(process, new)
    assert second == first == "2"
    seen = process.read(second, outputs)
    assert seen is not None
    assert seen.outputs["name"] == new["name"]
    process.update(second, outputs, {**new, "bedrooms": 7})
    assert account.objects["/properties/2"]["bedrooms"] == 7


@pytest.mark.parametrize("goes", [seen_gone, deleted])
def test_a_lost_response_may_have_had_the_id_of_a_deleted_object(
    account: InMemoryAccount, goes: Goes
) -> None:
    """The object that it made is found under that id, and there is one."""
    process = account.lifecycle()
    first, outputs = created(process, VILLA)
    goes(account, process, first, outputs)
    give_lowest_free_id = account.interfere

    def lose_response(
        request: httpx.Request, respond: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        response = give_lowest_free_id(request, respond)
        if request.method == "POST":
            raise httpx.ReadTimeout("no response")
        return response

    account.interfere = lose_response
    second, _ = created(process, VILLA)
    assert second == first
    assert len(account.objects) == 2


def test_a_list_that_still_shows_an_object_that_was_deleted_does_not_bring_it_back() -> None:
    """The next one like it is created, also where the response to its creation is lost."""
    account = InMemoryAccount({"/properties/1": {"id": "1", "name": "Theirs"}})
    process = account.lifecycle()
    first, outputs = created(process, VILLA)
    leftover = account.objects[f"/properties/{first}"]
    process.delete(first, outputs)
    lost: list[str] = []

    def be_behind(
        request: httpx.Request, respond: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        response = respond(request)
        if request.method == "POST" and not lost:
            lost.append("POST")
            raise httpx.ReadTimeout("no response")
        if request.method == "GET" and request.url.path.endswith("/properties"):
            return httpx.Response(200, json=[leftover, *response.json()])
        return response

    account.interfere = be_behind
    second, _ = created(process, VILLA)
    assert second != first
    assert [listing["id"] for listing in account.objects_in("/properties")] == ["1", second]
