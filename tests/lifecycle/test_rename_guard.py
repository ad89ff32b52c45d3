"""A key that changes: the check, the update and the deletion each stop before a listing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.deployment import Deployment
from support.in_memory_account import through_engine
from support.messages import message, raises

from pulumi_setsmart.client.errors import (
    AlreadyManagedError,
    ExistingIdError,
    NotDeletedError,
    ShiftedIdentityError,
)
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists

pytestmark = pytest.mark.usefixtures("in_processes")

VILLA: dict[str, Json] = {"name": "Villa", "address": "1 Road"}
LOFT: dict[str, Json] = {"name": "Loft", "address": "2 Road"}
OTHER: dict[str, Json] = {"name": "Other"}
HOOK: dict[str, Json] = {"url": "https://a.example/", "events": ["a.b"]}
RULE: dict[str, Json] = {"path": "/rules", "identity": ["slug"], "body": {"slug": "a", "x": 1}}
ALIKE: dict[str, Any] = {
    "property": (PROPERTY, VILLA, {"name": "villa ", "address": "1  ROAD"}, "name and address"),
    "without an address": (PROPERTY, VILLA, {"name": "Villa"}, "name"),
    "webhook": (WEBHOOK_SUBSCRIPTION, HOOK, {**HOOK, "events": ["c.d"]}, "url"),
    "object": (API_OBJECT, RULE, RULE | {"body": {"slug": "a"}}, "slug"),
}


def named(name: str) -> dict[str, Json]:
    """Return what a listing of that name declares."""
    return {"name": name}


def deployed(kind: Kind = PROPERTY, **resources: dict[str, Json]) -> Deployment:
    """Return a stack that has created these resources."""
    deployment = Deployment(kind)
    deployment.begin()
    for key, inputs in resources.items():
        deployment.create(key, inputs)
    return deployment


@pytest.mark.parametrize(("kind", "old", "new", "names"), ALIKE.values(), ids=ALIKE)
@pytest.mark.parametrize("if_exists", IfExists)
def test_a_new_key_for_the_same_object_is_refused(
    kind: Kind, old: dict[str, Json], new: dict[str, Json], names: str, if_exists: IfExists
) -> None:
    """Whatever the stack says about objects that exist; nothing is written."""
    stack = deployed(kind, old=old)
    writes = stack.account.writes()
    stack.begin(if_exists=if_exists)
    identifier, _ = stack.state["old"]
    [violation] = stack.check("new", new)
    alias = 'aliases=[pulumi.Alias(name="old")]'
    facts = (identifier, f"same {names},", "and old of", alias, 'if_exists="create"')
    assert violation == message(MessageCode.RENAMED_KEY, *facts)
    assert stack.account.writes() == writes


@pytest.mark.parametrize(
    ("old", "new", "way_out"),
    {
        "same portfolio": ("fleet/villa-1", "fleet/villa-2", "`formerly: villa-1`"),
        "other portfolio": ("north/villa", "south/villa", "`formerly: north-villa`"),
        "from a program": ("villa", "fleet/villa", "`formerly: villa`"),
        "to a program": (
            "fleet/villa",
            "villa",
            'aliases=[pulumi.Alias(name="fleet-villa", parent=…)]',
        ),
        "other name": ("a", "b", 'aliases=[pulumi.Alias(name="a")]'),
        "number": ("fleet/007", "fleet/8", '`formerly: "007"`'),
        "long": ("f/" + "a" * 200, "f/b", f"`formerly: {'a' * 200}`"),
        "long name": ("a" * 200, "b", f'aliases=[pulumi.Alias(name="{"a" * 200}")]'),
    }.values(),
)
def test_the_way_out_fits_the_resource(old: str, new: str, way_out: str) -> None:
    """An entry of a file says ``formerly``; a resource of a program has Pulumi's aliases."""
    stack = deployed(PROPERTY, **{old: VILLA})
    stack.begin()
    [violation] = stack.check(new, VILLA)
    assert violation == message(MessageCode.RENAMED_KEY, way_out)


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("before", [{}, {"if_exists": "create"}])
def test_the_resource_itself_may_want_two(*, refreshes: bool, before: dict[str, Json]) -> None:
    """Its own ``if_exists="create"`` creates another such listing, and deletes none."""
    stack = deployed(old={**VILLA, **before})
    stack.begin(refreshes=refreshes)
    stack.create("twin", {**VILLA, "if_exists": "create"})
    with raises(NotDeletedError, MessageCode.DELETION_STOPPED, "twin has", "declare it as old"):
        stack.delete("old")
    assert len(stack.account.objects) == 2
    stack.begin(refreshes=refreshes)
    assert not stack.diff("old", {**VILLA, **before, "deletion_policy": "delete"}).changes


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("extra", [{}, {"name": "villa "}, {"address": None}])
def test_the_older_of_two_is_deleted_only_with_permission(
    *, refreshes: bool, extra: dict[str, Json]
) -> None:
    """However often it is run again, and for this one only: its key may have changed."""
    stack = deployed(old=VILLA)
    inputs = {"old": VILLA, "twin": {**VILLA, **extra, "if_exists": "create"}}
    stack.begin()
    stack.create("twin", inputs["twin"])
    identifier, _ = stack.state["old"]
    for allowed in ((), ("id_9", stack.state["twin"][0])):
        stack.begin(refreshes=refreshes, allowed_deletions=frozenset(allowed))
        stack.diff("twin", inputs["twin"])
        permission = f"SETSMART_ALLOW_DELETION={identifier}"
        with raises(NotDeletedError, MessageCode.DELETION_STOPPED, "twin has", permission):
            stack.delete("old")
    assert len(stack.account.objects) == 2
    stack.begin(refreshes=refreshes, allowed_deletions=frozenset({identifier}))
    stack.diff("twin", inputs["twin"])
    stack.delete("old")
    assert [*stack.account.objects] == [f"/properties/{stack.state['twin'][0]}"]


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("extra", [{}, {"name": "villa "}, {"address": None}])
def test_the_newer_of_two_is_deleted(*, refreshes: bool, extra: dict[str, Json]) -> None:
    """The one that stays was there before it, so no key has changed."""
    stack = deployed(old=VILLA)
    stack.begin()
    stack.create("twin", {**VILLA, **extra, "if_exists": "create"})
    stack.begin(refreshes=refreshes)
    stack.diff("old", VILLA)
    stack.delete("twin")
    assert [*stack.account.objects] == [f"/properties/{stack.state['old'][0]}"]


