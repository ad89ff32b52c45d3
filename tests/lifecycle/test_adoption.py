"""Where an object that is to be created exists already."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from support.in_memory_account import InMemoryAccount, created, through_engine
from support.messages import message, raises
from support.mock_client import BASE_URL

from pulumi_setsmart.client.errors import AlreadyManagedError, ExistingIdError, ExistingObjectError
from pulumi_setsmart.lifecycle.adoption import adoption_in
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import IfExists

VILLA = {"id": "prop_5", "name": "Sea Villa", "address": "1 Road", "bedrooms": 2}


def account_with(*listings: dict[str, Any]) -> InMemoryAccount:
    """Return an account that holds these listings."""
    return InMemoryAccount({f"/properties/{listing['id']}": dict(listing) for listing in listings})


def violations(lifecycle: Lifecycle, inputs: dict[str, Json]) -> list[str]:
    """Return what a preview objects to in an object that is to be created."""
    return lifecycle.check(through_engine(inputs), exists=False).violations


def test_an_existing_listing_is_an_error_by_default() -> None:
    """A preview names it and the ways out, and nothing is written."""
    account = account_with(VILLA)
    [violation] = violations(account.lifecycle(), {"name": "Sea Villa"})
    facts = ("prop_5", "name", 'if_exists="adopt"', 'if_exists="create"')
    assert violation == message(MessageCode.ALREADY_EXISTS, *facts)
    with raises(ExistingObjectError, MessageCode.ALREADY_EXISTS, *facts):
        account.lifecycle().create({"name": "Sea Villa"})
    assert account.writes() == []


@pytest.mark.parametrize(
    ("declared", "changes"), [({"bedrooms": 2}, False), ({"bedrooms": 3}, True), ({}, False)]
)
@pytest.mark.parametrize("way", [{"if_exists": "adopt"}, {"existing_id": "prop_5"}])
def test_a_preview_tells_whether_an_adoption_changes_the_listing(
    declared: dict[str, Json], way: dict[str, Json], *, changes: bool
) -> None:
    """So that a report can count it; a decision that does not say so counts as a change."""
    inputs: dict[str, Json] = {"name": "Sea Villa", **declared, **way}
    checked = account_with(VILLA).lifecycle().check(through_engine(inputs), exists=False)
    adoption = adoption_in(checked.inputs)
    assert adoption is not None
    assert (adoption.identifier, adoption.changes) == ("prop_5", changes)
    older: dict[str, Json] = {"takes_over": "prop_5", "owner": adoption.owner}
    found = adoption_in({f"{KEY}_takeover": older})
    assert found is not None
    assert found.changes


@pytest.mark.parametrize(
    ("declared", "same"),
    [
        ({"name": " sea  VILLA "}, True),
        ({"name": "Sea\u00a0Villa"}, True),  # a space that does not break
        ({"name": "\uff33ea Villa"}, True),  # a letter of another width
        ({"name": "Sea Villas"}, False),
        ({"name": "Sea Villa", "address": "1  ROAD"}, True),
        ({"name": "Sea Villa", "address": "2 Road"}, False),
        ({"name": "Sea Villa", "address": None}, True),
        ({"name": "Other Villa", "address": None}, False),
        ({"name": "Sea Villa", "bedrooms": 9}, True),
    ],
)
def test_a_listing_is_known_by_its_name_and_declared_address(
    declared: dict[str, Json], *, same: bool
) -> None:
    """Case, spacing and Unicode form do not tell two listings apart; other fields do not count."""
    assert bool(violations(account_with(VILLA).lifecycle(), declared)) is same


def test_accents_count_however_they_are_written() -> None:
    """One letter or a letter and its accent: the same text."""
    account = account_with({"id": "prop_1", "name": "Caf\u00e9"})
    assert violations(account.lifecycle(), {"name": "Cafe\u0301"})
    assert not violations(account.lifecycle(), {"name": "Cafe"})


@pytest.mark.parametrize(
    ("kind", "objects", "inputs", "same"),
    [
        (
            WEBHOOK_SUBSCRIPTION,
            {"/webhooks/w": {"id": "w", "url": "https://a.example/X", "events": ["a.a"]}},
            {"url": "https://a.example/x", "events": ["b.b"]},
            True,
        ),
        (
            WEBHOOK_SUBSCRIPTION,
            {"/webhooks/w": {"id": "w", "url": "https://a.example/", "events": ["a.a"]}},
            {"url": "https://b.example/", "events": ["a.a"]},
            False,
        ),
        (
            API_OBJECT,
            {"/rules/r": {"id": "r", "code": 7, "for": ["A"]}},
            {"path": "/rules", "body": {"code": 7, "for": ["a"]}, "identity": ["for", "code"]},
            True,
        ),
        (
            API_OBJECT,
            {"/rules/r": {"id": "r", "code": 7}},
            {"path": "/rules", "body": {"code": 8}, "identity": ["code"]},
            False,
        ),
        (
            API_OBJECT,
            {"/rules/r": {"id": "r", "code": 7}},
            {"path": "/rules", "body": {"code": 7}},
            False,
        ),
    ],
)
def test_each_kind_has_its_identity(
    kind: Kind, objects: dict[str, Any], inputs: dict[str, Json], *, same: bool
) -> None:
    """A subscription by its address, any other object by the fields that the program names."""
    assert bool(violations(InMemoryAccount(objects).lifecycle(kind), inputs)) is same


def test_an_identity_has_to_be_declared() -> None:
    """What the program names as the identity, it has to say."""
    inputs: dict[str, Json] = {"path": "/rules", "body": {"a": 1}, "identity": ["code"]}
    assert violations(InMemoryAccount().lifecycle(API_OBJECT), inputs) == [
        message(MessageCode.IDENTITY_NOT_DECLARED, "identity", "body", "code")
    ]


def test_adopting_brings_the_listing_to_what_is_declared(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The approver sees what is adopted and what changes; nothing undeclared is lost."""
    account = account_with({**VILLA, "rating": 5})
    inputs: dict[str, Json] = {"name": "Sea Villa", "bedrooms": 3, "if_exists": "adopt"}
    with caplog.at_level(logging.WARNING):
        identifier, _ = created(account.lifecycle(), inputs)
    assert identifier == "prop_5"
    assert account.writes() == ["PUT /properties/prop_5"]
    assert account.objects["/properties/prop_5"] == {**VILLA, "rating": 5, "bedrooms": 3}
    assert [record.getMessage() for record in caplog.records] == [
        message(MessageCode.ADOPTED, 'property "Sea Villa"', "prop_5", "bedrooms 2 → 3")
    ]


