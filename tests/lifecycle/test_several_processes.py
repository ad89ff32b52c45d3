"""A run with several processes, as with explicit providers: none does what another one prevents."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.in_memory_account import InMemoryAccount, created
from support.messages import message, raises
from support.shared_journal import SharedJournal
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.client.errors import (
    AlreadyManagedError,
    ExistingIdError,
    ExistingObjectError,
    NotDeletedError,
    UnknownOutcomeError,
)
from pulumi_setsmart.lifecycle.journal import UnavailableJournal
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.ownership import OwnershipRegistry
from pulumi_setsmart.lifecycle.resource_key import RESOURCE
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3}
LOFT: dict[str, Json] = {"name": "Loft", "bedrooms": 1}
URL = "https://setsmart.example/v1"
PROBLEM = "/tmp/file is full"  # noqa: S108 - in a message


def processes(account: InMemoryAccount, **settings: Any) -> tuple[Lifecycle, Lifecycle]:
    """Return the lifecycles of two processes of a run."""
    journal = SharedJournal()
    other = journal.of_another_process()
    return (
        account.lifecycle(journal=journal, **settings),
        account.lifecycle(journal=other, **settings),
    )


def alone(account: InMemoryAccount, **settings: Any) -> Lifecycle:
    """Return the lifecycle of a process that cannot share anything."""
    return account.lifecycle(journal=UnavailableJournal(PROBLEM), **settings)


def with_objects(*listings: dict[str, Json]) -> InMemoryAccount:
    """Return an account that has these listings."""
    return InMemoryAccount(
        {
            f"/properties/prop_{number}": {"id": f"prop_{number}", **listing}
            for number, listing in enumerate(listings, 1)
        }
    )


def test_the_limit_of_deletions_is_that_of_the_run() -> None:
    """With one each, two processes would delete two."""
    account = InMemoryAccount()
    before = account.lifecycle()
    states = [created(before, inputs) for inputs in (VILLA, LOFT)]
    one, other = processes(account, max_deletions=1)
    one.delete(*states[0])
    with raises(NotDeletedError, MessageCode.DELETION_LIMIT, "maxDeletions is 1"):
        other.delete(*states[1])
    assert len(account.objects) == 1


def test_an_operation_that_changes_nothing_looks_at_the_run_once() -> None:
    """A preview of a thousand listings has four thousand of them, and each look takes time."""
    account, journal = InMemoryAccount(), SharedJournal()
    identifier, outputs = created(account.lifecycle(), VILLA)
    lifecycle = account.lifecycle(journal=journal)
    lifecycle.diff(outputs, VILLA)  # joins the run
    for operation in (
        lambda: lifecycle.read(identifier, outputs),
        lambda: lifecycle.check({**VILLA, RESOURCE: "key"}, exists=True),
        lambda: lifecycle.diff(outputs, VILLA),
    ):
        before = journal.turns
        operation()
        assert journal.turns == before + 1


def test_a_turn_and_a_collection_that_is_new_to_the_run_do_not_wait_for_each_other() -> None:
    """What has its turn may look a collection up while another thread begins with one."""
    run, may_go_on = Run(journal=SharedJournal()), threading.Event()
    begins = threading.Thread(target=lambda: run.identities(URL, "key", "/webhooks"), daemon=True)

    def take_a_turn() -> None:
        with run.turn():
            begins.start()
            may_go_on.wait(HANG_GUARD)
            run.identities(URL, "key", "/properties")

    turn = threading.Thread(target=take_a_turn, daemon=True)
    turn.start()
    wait_until(lambda: begins.is_alive() and waits_for_a_lock(begins))
    may_go_on.set()
    wait_until(lambda: not (turn.is_alive() or begins.is_alive()))


def waits_for_a_lock(thread: threading.Thread) -> bool:
    """Return whether a thread is in the code that takes the lock of a turn."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 -- nothing else tells
    return frame is not None and frame.f_code.co_name == "__enter__"


@pytest.mark.parametrize("named", [{}, {"existing_id": "prop_1"}])
def test_what_one_has_adopted_is_not_adopted_by_another(named: dict[str, Json]) -> None:
    """It belongs to the first resource; the second one is refused, or gets a listing of its own."""
    account = with_objects(VILLA)
    one, other = processes(account, if_exists=IfExists.ADOPT)
    assert created(one, {**VILLA, **named})[0] == "prop_1"
    if named:
        with raises(ExistingIdError, MessageCode.EXISTING_ID_MANAGED, "prop_1"):
            other.check({**VILLA, **named}, exists=False)
    else:
        assert created(other, VILLA)[0] != "prop_1"