@pytest.mark.parametrize("kept", "ab")
@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("updated", ["", "a", "b"])
def test_one_of_two_that_were_created_together_is_deleted(
    *, kept: str, refreshes: bool, updated: str
) -> None:
    """One run declared both; a later update of other fields does not change that."""
    stack = deployed(a=VILLA, b=VILLA)
    stack.begin()
    if updated:
        stack.update(updated, {**VILLA, "bedrooms": 3})
    stack.begin(refreshes=refreshes)
    stack.diff(kept, VILLA)
    [gone] = {*"ab"} - {kept}
    stack.delete(gone)
    assert [*stack.account.objects] == [f"/properties/{stack.state[kept][0]}"]


def test_twins_that_one_run_adopted_count_as_created_together() -> None:
    """It declared both."""
    stack = deployed(a=VILLA, b=VILLA)
    ids = [identifier for identifier, _ in stack.state.values()]
    stack.state.clear()
    stack.begin()
    for key, identifier in zip("ab", ids, strict=True):
        stack.create(key, {**VILLA, "existing_id": identifier})
    stack.begin()
    stack.diff("a", {**VILLA, "existing_id": ids[0]})
    stack.delete("b")
    assert [*stack.account.objects] == [f"/properties/{ids[0]}"]


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("allow_swaps", [True, False])
def test_what_got_its_identity_later_is_no_twin_from_the_start(
    *, allow_swaps: bool, refreshes: bool
) -> None:
    """A row that took its neighbour's values may be all that is left of a removed row."""
    stack = deployed(a=VILLA, b=LOFT)
    stack.begin(refreshes=False, allow_swaps=allow_swaps)
    stack.update("a", LOFT)
    for _ in range(2):
        stack.begin(refreshes=refreshes)
        stack.diff("a", LOFT)
        with raises(NotDeletedError, MessageCode.DELETION_STOPPED, "a has"):
            stack.delete("b")
    assert len(stack.account.objects) == 2