def test_adopting_what_is_as_declared_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A run that was killed and is run again finds its own listings."""
    account = account_with(VILLA)
    with caplog.at_level(logging.WARNING):
        created(account.lifecycle(if_exists=IfExists.ADOPT), {"name": "Sea Villa"})
    assert account.writes() == []
    assert caplog.messages == [message(MessageCode.ADOPTED, "prop_5")]
    assert "→" not in caplog.text


def test_what_an_adoption_overwrites_is_always_said(caplog: pytest.LogCaptureFixture) -> None:
    """Of those that change nothing, a run announces five, and then where to find the others."""
    listings = [{"id": f"p{n}", "name": f"Villa {n}", "bedrooms": n % 2} for n in range(16)]
    lifecycle = account_with(*listings).lifecycle(if_exists=IfExists.ADOPT)
    for number in range(16):
        inputs = through_engine({"name": f"Villa {number}", "bedrooms": 1})
        assert lifecycle.check(inputs, exists=False).violations == []
    silent, changing = range(1, 16, 2), range(0, 16, 2)
    said = [text for text in caplog.messages if "→" in text]
    assert said == [message(MessageCode.ADOPTED, f"p{n}", "bedrooms 0 → 1") for n in changing]
    others = [text for text in caplog.messages if "→" not in text]
    assert others == [
        *(message(MessageCode.ADOPTED, f"p{n}") for n in silent[:5]),
        message(MessageCode.MORE_ADOPTED, "pulumi-setsmart report"),
    ]


@pytest.mark.parametrize("current", [None, 5, "{", "[]", "null", "x"])
def test_a_decision_that_does_not_say_what_it_overwrites_is_read(current: Json) -> None:
    """As one of an older release; nothing depends on it."""
    decision: dict[str, Json] = {"takes_over": "prop_5", "owner": "ab", "current": current}
    adoption = adoption_in({f"{KEY}_takeover": decision})
    assert adoption is not None
    assert (adoption.identifier, adoption.current) == ("prop_5", None)


def test_a_preview_tells_what_an_adoption_overwrites() -> None:
    """As SetSmart has it, null as well; a secret is marked, since nobody encrypts the decision."""
    account = account_with({**VILLA, "door_code": "4711-7731", "pets": None})
    inputs: dict[str, Json] = {
        "name": "Sea Villa",
        "bedrooms": 3,
        "if_exists": "adopt",
        "attributes": {"pets": True, "door_code": "8402-7731"},
        KEY: {"secret_paths": ["/door_code"]},
    }
    checked = account.lifecycle().check(through_engine(inputs), exists=False)
    adoption = adoption_in(through_engine(checked.inputs))
    assert adoption is not None
    assert adoption.current == {"/bedrooms": 2, "/pets": None, "/door_code": "[secret]"}
    assert "7731" not in json.dumps(checked.inputs[f"{KEY}_takeover"])


def test_adopting_what_is_not_active_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """A listing that nobody can book is not adopted in silence."""
    account = account_with({**VILLA, "status": "inactive"})
    with caplog.at_level(logging.WARNING):
        created(account.lifecycle(if_exists=IfExists.ADOPT), {"name": "Sea Villa"})
    assert caplog.messages == [message(MessageCode.ADOPTED, "prop_5", "status", '"inactive"')]


def test_adopting_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """A declared secret is named as set, and no more."""
    account = InMemoryAccount(
        {"/webhooks/w": {"id": "w", "url": "https://a.example/", "events": ["a.a"]}}
    )
    inputs: dict[str, Json] = {
        "url": "https://a.example/",
        "events": ["a.a"],
        "secret": "whsec-hush-hush",
        KEY: {"secret_paths": []},
    }
    with caplog.at_level(logging.WARNING):
        created(account.lifecycle(WEBHOOK_SUBSCRIPTION, if_exists=IfExists.ADOPT), inputs)
    assert caplog.messages == [message(MessageCode.ADOPTED, "w", "secret")]
    assert "hush" not in caplog.text


def test_several_candidates_are_named() -> None:
    """Which one is meant, only a person can tell."""
    listings = [{"id": f"prop_{number}", "name": "Villa"} for number in range(1, 8)]
    account = account_with(*listings)
    [violation] = violations(account.lifecycle(if_exists=IfExists.ADOPT), {"name": "Villa"})
    named = "prop_1, prop_2, prop_3, prop_4, prop_5"
    assert violation == message(MessageCode.ALREADY_EXISTS, 7, "name", named, 2)
    assert "prop_6" not in violation


def test_creating_another_one_is_possible() -> None:
    """Two flats in one house may have one name."""
    account = account_with(VILLA)
    assert created(account.lifecycle(), {"name": "Sea Villa", "if_exists": "create"})[0] != "prop_5"


@pytest.mark.parametrize(
    ("listing", "address"),
    [
        (VILLA, None),
        (VILLA, ""),
        ({"id": "prop_5", "name": "Sea Villa"}, "1 Road"),
        ({"id": "prop_5", "name": "Sea Villa", "address": ""}, "1 Road"),
    ],
)
@pytest.mark.parametrize("if_exists", [IfExists.ADOPT, IfExists.ERROR])
def test_an_address_that_only_one_has_tells_nothing(
    listing: dict[str, Any], address: str | None, if_exists: IfExists
) -> None:
    """It may be the same listing or another one, so it is neither adopted nor created again."""
    account = account_with(listing)
    inputs: dict[str, Json] = {"name": "Sea Villa", "address": address}
    [violation] = violations(account.lifecycle(if_exists=if_exists), inputs)
    ways_out = ('existing_id="prop_5"', 'if_exists="create"')
    assert violation == message(MessageCode.ALREADY_EXISTS, "prop_5", "name", "address", *ways_out)
    assert violations(account.lifecycle(), {**inputs, "existing_id": "prop_5"}) == []
    assert violations(account.lifecycle(), {**inputs, "if_exists": "create"}) == []


def test_the_listing_without_an_address_is_that_without_an_address() -> None:
    """One that is exactly as declared is preferred to one that only may be the same."""
    account = account_with(VILLA, {"id": "prop_6", "name": "Sea Villa"})
    lifecycle = account.lifecycle(if_exists=IfExists.ADOPT)
    inputs: dict[str, Json] = {"name": "Sea Villa", "address": None}
    assert created(lifecycle, inputs)[0] == "prop_6"


def test_clearing_a_field_of_what_is_adopted_reverts_no_drift(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The adoption says what it overwrites, and nothing was known before."""
    account = account_with({**VILLA, "notes": "theirs"})
    inputs: dict[str, Json] = {
        "name": "Sea Villa",
        "bedrooms": None,
        "attributes": {"notes": None},
        "if_exists": "adopt",
    }
    created(account.lifecycle(), inputs)
    assert caplog.messages == [message(MessageCode.ADOPTED, "bedrooms 2 → null", "notes")]
    assert account.objects["/properties/prop_5"]["notes"] is None


