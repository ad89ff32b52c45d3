"""What becomes of objects that are no longer declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.in_memory_account import InMemoryAccount, created
from support.messages import message, raises

from pulumi_setsmart.client.errors import NotDeletedError, WrongAccountError
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}


def lose_the_first_post(account: InMemoryAccount, *, shows_list_before: bool = True) -> None:
    """Let the first POST have no response; before it, the list may lack everything."""
    lost: list[str] = []

    def lose(
        request: httpx.Request, respond: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        if request.method == "POST" and not lost:
            lost.append("POST")
            raise httpx.ReadTimeout("no response")
        is_list = request.url.path.endswith("/properties")
        if is_list and not lost and not shows_list_before:
            return httpx.Response(200, json=[])
        return respond(request)

    account.interfere = lose


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (PROPERTY, VILLA),
        (WEBHOOK_SUBSCRIPTION, {"url": "https://a.example/", "events": ["a.a"]}),
        (API_OBJECT, {"path": "/rules", "body": {"status": "Active", "rate": 1}}),
    ],
)
def test_deactivating_sets_the_status_and_keeps_the_rest(
    kind: Kind, inputs: dict[str, Json]
) -> None:
    """A listing that is only closed can be opened again, with all that it had."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(kind)
    identifier, outputs = created(lifecycle, {**inputs, "deletion_policy": "deactivate"})
    [listing] = account.objects.values()
    before = {**listing, "rating": 5}
    listing["rating"] = 5
    lifecycle.delete(identifier, outputs)
    assert list(account.objects.values()) == [{**before, "status": "inactive"}]
    writes = account.writes()
    lifecycle.delete(identifier, outputs)
    assert account.writes() == writes


def test_a_listing_that_was_deactivated_is_not_taken_for_a_new_one() -> None:
    """A POST is lost in the same run; what is there from before is not what it has created."""
    account = InMemoryAccount()
    process = account.lifecycle()
    first, outputs = created(process, {**VILLA, "deletion_policy": "deactivate"})
    process.delete(first, outputs)
    lose_the_first_post(account)
    second, _ = created(process, VILLA)
    assert second != first
    assert account.objects[f"/properties/{first}"]["status"] == "inactive"


def test_a_listing_that_was_just_deactivated_is_not_adopted() -> None:
    """It is still there, but its resource gave it up; a run without a refresh knows no more."""
    account = InMemoryAccount()
    first, outputs = created(account.lifecycle(), {**VILLA, "deletion_policy": "deactivate"})
    process = account.lifecycle(if_exists=IfExists.ADOPT)
    process.delete(first, outputs)
    assert created(process, VILLA)[0] != first


def test_a_listing_that_was_read_before_is_not_taken_for_a_new_one() -> None:
    """The list lacked it when the POST was lost; but it was there, and nobody has it."""
    account = InMemoryAccount({"/properties/prop_9": {"id": "prop_9", **VILLA, "status": "draft"}})
    lose_the_first_post(account, shows_list_before=False)
    process = account.lifecycle()
    process.read("prop_9", {})
    assert created(process, VILLA)[0] != "prop_9"
    assert len(account.objects) == 2


def test_the_policy_of_the_stack_is_kept_with_each_resource() -> None:
    """`destroy` knows the saved configuration only, so the state has to say it."""
    account = InMemoryAccount()
    identifier, outputs = created(
        account.lifecycle(deletion_policy=DeletionPolicy.DEACTIVATE), VILLA
    )
    assert outputs["deletion_policy"] == "deactivate"
    account.lifecycle().delete(identifier, outputs)
    assert account.objects["/properties/id_2"]["status"] == "inactive"


def test_another_policy_is_a_change_of_the_state_only() -> None:
    """Nothing is sent for it, but it has to be remembered."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    checked = lifecycle.check({**VILLA, "deletion_policy": "deactivate"}, exists=True)
    assert lifecycle.diff(outputs, checked.inputs).changes
    writes = account.writes()
    outputs = lifecycle.update(identifier, outputs, checked.inputs)
    assert account.writes() == writes
    assert not lifecycle.diff(outputs, checked.inputs).changes


def test_a_state_without_a_policy_has_the_default_one() -> None:
    """An import file need not say it."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    _, outputs = created(lifecycle, VILLA)
    del outputs["deletion_policy"]
    assert not lifecycle.diff(outputs, lifecycle.check(VILLA, exists=True).inputs).changes