def test_a_state_that_does_not_know_since_when_needs_the_permission() -> None:
    """As earlier releases wrote it, for either of the two."""
    stack = deployed(a=VILLA, b=VILLA)
    for key, (identifier, outputs) in stack.state.items():
        metadata = json.loads(str(outputs[KEY]))
        assert metadata.pop("identity_since")
        stack.state[key] = identifier, {**outputs, KEY: json.dumps(metadata)}
    for kept, gone in ("ab", "ba"):
        stack.begin()
        stack.diff(kept, VILLA)
        stack.update(kept, {**VILLA, "bedrooms": 3})
        with raises(NotDeletedError, MessageCode.DELETION_STOPPED):
            stack.delete(gone)


def test_a_twin_may_be_replaced() -> None:
    """What the program declares is deleted only because it is replaced."""
    stack = deployed(a=VILLA, b=VILLA)
    identifier, _ = old = stack.state["a"]
    stack.begin()
    stack.diff("b", VILLA)
    stack.diff("a", VILLA)
    del stack.state["a"]
    stack.create("a", VILLA)
    stack.lifecycle.delete(*old)
    assert f"/properties/{identifier}" not in stack.account.objects


@pytest.mark.parametrize("address", [{}, {"address": ""}, {"address": " "}])
def test_an_address_that_only_one_declares_tells_nothing(address: dict[str, Json]) -> None:
    """A key that changes while an address is added is still a changed key."""
    stack = deployed(old={"name": "Villa", **address})
    stack.begin()
    [violation] = stack.check("new", VILLA)
    assert violation == message(MessageCode.RENAMED_KEY, "old", "name and address")


def test_the_twin_whose_resource_is_gone_is_named_first() -> None:
    """The other ones are named as well, since the check may come before theirs."""
    stack = deployed(a=VILLA, b=VILLA, c=VILLA)
    stack.begin()
    for key in "ac":
        stack.diff(key, VILLA)
    [violation] = stack.check("new", VILLA)
    facts = ('name="b"', "a manages", "c manages", *(each for each, _ in stack.state.values()))
    assert violation == message(MessageCode.RENAMED_KEY, *facts)


def test_twins_that_are_declared_together_are_created() -> None:
    """Neither existed before the run."""
    stack = deployed(a=VILLA, b=VILLA)
    assert len(stack.account.objects) == 2
    stack.begin()
    assert [stack.diff(key, stack.check(key, VILLA)).changes for key in "ab"] == [False, False]


def test_what_has_another_identity_is_no_rename() -> None:
    """Another address makes it another listing, and a field beside them does not."""
    stack = deployed(old=VILLA)
    stack.begin()
    stack.create("new", {**VILLA, "address": "9 Road"})
    [violation] = stack.check("third", {**VILLA, "bedrooms": 9})
    assert violation == message(MessageCode.RENAMED_KEY)


@pytest.mark.parametrize("name", ["Villa", "Changed outside"])
def test_both_what_was_and_what_is_there_counts(name: str) -> None:
    """A title that was changed outside Pulumi does not hide the listing."""
    stack = deployed(old={"name": "Villa"})
    identifier, _ = stack.state["old"]
    stack.account.objects[f"/properties/{identifier}"]["name"] = "Changed outside"
    stack.begin()
    [violation] = stack.check("new", {"name": name})
    assert violation == message(MessageCode.RENAMED_KEY, identifier)


def test_a_state_without_keys_names_another_resource() -> None:
    """As earlier releases wrote it: nothing shows as changed, and a rename is stopped as well."""
    stack = Deployment()
    stack.begin()
    checked = stack.lifecycle.check(VILLA, exists=False)
    identifier, outputs = stack.lifecycle.create(checked.inputs)
    stack.state["old"] = identifier, through_engine(outputs)
    stack.begin()
    [violation] = stack.check("new", VILLA)
    assert violation == message(MessageCode.RENAMED_KEY, identifier, "another resource")
    assert not stack.diff("old", stack.check("old", VILLA)).changes


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("if_exists", IfExists)
def test_a_replacement_is_no_rename(*, refreshes: bool, if_exists: IfExists) -> None:
    """It has the key of what it replaces, which is deleted afterwards."""
    stack = deployed(villa=VILLA)
    old = stack.state["villa"]
    stack.begin(refreshes=refreshes, if_exists=if_exists)
    stack.diff("villa", VILLA)
    del stack.state["villa"]
    identifier = stack.create("villa", VILLA)
    stack.lifecycle.delete(*old)
    assert [*stack.account.objects] == [f"/properties/{identifier}"]