def managed(account: InMemoryAccount, identifier: str) -> dict[str, Json]:
    """Return the outputs of a resource that manages a listing since an earlier run."""
    listing = account.objects[f"/properties/{identifier}"]
    inputs: dict[str, Json] = {"name": listing["name"], "existing_id": identifier}
    return through_engine(created(account.lifecycle(), inputs)[1])


def test_what_a_resource_has_is_no_candidate() -> None:
    """A listing that a resource manages is that resource's, and the next one is another."""
    account = account_with(VILLA)
    outputs = managed(account, "prop_5")
    lifecycle = account.lifecycle()
    lifecycle.read("prop_5", outputs)
    assert violations(lifecycle, {"name": "Sea Villa"}) == []


@pytest.mark.parametrize("way", [{"if_exists": "adopt"}, {"existing_id": "prop_5"}])
def test_what_is_only_read_belongs_to_nobody(way: dict[str, Json]) -> None:
    """It is there, so it is not created again, and a resource may have it."""
    account = account_with(VILLA)
    lifecycle = account.lifecycle()
    first = lifecycle.read("prop_5", {})
    assert first is not None
    lifecycle.read("prop_5", through_engine(first.outputs))  # as a refresh does
    lifecycle.read_unknown("prop_5", {}, '["setsmart:index:Property","villa"]', "prop_5")
    [violation] = violations(lifecycle, {"name": "Sea Villa"})
    assert violation == message(MessageCode.ALREADY_EXISTS, "prop_5")
    assert created(lifecycle, {"name": "Sea Villa", **way})[0] == "prop_5"
    assert account.writes() == []