def test_what_one_has_adopted_is_not_deleted_by_another(caplog: pytest.LogCaptureFixture) -> None:
    """A resource that was moved to another provider, and adopted there."""
    account = InMemoryAccount()
    state = created(account.lifecycle(), VILLA)
    one, other = processes(account, if_exists=IfExists.ADOPT)
    assert created(one, VILLA)[0] == state[0]
    other.delete(*state)
    assert len(account.objects) == 1
    assert caplog.messages[-1] == message(MessageCode.DELETION_SKIPPED, state[0])


def test_two_resources_in_two_processes_cannot_share_an_object() -> None:
    """The second one that is read stops."""
    account = with_objects(VILLA)
    first = created(account.lifecycle(if_exists=IfExists.ADOPT), VILLA)
    second = created(account.lifecycle(if_exists=IfExists.ADOPT), VILLA)
    one, other = processes(account)
    one.read(*first)
    with raises(AlreadyManagedError, MessageCode.ALREADY_MANAGED, "prop_1"):
        other.read(*second)


def test_without_sharing_all_but_deletions_and_adoptions_goes_on() -> None:
    """A create, a read, an update; the limit that others may have used up stays."""
    account = InMemoryAccount()
    lifecycle = alone(account)
    identifier, outputs = created(lifecycle, VILLA)
    assert lifecycle.read(identifier, outputs) is not None
    outputs = lifecycle.update(
        identifier, outputs, {**VILLA, "bedrooms": 4, "deletion_policy": "delete"}
    )
    [listing] = account.objects.values()
    assert listing["bedrooms"] == 4
    with raises(NotDeletedError, MessageCode.RUN_NOT_SHARED, PROBLEM, "TMPDIR"):
        lifecycle.delete(identifier, outputs)
    assert len(account.objects) == 1


def test_without_sharing_nothing_is_deactivated() -> None:
    """That is a deletion as well."""
    account = InMemoryAccount()
    inputs = {**VILLA, "deletion_policy": str(DeletionPolicy.DEACTIVATE)}
    state = created(account.lifecycle(), inputs)
    writes = account.writes()
    with raises(NotDeletedError, MessageCode.RUN_NOT_SHARED):
        alone(account).delete(*state)
    assert account.writes() == writes


def test_without_sharing_nothing_is_adopted() -> None:
    """Another process may have it; a preview says so already."""
    account = with_objects(VILLA)
    lifecycle = alone(account, if_exists=IfExists.ADOPT)
    assert lifecycle.check(VILLA, exists=False).violations == [
        message(MessageCode.RUN_NOT_SHARED, "prop_1", PROBLEM)
    ]
    with raises(ExistingObjectError, MessageCode.RUN_NOT_SHARED, "prop_1"):
        alone(account).create({**VILLA, "existing_id": "prop_1"})
    decided = account.lifecycle(if_exists=IfExists.ADOPT).check(
        {**VILLA, "bedrooms": 5}, exists=False
    )
    with raises(ExistingObjectError, MessageCode.RUN_NOT_SHARED):
        alone(account).create(decided.inputs)
    assert account.writes() == []


def test_without_sharing_a_lost_post_stays_unresolved() -> None:
    """What is new may be what another process has created."""
    account = InMemoryAccount()

    def lose(
        request: httpx.Request, respond: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        response = respond(request)
        if request.method == "POST":
            raise httpx.ReadTimeout("no response")
        return response

    account.interfere = lose
    lifecycle = alone(account)
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, PROBLEM):
        lifecycle.create(VILLA)
    assert len(account.objects) == 1


def test_what_another_process_creates_is_not_missed_on_the_list() -> None:
    """A list that was read before shows nothing of it, and is complete all the same."""
    account = InMemoryAccount()
    one, other = processes(account)
    before = account.clock.time()
    for number in range(3):
        created(one, {"name": f"Villa {number}"})
        created(other, {"name": f"Loft {number}"})
    assert account.clock.time() == before  # nobody has waited for the list to catch up
    assert sum(method == "GET" for method, _, _ in account.sent) == 2


def test_what_is_just_created_is_not_missed_on_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever creates at the same moment may already know its id."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    claim = OwnershipRegistry.claim

    def claim_while_another_creates(self: OwnershipRegistry, *claimed: str) -> None:
        claim(self, *claimed)
        if len(account.objects) == 1:
            created(lifecycle, LOFT)

    monkeypatch.setattr(OwnershipRegistry, "claim", claim_while_another_creates)
    before = account.clock.time()
    created(lifecycle, VILLA)
    assert len(account.objects) == 2
    assert account.clock.time() == before