def test_what_was_deleted_outside_is_created_again_beside_its_twin() -> None:
    """The key existed before, so the twin is not taken for its past."""
    stack = deployed(a=VILLA, b=VILLA)
    identifier, outputs = stack.state.pop("a")
    del stack.account.objects[f"/properties/{identifier}"]
    stack.begin()
    assert stack.lifecycle.read(identifier, outputs) is None
    stack.create("a", VILLA)
    assert len(stack.account.objects) == 2


def test_a_renamed_resource_remembers_its_new_key() -> None:
    """Pulumi keeps the outputs when nothing changes, so the new key is a change to the state."""
    stack = deployed(a=VILLA)
    stack.begin()
    assert stack.diff("b", {**VILLA, "deletion_policy": "delete"}, before="a").changes
    stack.state["b"] = stack.state.pop("a")
    writes = stack.account.writes()
    stack.update("b", VILLA)
    assert stack.account.writes() == writes
    stack.begin()
    [violation] = stack.check("c", VILLA)
    assert violation == message(MessageCode.RENAMED_KEY, "and b of", '(name="b")')


def test_what_is_adopted_under_a_new_key_is_not_deleted() -> None:
    """Without a refresh, the new key adopts the listing, and the old resource leaves it."""
    stack = deployed(old=VILLA)
    stack.begin(refreshes=False, if_exists=IfExists.ADOPT)
    identifier = stack.create("new", VILLA)
    stack.delete("old")
    assert [*stack.account.objects] == [f"/properties/{identifier}"]
    stack.begin()
    assert not stack.diff("new", stack.check("new", VILLA)).changes


@pytest.mark.parametrize("policy", DeletionPolicy)
def test_what_was_created_again_under_a_new_key_is_not_deleted(policy: DeletionPolicy) -> None:
    """Without a refresh, the stack may create a second one; the first stays, then too."""
    stack = deployed(old={**VILLA, "deletion_policy": policy, "status": "active"})
    identifier, _ = stack.state["old"]
    stack.begin(refreshes=False, if_exists=IfExists.CREATE)
    stack.create("new", VILLA)
    before = {**stack.account.objects}
    with raises(NotDeletedError, MessageCode.DELETION_STOPPED, "new has"):
        stack.delete("old")
    stack.begin()
    stack.diff("new", VILLA)
    with raises(NotDeletedError, MessageCode.DELETION_STOPPED, "new has"):
        stack.delete("old")
    assert stack.account.objects == before
    stack.begin(allowed_deletions=frozenset({identifier}))
    stack.diff("new", VILLA)
    stack.delete("old")
    left = stack.account.objects.get(f"/properties/{identifier}")
    assert (left and left["status"]) == (
        "inactive" if policy is DeletionPolicy.DEACTIVATE else None
    )


@pytest.mark.parametrize("inputs", [VILLA, OTHER])
def test_what_a_failed_resource_stands_for_is_not_deleted(inputs: dict[str, Json]) -> None:
    """`--continue-on-error` goes on to the deletions after the new key was refused."""
    stack = deployed(old=VILLA)
    identifier, _ = stack.state["old"]
    stack.begin(refreshes=inputs is OTHER)
    if inputs is VILLA:
        assert stack.check("new", inputs) == [message(MessageCode.ALREADY_EXISTS, identifier)]
    else:
        with raises(ExistingIdError, MessageCode.EXISTING_ID_MANAGED, identifier):
            stack.check("new", {**inputs, "existing_id": identifier})
    with raises(NotDeletedError, MessageCode.DELETION_STOPPED):
        stack.delete("old")
    assert f"/properties/{identifier}" in stack.account.objects


def test_a_refused_new_key_keeps_the_old_listing() -> None:
    """After a refresh as well, if the run goes on after the error."""
    stack = deployed(old=VILLA)
    stack.begin()
    assert stack.check("new", VILLA) == [message(MessageCode.RENAMED_KEY)]
    with raises(NotDeletedError, MessageCode.DELETION_STOPPED, "new, which", 'Alias(name="old")'):
        stack.delete("old")
    assert len(stack.account.objects) == 1