def test_a_listing_without_metadata_has_a_resource_once_it_is_compared() -> None:
    """So what replaces it is another one, and the old one is deleted after that."""
    account = account_with(VILLA)
    lifecycle = account.lifecycle(if_exists=IfExists.ADOPT)
    outputs: dict[str, Json] = {"name": "Sea Villa"}
    lifecycle.diff({**outputs, "id": "prop_5"}, outputs)
    assert created(lifecycle, outputs)[0] != "prop_5"
    lifecycle.delete("prop_5", {**outputs, "id": "prop_5"})
    assert [listing["name"] for listing in account.objects.values()] == ["Sea Villa"]


def test_a_listing_without_metadata_is_left_to_the_resource_that_adopted_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The former resource neither changes nor deletes it."""
    account = account_with(VILLA)
    lifecycle = account.lifecycle(if_exists=IfExists.ADOPT)
    outputs: dict[str, Json] = {"name": "Sea Villa"}
    assert created(lifecycle, outputs)[0] == "prop_5"
    with raises(AlreadyManagedError, MessageCode.ALREADY_MANAGED, "prop_5"):
        lifecycle.diff({**outputs, "id": "prop_5"}, outputs)
    lifecycle.delete("prop_5", {**outputs, "id": "prop_5"})
    assert caplog.messages[1:] == [message(MessageCode.DELETION_SKIPPED, "prop_5")]
    assert account.writes() == []


def test_one_listing_is_adopted_once() -> None:
    """Of two resources with one identity, the second gets a listing of its own."""
    account = account_with(VILLA)
    lifecycle = account.lifecycle(if_exists=IfExists.ADOPT)
    checked = [
        lifecycle.check(through_engine({"name": "Sea Villa"}), exists=False) for _ in range(2)
    ]
    made = {lifecycle.create(through_engine(result.inputs))[0] for result in checked}
    assert "prop_5" in made
    assert len(made) == 2


def test_what_the_program_made_itself_is_no_candidate() -> None:
    """The collection is read before the first create, and not again."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    created(lifecycle, {"name": "Villa"})
    created(lifecycle, {"name": "Villa"})
    assert len(account.objects) == 2
    assert sum((method, path) == ("GET", "/properties") for method, path, _ in account.sent) == 1