def test_what_has_no_status_cannot_be_deactivated() -> None:
    """An object of another collection gets no field that it may not know."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(API_OBJECT)
    inputs: dict[str, Json] = {
        "path": "/rules",
        "body": {"rate": 1},
        "deletion_policy": "deactivate",
    }
    identifier, outputs = created(lifecycle, inputs)
    facts = ("status", 'deletion_policy="delete"')
    with raises(NotDeletedError, MessageCode.NOT_DEACTIVATED, *facts):
        lifecycle.delete(identifier, outputs)
    assert account.writes() == ["POST /rules"]


def test_a_status_that_the_server_keeps_is_an_error() -> None:
    """What is still bookable has not been deactivated."""
    account = InMemoryAccount(stored=lambda sent: {**sent, "status": "active"})
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, {**VILLA, "deletion_policy": "deactivate"})
    with raises(NotDeletedError, MessageCode.NOT_DEACTIVATED, "status", '"active"'):
        lifecycle.delete(identifier, outputs)


@pytest.mark.parametrize("policy", DeletionPolicy)
def test_what_is_gone_is_deleted_unless_the_account_is_another(policy: DeletionPolicy) -> None:
    """A 404 counts as deleted; in an account that is not the one of the state, it tells nothing."""
    account = InMemoryAccount({"/properties/other": {"id": "other", "name": "Other"}})
    identifier, outputs = created(account.lifecycle(), {**VILLA, "deletion_policy": str(policy)})
    account.objects.clear()
    account.lifecycle().delete(identifier, outputs)
    with pytest.raises(WrongAccountError):
        InMemoryAccount().lifecycle(key="another-key").delete(identifier, outputs)


def test_a_404_to_a_retried_delete_confirms_the_first() -> None:
    """Even in an account that cannot vouch for it: we deleted it ourselves."""
    account = InMemoryAccount({"/properties/other": {"id": "other", "name": "Other"}})
    identifier, outputs = created(account.lifecycle(), VILLA)
    account.objects.pop("/properties/other")
    attempts = []

    def interfere(request: httpx.Request, respond: Any) -> httpx.Response:
        response: httpx.Response = respond(request)
        if request.method != "DELETE":
            return response
        attempts.append(response.status_code)
        if len(attempts) == 1:
            raise httpx.ReadError("reset")
        return response

    account.interfere = interfere
    account.lifecycle(key="another-key").delete(identifier, outputs)
    assert attempts == [204, 404]


@pytest.mark.parametrize("policy", DeletionPolicy)
def test_a_run_stops_at_the_largest_number_of_deletions(policy: DeletionPolicy) -> None:
    """A program that lost half its listings by mistake costs no more than was allowed."""
    account = InMemoryAccount()
    declared: list[dict[str, Json]] = [
        {"name": f"Villa {number}", "deletion_policy": str(policy)} for number in range(4)
    ]
    lifecycle = account.lifecycle(max_deletions=2)
    made = [created(lifecycle, inputs) for inputs in declared]
    for identifier, outputs in made[:2]:
        lifecycle.delete(identifier, outputs)
    writes = account.writes()
    with raises(NotDeletedError, MessageCode.DELETION_LIMIT, "setsmart:maxDeletions"):
        lifecycle.delete(*made[2])
    assert account.writes() == writes


def test_no_deletion_at_all_can_be_allowed() -> None:
    """Zero is a limit too."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(max_deletions=0)
    made = created(lifecycle, VILLA)
    with raises(NotDeletedError, MessageCode.DELETION_LIMIT, "setsmart:maxDeletions"):
        lifecycle.delete(*made)


@pytest.mark.parametrize("name", ["if_exists", "deletion_policy"])
def test_a_policy_that_is_none_is_refused(name: str) -> None:
    """The message tells the words that there are."""
    [violation] = (
        InMemoryAccount().lifecycle().check({**VILLA, name: "keep"}, exists=True).violations
    )
    words: list[str] = [*(IfExists if name == "if_exists" else DeletionPolicy)]
    assert violation == message(MessageCode.INVALID_VALUE, name, *words)