def test_an_object_that_two_resources_have_is_not_deleted_by_either() -> None:
    """The second one that turns up is refused, and the first does not delete it in that run."""
    stack = deployed(a=VILLA)
    twin = deployed(b=VILLA)
    stack.state["b"] = twin.state["b"]
    stack.begin(refreshes=False)
    stack.diff("a", VILLA)
    with raises(AlreadyManagedError, MessageCode.ALREADY_MANAGED):
        stack.diff("b", VILLA)
    with raises(NotDeletedError, MessageCode.DELETION_STOPPED):
        stack.delete("a")


def test_destroy_deletes_everything() -> None:
    """Nothing is created or adopted in that run."""
    stack = deployed(a=VILLA, b=VILLA, c=LOFT)
    stack.begin()
    for key in "abc":
        stack.delete(key)
    assert stack.account.objects == {}


INSERTED = {"row-1": "A", "row-2": "X", "row-3": "B", "row-4": "C"}
REMOVED = {"row-1": "A", "row-2": "C"}
SWAPPED = {"row-1": "B", "row-2": "A", "row-3": "C"}
FREED = {"row-1": "A", "row-2": "X", "row-3": "B"}


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("rows", [INSERTED, REMOVED, SWAPPED, FREED])
@pytest.mark.parametrize("reverse", [False, True])
def test_shifted_rows_lose_nothing(*, rows: dict[str, str], reverse: bool, refreshes: bool) -> None:
    """Numbered keys, and a row inserted, removed, swapped or renamed into a name that is freed."""
    stack = deployed(PROPERTY, **{f"row-{row}": named(name) for row, name in enumerate("ABC", 1)})
    before, codes = {**stack.account.objects}, set[str]()
    stack.begin(refreshes=refreshes)
    for key, name in sorted(rows.items(), reverse=reverse):
        try:
            if key in stack.state:
                stack.diff(key, {"name": name})
            else:
                codes.update(
                    str(each).rpartition(" ")[2] for each in stack.check(key, {"name": name})
                )
        except ShiftedIdentityError as error:
            codes.add(f"[{error.code}]")
    gone = stack.state.keys() - rows.keys()
    if refreshes or not gone:
        assert f"[{MessageCode.SHIFTED_ROWS}]" in codes
    for key in gone:
        with raises(NotDeletedError, MessageCode.DELETION_STOPPED):
            stack.delete(key)
    assert stack.account.objects == before


def test_a_shift_names_the_other_listing_and_the_permission() -> None:
    """The other one, its resource, and the variable for one run."""
    stack = deployed(a=VILLA, b=LOFT)
    stack.begin()
    facts = (stack.state["b"][0], "which b of", "name and address", "SETSMART_ALLOW_SWAPS=true")
    with raises(ShiftedIdentityError, MessageCode.SHIFTED_ROWS, *facts):
        stack.diff("a", LOFT)


def test_a_swap_that_is_allowed_is_carried_out() -> None:
    """With the permission, each listing gets the other's values."""
    stack = deployed(a=VILLA, b=LOFT)
    stack.begin(allow_swaps=True)
    stack.diff("a", LOFT)
    stack.diff("b", VILLA)
    stack.update("a", LOFT)
    stack.update("b", VILLA)
    assert [each["name"] for each in stack.account.objects.values()] == ["Loft", "Villa"]


def test_an_update_that_keeps_the_identity_is_no_shift() -> None:
    """Twins go on as they are, drift of one is reverted, and a title changes to a free one."""
    stack = deployed(a=VILLA, b=VILLA)
    identifier, _ = stack.state["b"]
    stack.account.objects[f"/properties/{identifier}"]["name"] = "Changed outside"
    stack.begin()
    for key in "ab":
        stack.update(key, {**VILLA, "bedrooms": 3})
    stack.begin()
    stack.update("a", {**VILLA, "name": "New"})
    names = [each["name"] for each in stack.account.objects.values()]
    assert names == ["New", "Villa"]


def test_the_update_itself_stops_a_shift() -> None:
    """Without a refresh it may be the first to know: the other resource was compared since."""
    stack = deployed(a=VILLA, b=LOFT)
    stack.begin(refreshes=False)
    stack.diff("a", LOFT)
    with raises(ShiftedIdentityError, MessageCode.SHIFTED_ROWS):
        stack.diff("b", LOFT)
    writes = stack.account.writes()
    with raises(ShiftedIdentityError, MessageCode.SHIFTED_ROWS):
        stack.update("a", LOFT)
    assert stack.account.writes() == writes