def test_what_exists_in_the_state_is_not_looked_for() -> None:
    """A preview of a stack that is only updated lists nothing."""
    account = account_with(VILLA)
    checked = account.lifecycle().check({"name": "Sea Villa"}, exists=True)
    assert checked.violations == []
    assert account.sent == []


@pytest.mark.parametrize(
    "inputs",
    [
        {"name": UNKNOWN},
        {"name": "Sea Villa", "address": UNKNOWN},
        {"name": "Sea Villa", "if_exists": UNKNOWN},
    ],
)
def test_what_a_preview_cannot_know_is_looked_for_by_the_create(inputs: dict[str, Json]) -> None:
    """The check passes; the create, which knows, still finds it."""
    account = account_with(VILLA)
    lifecycle = account.lifecycle(PROPERTY)
    assert lifecycle.check(inputs, exists=False).violations == []
    assert account.sent == []
    with pytest.raises(ExistingObjectError):
        lifecycle.create({"name": "Sea Villa"})


def test_brief_lists_hide_nothing() -> None:
    """Where a list shows ids only, the objects are read."""
    account = account_with(VILLA, {"id": "prop_6", "name": "Studio"})
    account.interfere = lambda request, respond: (
        type(respond(request))(200, json=[{"id": "prop_5"}, {"id": "prop_6"}])
        if request.url.path.endswith("/properties")
        else respond(request)
    )
    assert violations(account.lifecycle(), {"name": "Sea Villa", "address": "1 Road"})


LOFT = {"id": "prop_6", "name": "Loft", "bedrooms": 1, "notes": "theirs"}


def test_an_object_named_by_its_id_is_adopted(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it is called, and though another one has the name; a preview says what changes."""
    account = account_with(VILLA, LOFT)
    inputs: dict[str, Json] = {"name": "Sea Villa", "bedrooms": 3, "existing_id": "prop_6"}
    assert violations(account.lifecycle(), inputs) == []
    changes = ('name "Loft" → "Sea Villa"', "bedrooms 1 → 3")
    assert caplog.messages == [message(MessageCode.ADOPTED, "prop_6", *changes)]
    assert account.writes() == []
    identifier, outputs = created(account.lifecycle(), inputs)
    assert (identifier, outputs["existing_id"]) == ("prop_6", "prop_6")
    assert account.writes() == ["PUT /properties/prop_6"]
    assert account.objects["/properties/prop_6"]["notes"] == "theirs"


def test_an_object_as_declared_is_adopted_without_a_write() -> None:
    """It only becomes known to the state, at the cost of one request."""
    account = account_with(VILLA)
    inputs: dict[str, Json] = {"name": "Sea Villa", "existing_id": "prop_5"}
    assert created(account.lifecycle(), inputs)[0] == "prop_5"
    assert account.writes() == []


def test_an_id_that_is_not_there_is_an_error() -> None:
    """Nothing is created instead: who names an id means that listing."""
    account = account_with(VILLA)
    inputs: dict[str, Json] = {"name": "Villa", "existing_id": "prop_9"}
    facts = ("existing_id", "prop_9", BASE_URL)
    with raises(ExistingIdError, MessageCode.EXISTING_ID_NOT_FOUND, *facts):
        account.lifecycle().check(inputs, exists=False)
    with pytest.raises(ExistingIdError):
        account.lifecycle().create(inputs)
    assert account.writes() == []


def test_one_id_is_adopted_by_one_resource() -> None:
    """The second one that names it is refused."""
    lifecycle = account_with(VILLA).lifecycle()
    inputs: dict[str, Json] = {"name": "Sea Villa", "existing_id": "prop_5"}
    lifecycle.check(inputs, exists=False)
    with raises(ExistingIdError, MessageCode.EXISTING_ID_MANAGED, "existing_id", "prop_5"):
        lifecycle.check(inputs, exists=False)


def test_an_object_of_a_resource_of_the_stack_is_not_adopted() -> None:
    """Neither one that a refresh has read, nor one that would be replaced by itself."""
    account = account_with(VILLA, LOFT)
    loft = managed(account, "prop_6")
    inputs: dict[str, Json] = {"name": "Sea Villa", "existing_id": "prop_5"}
    _, outputs = created(account.lifecycle(), inputs)
    lifecycle = account.lifecycle()
    lifecycle.diff(through_engine(outputs), through_engine(inputs))
    lifecycle.read("prop_6", loft)
    for identifier in ("prop_5", "prop_6"):
        with raises(ExistingIdError, MessageCode.EXISTING_ID_MANAGED, identifier):
            lifecycle.check({"name": "Other", "existing_id": identifier}, exists=False)


def test_a_resource_is_not_given_up_for_another_id() -> None:
    """Its own id, none, or one that a preview cannot know yet are no change of the object."""
    account = account_with(VILLA, LOFT)
    inputs: dict[str, Json] = {"name": "Sea Villa", "existing_id": "prop_5"}
    _, outputs = created(account.lifecycle(), inputs)
    known = through_engine(outputs)
    lifecycle = account.lifecycle()
    with raises(ExistingIdError, MessageCode.EXISTING_ID_CHANGED, "prop_6", "prop_5"):
        lifecycle.diff(known, {"name": "Sea Villa", "existing_id": "prop_6"})
    assert not lifecycle.diff(known, inputs).changes
    assert lifecycle.diff(known, {"name": "Sea Villa"}).replaces == []
    assert lifecycle.diff(known, {"name": "Sea Villa", "existing_id": UNKNOWN}).replaces == []


def test_an_id_that_is_not_known_yet_is_looked_up_when_it_is() -> None:
    """A preview cannot; the create that follows does."""
    account = account_with(VILLA)
    inputs: dict[str, Json] = {"name": "Sea Villa", "existing_id": UNKNOWN}
    assert account.lifecycle().check(inputs, exists=False).violations == []
    assert account.sent == []
