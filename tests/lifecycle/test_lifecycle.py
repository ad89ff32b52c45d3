"""One lifecycle for all kinds: nothing undeclared is lost, and nothing declared stays different."""

import json
import logging
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount, created, through_engine
from support.json_values import NAMES, SCALARS, nested
from support.messages import message, raises

from pulumi_setsmart.client.errors import NotFoundError, ServerError, WrongAccountError
from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.metadata import dump_metadata, load_metadata, unapplied_in
from pulumi_setsmart.lifecycle.state_metadata import KEY, digest
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

VILLA: dict[str, Json] = {"name": "Villa", "bedrooms": 3, "attributes": {"pets": True}}
HOOK: dict[str, Json] = {"url": "https://a.example/", "events": ["a.a", "b.b"], "secret": "hush"}
RULE: dict[str, Json] = {"path": "/rules", "id_field": "id", "body": {"percent": 5, "on": ["sat"]}}
KINDS = {
    "property": (PROPERTY, VILLA),
    "hook": (WEBHOOK_SUBSCRIPTION, HOOK),
    "rule": (API_OBJECT, RULE),
}


def refreshed(lifecycle: Lifecycle, identifier: str, outputs: dict[str, Json]) -> dict[str, Json]:
    """Read an object that is there, and return its outputs."""
    seen = lifecycle.read(identifier, outputs)
    assert seen is not None
    return through_engine(seen.outputs)


def updated(
    lifecycle: Lifecycle, identifier: str, outputs: dict[str, Json], inputs: dict[str, Json]
) -> dict[str, Json]:
    """Update an object and return its outputs."""
    return through_engine(lifecycle.update(identifier, outputs, through_engine(inputs)))


def changes(lifecycle: Lifecycle, outputs: dict[str, Json], inputs: dict[str, Json]) -> bool:
    """Return whether a diff finds anything to do."""
    return lifecycle.diff(
        outputs, lifecycle.check(through_engine(inputs), exists=True).inputs
    ).changes


@pytest.mark.parametrize(("kind", "inputs"), KINDS.values(), ids=KINDS)
def test_what_was_created_is_as_declared(kind: Kind, inputs: dict[str, Json]) -> None:
    """After a create, and after the next read, there is nothing to do."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(kind)
    identifier, outputs = created(lifecycle, inputs)
    assert not changes(lifecycle, outputs, inputs)
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)
    assert len(account.writes()) == 1


@pytest.mark.parametrize(("kind", "inputs"), KINDS.values(), ids=KINDS)
def test_what_is_gone_reads_as_none_and_deletes_in_peace(
    kind: Kind, inputs: dict[str, Json]
) -> None:
    """An object that somebody deleted is to be made anew, and deleting it again is no error."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(kind)
    identifier, outputs = created(lifecycle, inputs)
    account.objects.clear()
    assert lifecycle.read(identifier, outputs) is None
    lifecycle.delete(identifier, outputs)


def test_the_outputs_are_the_named_and_the_declared_fields() -> None:
    """What a server adds never shows, whatever it is called."""
    account = InMemoryAccount(
        shown=lambda one: {**one, "address": "1 Sea Road", "rating": 5, "beds": None}
    )
    _, outputs = created(account.lifecycle(), VILLA)
    assert {name: value for name, value in outputs.items() if name != KEY} == {
        "id": "id_2",
        "name": "Villa",
        "address": "1 Sea Road",
        "bedrooms": 3,
        "attributes": {"pets": True},
        "deletion_policy": "delete",
    }


def test_an_update_sends_the_whole_object_less_what_the_server_sets() -> None:
    """Undeclared fields are sent back as they are now; ids and time stamps are not."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(read_only_fields=frozenset({"stamp"}))
    identifier, outputs = created(lifecycle, VILLA)
    account.objects["/properties/id_2"] |= {"photos": ["a"], "stamp": 1, "bedrooms": 9}
    updated(lifecycle, identifier, outputs, VILLA)
    assert account.sent[-1] == (
        "PUT",
        "/properties/id_2",
        {"name": "Villa", "bedrooms": 3, "pets": True, "photos": ["a"]},
    )


def test_an_update_of_what_is_as_declared_already_sends_nothing() -> None:
    """Somebody may have repaired it since the refresh."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    account.objects["/properties/id_2"]["bedrooms"] = 4
    four = {**VILLA, "bedrooms": 4}
    assert changes(lifecycle, outputs, four)
    outputs = updated(lifecycle, identifier, outputs, four)
    assert not changes(lifecycle, outputs, four)
    assert account.writes() == ["POST /properties"]


def test_an_update_of_what_was_deleted_says_so() -> None:
    """It is not made anew under our hands, and the user learns how to."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    account.objects.clear()
    with raises(NotFoundError, MessageCode.NOT_FOUND, "pulumi up --refresh"):
        updated(lifecycle, identifier, outputs, {**VILLA, "bedrooms": 4})


@pytest.mark.parametrize(
    "inputs",
    [
        {"name": "Villa", "attributes": {"pets": True}},
        {"name": "Villa", "bedrooms": 3},
        {"name": "Villa"},
    ],
)
def test_a_declaration_that_goes_changes_the_state_only(inputs: dict[str, Json]) -> None:
    """Nothing is sent, and later changes of the field are no drift."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    assert changes(lifecycle, outputs, inputs)
    outputs = updated(lifecycle, identifier, outputs, inputs)
    assert not changes(lifecycle, outputs, inputs)
    gone = {"bedrooms": 9} if "bedrooms" not in inputs else {"pets": False}
    account.objects["/properties/id_2"] |= gone
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)
    assert account.writes() == ["POST /properties"]


def test_drift_is_returned_as_inputs() -> None:
    """A read returns what a program would have to say, so that Pulumi can show the difference."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    account.objects["/properties/id_2"] |= {"bedrooms": 9, "address": "elsewhere"}
    del account.objects["/properties/id_2"]["pets"]
    seen = lifecycle.read(identifier, outputs)
    assert seen is not None
    assert seen.inputs == {
        "name": "Villa",
        "bedrooms": 9,
        "attributes": {"pets": None},
        "deletion_policy": "delete",
    }


def test_a_value_of_another_type_is_returned_as_inputs() -> None:
    """Python takes True for 1; the API does not."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    seen = lifecycle.read(identifier, outputs)
    assert seen is not None
    assert seen.inputs is None
    account.objects["/properties/id_2"]["pets"] = 1
    seen = lifecycle.read(identifier, outputs)
    assert seen is not None
    assert seen.inputs is not None
    assert seen.inputs["attributes"] == {"pets": 1}


@pytest.mark.parametrize(
    ("declared", "kept", "facts"),
    [
        ({"name": " Villa "}, {"name": "Villa"}, ["name", '"Villa"', '" Villa "']),
        ({"name": "VILLA"}, {"name": "villa"}, ["name", '"villa"', '"VILLA"']),
        ({"bathrooms": 2.25}, {"bathrooms": 2.3}, ["bathrooms", "2.3", "2.25"]),
        ({"attributes": {"a": {"b": [1, " x"]}}}, {"a": {"b": [1, "x"]}}, ["a.b.1", '"x"', '" x"']),
        ({"attributes": {"a": []}}, {"a": None}, ["a", "null", "[]"]),
        ({"attributes": {"a/b": " x"}}, {"a/b": "x"}, ["a/b", '"x"', '" x"']),
    ],
)
def test_what_the_server_makes_of_a_value_settles(
    declared: dict[str, Json],
    kept: dict[str, Json],
    facts: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The warning names both values, the next diffs are clean, and a third value is drift."""
    inputs = {"name": "Villa", **declared}
    account = InMemoryAccount(stored=lambda sent: {**sent, **kept})
    lifecycle = account.lifecycle()
    with caplog.at_level(logging.WARNING):
        identifier, outputs = created(lifecycle, inputs)
    assert caplog.messages == [message(MessageCode.VALUE_NORMALISED, *facts)]
    caplog.clear()
    for _ in range(2):
        assert not changes(lifecycle, outputs, inputs)
        outputs = refreshed(lifecycle, identifier, outputs)

    place = account.objects["/properties/id_2"]
    field, value = next(iter(kept.items()))
    place[field] = "a third value"
    outputs = refreshed(lifecycle, identifier, outputs)
    assert changes(lifecycle, outputs, inputs)
    place[field] = value
    outputs = refreshed(lifecycle, identifier, outputs)
    assert "a third value" not in str(outputs)
    outputs = updated(lifecycle, identifier, outputs, inputs)
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)


def test_a_secret_that_the_server_changes_is_not_named(caplog: pytest.LogCaptureFixture) -> None:
    """The warning tells the field only, and the metadata holds no value."""
    inputs: dict[str, Json] = {
        "name": "Villa",
        "attributes": {"door": {"code": " 47110815 "}},
        KEY: {"secret_paths": ["/door/code"]},
    }
    account = InMemoryAccount(stored=lambda sent: {**sent, "door": {"code": "47110815"}})
    with caplog.at_level(logging.WARNING):
        _, outputs = created(account.lifecycle(), inputs)
    assert caplog.messages == [message(MessageCode.VALUE_NORMALISED, "door.code")]
    assert "47110815" not in caplog.text
    assert "47110815" not in json.dumps(outputs[KEY])


@pytest.mark.parametrize("shown", [{"secret": "whsec_****hush"}, {"secret": None}, {}])
def test_a_secret_that_is_not_shown_is_no_drift(shown: dict[str, Any]) -> None:
    """Masked, null or absent: it is the one we know, and it is written when it changes."""

    def hidden(one: dict[str, Any]) -> dict[str, Any]:
        return {**{name: value for name, value in one.items() if name != "secret"}, **shown}

    account = InMemoryAccount(shown=hidden)
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    identifier, outputs = created(lifecycle, HOOK)
    outputs = refreshed(lifecycle, identifier, outputs)
    assert outputs["secret"] == "hush"
    assert not changes(lifecycle, outputs, HOOK)
    rotated = {**HOOK, "secret": "new"}
    assert changes(lifecycle, outputs, rotated)
    outputs = updated(lifecycle, identifier, outputs, rotated)
    assert account.objects["/webhooks/id_2"]["secret"] == "new"
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), rotated)


def test_webhook_subscriptions_may_be_elsewhere() -> None:
    """Their path is assumed, so it can be configured."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION, webhooks_path="/hooks")
    identifier, outputs = created(lifecycle, HOOK)
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), HOOK)
    assert account.writes() == ["POST /hooks"]


def test_an_id_may_be_called_otherwise() -> None:
    """A collection whose ids have another name is managed the same way, and they are not sent."""
    account = InMemoryAccount(shown=lambda one: {**one, "code": one["id"], "id": 7})
    lifecycle = account.lifecycle(API_OBJECT)
    inputs: dict[str, Json] = {"path": "/rules", "id_field": "code", "body": {"percent": 5}}
    identifier, outputs = created(lifecycle, inputs)
    assert identifier == "id_2"
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)
    updated(lifecycle, identifier, outputs, {**inputs, "body": {"percent": 6}})
    assert account.sent[-1] == ("PUT", "/rules/id_2", {"percent": 6})


def test_another_mask_is_no_drift() -> None:
    """A server may mask the same secret in another way tomorrow."""
    masks = iter(["whsec_****", "********", "••••••••", "…"])
    account = InMemoryAccount(shown=lambda one: {**one, "secret": next(masks)})
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    identifier, outputs = created(lifecycle, HOOK)
    for _ in range(3):
        outputs = refreshed(lifecycle, identifier, outputs)
        assert not changes(lifecycle, outputs, HOOK)


def test_a_value_that_becomes_secret_changes_the_state_only() -> None:
    """The state is written anew, so that the value is encrypted there; nothing is sent."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, VILLA)
    secretive: dict[str, Json] = {**VILLA, KEY: {"secret_paths": ["/pets"]}}
    assert changes(lifecycle, outputs, secretive)
    outputs = updated(lifecycle, identifier, outputs, secretive)
    assert not changes(lifecycle, outputs, secretive)
    assert account.writes() == ["POST /properties"]


def test_a_secret_that_others_changed_is_drift_where_it_shows() -> None:
    """A server that shows secrets lets us see that one was changed."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    identifier, outputs = created(lifecycle, HOOK)
    account.objects["/webhooks/id_2"]["secret"] = "theirs"
    assert changes(lifecycle, refreshed(lifecycle, identifier, outputs), HOOK)


def test_masked_secrets_are_not_written_back() -> None:
    """Neither named nor nested ones; asterisks elsewhere are no mask."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    inputs: dict[str, Json] = {"url": "https://a.example/", "events": ["a.a"]}
    identifier, outputs = created(lifecycle, inputs)
    account.objects["/webhooks/id_2"] |= {
        "secret": "********",
        "auth": {"token": "****1234", "user": "me"},
        "note": "*** new ***",
    }
    updated(lifecycle, identifier, outputs, {**inputs, "url": "https://b.example/"})
    assert account.sent[-1][2] == {
        "url": "https://b.example/",
        "events": ["a.a"],
        "auth": {"user": "me"},
        "note": "*** new ***",
    }


def test_the_order_of_events_is_no_difference() -> None:
    """Neither ours nor the server's."""
    account = InMemoryAccount(shown=lambda one: {**one, "events": [*reversed(one["events"])]})
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    identifier, outputs = created(lifecycle, HOOK)
    outputs = refreshed(lifecycle, identifier, outputs)
    assert not changes(lifecycle, outputs, {**HOOK, "events": ["b.b", "a.a"]})
    assert changes(lifecycle, outputs, {**HOOK, "events": ["b.b"]})


def test_a_create_that_went_through_cannot_fail_any_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where the new object cannot be read back, it is remembered all the same."""

    class Account(InMemoryAccount):
        def __call__(self, request: Any) -> Any:
            response = super().__call__(request)
            if request.method == "POST":
                return type(response)(201, json={"id": "id_2"})
            return type(response)(500) if self.writes() else response

    lifecycle = Account().lifecycle()
    with caplog.at_level(logging.WARNING):
        identifier, outputs = created(lifecycle, VILLA)
    assert (identifier, outputs["bedrooms"]) == ("id_2", 3)
    assert message(MessageCode.NOT_READ_BACK, "id_2") in caplog.messages
    with pytest.raises(ServerError):
        lifecycle.read(identifier, outputs)


def test_a_brief_response_to_a_create_is_completed() -> None:
    """Where the response holds the id only, the object is read once."""

    class Account(InMemoryAccount):
        def __call__(self, request: Any) -> Any:
            response = super().__call__(request)
            brief = request.method == "POST"
            return type(response)(201, json={"id": "id_2"}) if brief else response

    account = Account(shown=lambda one: {**one, "status": "active"})
    _, outputs = created(account.lifecycle(), VILLA)
    assert outputs["status"] == "active"


def test_another_path_is_another_object() -> None:
    """It is the only change that replaces."""
    lifecycle = InMemoryAccount().lifecycle(API_OBJECT)
    _, outputs = created(lifecycle, RULE)
    moved = lifecycle.diff(outputs, {**RULE, "path": "/other"})
    assert (moved.changes, moved.replaces) == (True, ["path"])
    assert lifecycle.diff(outputs, {**RULE, "body": {}}).replaces == []


ELSEWHERE: list[dict[str, Any]] = [
    {"base_url": "https://other.example/v1"},
    {"key": "another-key"},
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["base URL", "key"])
def test_an_object_that_is_not_in_another_account_is_not_deleted(
    elsewhere: dict[str, Any],
) -> None:
    """Under another URL or key, a 404 alone proves nothing: neither on read, update nor delete."""
    _, account = created(InMemoryAccount().lifecycle(), VILLA)
    lifecycle = InMemoryAccount().lifecycle(**elsewhere)
    with raises(WrongAccountError, MessageCode.NOT_IN_THIS_ACCOUNT, "id_2"):
        lifecycle.read("id_2", account)
    with pytest.raises(WrongAccountError):
        lifecycle.update("id_2", account, VILLA)
    with pytest.raises(WrongAccountError):
        lifecycle.delete("id_2", account)


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["base URL", "key"])
def test_a_sibling_proves_that_an_object_was_deleted(elsewhere: dict[str, Any]) -> None:
    """What stood beside it is still there, so it is the same account."""
    account = InMemoryAccount({"/properties/old": {"id": "old", "name": "Loft"}})
    _, outputs = created(account.lifecycle(), VILLA)
    del account.objects["/properties/id_2"]
    assert account.lifecycle(**elsewhere).read("id_2", outputs) is None


STRANGERS: dict[str, Json] = {"id": "id_2", "name": "Theirs", "bedrooms": 9}
WRITES = {
    "read": lambda lifecycle, outputs: lifecycle.read("id_2", outputs),
    "update": lambda lifecycle, outputs: lifecycle.update(
        "id_2", outputs, {**VILLA, "bedrooms": 4}
    ),
    "delete": lambda lifecycle, outputs: lifecycle.delete("id_2", outputs),
    "deactivate": lambda lifecycle, outputs: lifecycle.delete(
        "id_2", {**outputs, "deletion_policy": "deactivate"}
    ),
}


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["base URL", "key"])
@pytest.mark.parametrize("operation", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("siblings", [0, 1, 3])
def test_a_stranger_with_the_same_id_is_left_alone(
    elsewhere: dict[str, Any], operation: Callable[..., object], siblings: int
) -> None:
    """Another account may use the same ids, for the object and for all that stood beside it."""
    ids = [f"n{number}" for number in range(siblings)]
    ours = {
        f"/properties/{identifier}": {"id": identifier, "name": f"Ours {identifier}"}
        for identifier in ids
    }
    theirs = {
        f"/properties/{identifier}": {"id": identifier, "name": f"Theirs {identifier}"}
        for identifier in ids
    }
    _, outputs = created(InMemoryAccount(ours).lifecycle(), VILLA)
    account = InMemoryAccount({**theirs, "/properties/id_2": STRANGERS})
    with raises(WrongAccountError, MessageCode.DIFFERENT_OBJECT, "id_2"):
        operation(account.lifecycle(**elsewhere), outputs)
    assert account.writes() == []
    del account.objects["/properties/id_2"]
    with raises(WrongAccountError, MessageCode.NOT_IN_THIS_ACCOUNT, "id_2"):
        operation(account.lifecycle(**elsewhere), outputs)


@pytest.mark.parametrize("operation", WRITES.values(), ids=WRITES)
def test_an_object_that_was_renamed_is_known_by_what_stands_beside_it(
    operation: Callable[..., object],
) -> None:
    """A key may be rotated at the same time; one sibling that is called as it was is enough."""
    beside = {
        f"/properties/{identifier}": {"id": identifier, "name": f"Ours {identifier}"}
        for identifier in "abc"
    }
    account = InMemoryAccount(beside)
    _, outputs = created(account.lifecycle(), VILLA)
    account.objects["/properties/id_2"]["name"] = "Sea Villa"
    account.objects["/properties/a"]["name"] = "Renamed"
    del account.objects["/properties/b"]
    operation(account.lifecycle(key="rotated"), outputs)


def test_a_single_object_is_known_by_its_name() -> None:
    """Where that changed at the same time as the key, somebody has to say that it is the one."""
    account = InMemoryAccount()
    _, outputs = created(account.lifecycle(), VILLA)
    account.objects["/properties/id_2"]["bedrooms"] = 9
    assert account.lifecycle(key="rotated").read("id_2", outputs) is not None
    account.objects["/properties/id_2"]["name"] = "Sea Villa"
    with pytest.raises(WrongAccountError):
        account.lifecycle(key="rotated").read("id_2", outputs)
    accepting = account.lifecycle(key="rotated", accept_account_change=True)
    outputs = refreshed(accepting, "id_2", outputs)
    assert account.lifecycle(key="rotated").read("id_2", outputs) is not None


def test_an_object_without_a_name_is_known_by_what_is_declared() -> None:
    """Or by the ids beside it; where it is only read and was alone, nothing speaks against it."""
    account = InMemoryAccount()
    _, outputs = created(account.lifecycle(API_OBJECT), RULE)
    elsewhere = InMemoryAccount(
        {"/rules/id_2": {"id": "id_2", "percent": 5, "on": ["sat"], "note": 1}}
    )
    assert elsewhere.lifecycle(API_OBJECT, key="rotated").read("id_2", outputs) is not None
    elsewhere.objects["/rules/id_2"]["percent"] = 6
    with pytest.raises(WrongAccountError):
        elsewhere.lifecycle(API_OBJECT, key="rotated").read("id_2", outputs)
    only_read = refreshed(
        account.lifecycle(API_OBJECT), "id_2", {"path": "/rules", "id_field": "id"}
    )
    assert elsewhere.lifecycle(API_OBJECT, key="rotated").read("id_2", only_read) is not None
    account.objects["/rules/id_1"] = {"id": "id_1"}
    beside = InMemoryAccount({**account.objects})
    lifecycle = beside.lifecycle(API_OBJECT)
    lifecycle.check({**RULE, "identity": ["percent"]}, exists=False)  # reads the list
    noted = refreshed(lifecycle, "id_2", outputs)
    elsewhere.objects["/rules/id_1"] = {"id": "id_1"}
    assert elsewhere.lifecycle(API_OBJECT, key="rotated").read("id_2", noted) is not None


def test_a_change_of_account_can_be_accepted() -> None:
    """The user can say that what is missing is to be made anew."""
    _, outputs = created(InMemoryAccount().lifecycle(), VILLA)
    lifecycle = InMemoryAccount().lifecycle(key="another-key", accept_account_change=True)
    assert lifecycle.read("id_2", outputs) is None


def test_a_key_that_finds_the_object_is_remembered() -> None:
    """After a rotation the new key is the known one, and a 404 counts again."""
    account = InMemoryAccount()
    _, outputs = created(account.lifecycle(), VILLA)
    outputs = refreshed(account.lifecycle(key="new"), "id_2", outputs)
    account.objects.clear()
    assert account.lifecycle(key="new").read("id_2", outputs) is None


def test_the_state_holds_no_key() -> None:
    """The mark of the account is a salted digest, another one for each object."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(key="a-very-secret-key")
    states = [json.loads(str(created(lifecycle, VILLA)[1][KEY])) for _ in range(2)]
    marks = [state["account"]["key_digest"] for state in states]
    assert marks[0] != marks[1]
    assert "a-very-secret-key" not in str(marks)


def test_reading_the_first_time_what_is_not_there_is_an_error() -> None:
    """`.get` of an unknown id does not pretend that something was deleted."""
    with pytest.raises(NotFoundError):
        InMemoryAccount().lifecycle().read("id_2", {})


@given(st.dictionaries(NAMES.filter(lambda name: name not in PROPERTY.field_names | {"id"}),
                       nested(SCALARS), max_size=5))  # fmt: skip
@settings(max_examples=60)
def test_any_attributes_settle(attributes: dict[str, Json]) -> None:
    """Whatever JSON is declared arrives as declared, and there is nothing to do afterwards."""
    inputs: dict[str, Json] = {"name": "Villa", "address": None, "attributes": attributes}
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, inputs)
    stored = account.objects["/properties/id_2"]
    assert {name: stored[name] for name in attributes} == attributes
    assert stored["address"] is None
    assert not changes(lifecycle, outputs, inputs)
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)


@pytest.mark.parametrize(
    ("kind", "inputs", "kept"),
    [
        (
            WEBHOOK_SUBSCRIPTION,
            {
                "url": "https://a.example/hush-1",
                "events": ["a.a"],
                "status": "on",
                KEY: {"secret_paths": ["/url"]},
            },
            {"status": "ON"},
        ),
        (
            PROPERTY,
            {
                "name": "Villa",
                "attributes": {"doors": [{"code": "hush-1"}]},
                KEY: {"secret_paths": ["/doors/0/code"]},
            },
            {"doors": []},
        ),
        (
            PROPERTY,
            {
                "name": "Villa",
                "attributes": {"door": {"code": "hush-1"}},
                KEY: {"secret_paths": ["/door/code"]},
            },
            {"door": "hush-1"},
        ),
    ],
    ids=["title", "list", "object"],
)
def test_no_warning_shows_a_secret(
    kind: Kind, inputs: dict[str, Json], kept: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither as the title of the object, nor within what the server keeps otherwise."""
    account = InMemoryAccount(stored=lambda sent: {**sent, **kept})
    with caplog.at_level(logging.WARNING):
        created(account.lifecycle(kind), inputs)
    assert len(caplog.records) == 1
    assert "hush-1" not in caplog.text


def test_a_read_back_that_fails_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """A server's error may repeat what it was sent."""

    class Account(InMemoryAccount):
        def __call__(self, request: Any) -> Any:
            response = super().__call__(request)
            if request.method == "POST":
                return type(response)(201, json={"id": "id_2"})
            return type(response)(400, json={"message": "hush-1!"}) if self.writes() else response

    inputs: dict[str, Json] = {**VILLA, "address": "hush-1", KEY: {"secret_paths": ["/address"]}}
    with caplog.at_level(logging.WARNING):
        created(Account().lifecycle(), inputs)
    assert message(MessageCode.NOT_READ_BACK, "[secret]!") in caplog.messages
    assert "hush-1" not in caplog.text


def test_a_body_with_a_field_called_data_is_no_envelope() -> None:
    """An object whose id is called otherwise is read as it is, whatever its fields are called."""
    account = InMemoryAccount(
        shown=lambda one: {"code" if name == "id" else name: one[name] for name in one}
    )
    lifecycle = account.lifecycle(API_OBJECT)
    inputs: dict[str, Json] = {"path": "/rules", "id_field": "code", "body": {"data": {"a": 1}}}
    identifier, outputs = created(lifecycle, inputs)
    assert identifier == "id_2"
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)


@given(
    undeclared=st.dictionaries(NAMES, nested(SCALARS | st.none()), max_size=4),
    before=st.dictionaries(NAMES, nested(SCALARS), max_size=3),
    after=st.dictionaries(NAMES, nested(SCALARS), max_size=3),
)
@settings(max_examples=60)
def test_any_update_loses_nothing_undeclared_and_settles(
    undeclared: dict[str, Json], before: dict[str, Json], after: dict[str, Json]
) -> None:
    """From any declaration to any other, beside whatever others keep in the object."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(API_OBJECT, read_only_fields=frozenset())
    where: dict[str, Json] = {"path": "/rules", "id_field": "__id"}
    account.shown = lambda one: {"__id": one["id"], "rest": one["rest"], **one["fields"]}
    account.stored = lambda sent: {
        "rest": sent.get("rest"),
        "fields": {name: value for name, value in sent.items() if name not in ("__id", "rest")},
    }
    before, after = ({**fields, "rest": 1} for fields in (before, after))
    identifier, outputs = created(lifecycle, {**where, "body": before})
    place = account.objects["/rules/id_2"]["fields"]
    others = {name: value for name, value in undeclared.items() if name not in {**before, **after}}
    place |= others
    inputs: dict[str, Json] = {**where, "body": after}
    outputs = refreshed(lifecycle, identifier, outputs)
    if changes(lifecycle, outputs, inputs):
        outputs = updated(lifecycle, identifier, outputs, inputs)
    now = account.objects["/rules/id_2"]["fields"]
    assert {name: now[name] for name in others} == others
    assert {**before, **others, **after}.keys() == {*now, "rest"}
    assert not changes(lifecycle, outputs, inputs)
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)


HIDING: dict[str, dict[str, Any]] = {
    "absent": {},
    "masked": {"secret": "whsec_****"},
    "null": {"secret": None},
}


def shown_once(hidden: dict[str, Any]) -> InMemoryAccount:
    """Return an account that makes a secret, and shows it only in the response to the POST."""

    class Account(InMemoryAccount):
        def respond(self, request: Any) -> Any:
            response = super().respond(request)
            if request.method == "POST":
                made = self.objects["/webhooks/id_2"]
                made["secret"] = made.get("secret") or "whsec_made"
                return type(response)(201, json=made)
            return response

    def hide(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if name != "secret"} | hidden

    return Account(shown=hide)


@pytest.mark.parametrize("hidden", HIDING.values(), ids=HIDING)
def test_a_secret_that_is_shown_once_is_never_lost(hidden: dict[str, Any]) -> None:
    """Every step takes it along and an update sends it, as this server drops what is not sent."""
    account = shown_once(hidden)
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    inputs: dict[str, Json] = {"url": "https://a.example/", "events": ["a.a"]}
    identifier, outputs = created(lifecycle, inputs)
    for number in range(3):
        assert outputs["secret"] == "whsec_made"
        outputs = refreshed(lifecycle, identifier, outputs)
        assert outputs["secret"] == "whsec_made"
        assert not changes(lifecycle, outputs, inputs)
        inputs = {**inputs, "url": f"https://a.example/{number}"}
        outputs = updated(lifecycle, identifier, outputs, inputs)
        assert account.objects["/webhooks/id_2"]["secret"] == "whsec_made"


@pytest.mark.parametrize("hidden", HIDING.values(), ids=HIDING)
def test_clearing_ends_a_secret_that_is_hidden(hidden: dict[str, Any]) -> None:
    """`CLEAR` is sent, and the old secret is not taken along any more."""
    account = shown_once(hidden)
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    inputs: dict[str, Json] = {"url": "https://a.example/", "events": ["a.a"]}
    identifier, outputs = created(lifecycle, inputs)
    inputs["secret"] = None
    outputs = updated(lifecycle, identifier, outputs, inputs)
    assert account.objects["/webhooks/id_2"]["secret"] is None
    assert outputs.get("secret") is None
    assert refreshed(lifecycle, identifier, outputs).get("secret") is None
    assert not changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)


def test_a_new_secret_of_the_server_is_taken() -> None:
    """One that it shows is the one that counts."""
    account = shown_once({})
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    inputs: dict[str, Json] = {"url": "https://a.example/", "events": ["a.a"]}
    identifier, outputs = created(lifecycle, inputs)
    account.shown = lambda one: {**one, "secret": "whsec_rotated"}
    assert refreshed(lifecycle, identifier, outputs)["secret"] == "whsec_rotated"


@pytest.mark.parametrize(
    ("elsewhere", "kept"),
    [
        ({"base_url": "https://other.example/v1"}, False),
        ({"key": "rotated-key"}, True),
    ],
)
def test_a_secret_is_not_taken_into_another_account(
    elsewhere: dict[str, Any], *, kept: bool
) -> None:
    """The object with this id may be another one there; a key that is rotated is the same one."""
    account = shown_once({})
    inputs: dict[str, Json] = {"url": "https://a.example/", "events": ["a.a"]}
    identifier, outputs = created(account.lifecycle(WEBHOOK_SUBSCRIPTION), inputs)
    seen = refreshed(account.lifecycle(WEBHOOK_SUBSCRIPTION, **elsewhere), identifier, outputs)
    assert ("secret" in seen) is kept
    account.objects["/webhooks/id_2"]["url"] = "https://b.example/"
    with pytest.raises(WrongAccountError):
        account.lifecycle(WEBHOOK_SUBSCRIPTION, key="theirs").read(identifier, outputs)
    accepting = account.lifecycle(WEBHOOK_SUBSCRIPTION, key="theirs", accept_account_change=True)
    assert "secret" not in refreshed(accepting, identifier, outputs)


def test_null_means_cleared_where_it_did_not_mean_hidden() -> None:
    """A server that showed a secret after our write, and now shows null, has none any more."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle(WEBHOOK_SUBSCRIPTION)
    identifier, outputs = created(lifecycle, HOOK)
    account.objects["/webhooks/id_2"]["secret"] = None
    outputs = refreshed(lifecycle, identifier, outputs)
    assert outputs["secret"] is None
    assert changes(lifecycle, outputs, HOOK)
    outputs = updated(lifecycle, identifier, outputs, HOOK)
    assert account.objects["/webhooks/id_2"]["secret"] == "hush"


@pytest.mark.parametrize("hidden", [None, "********", ...], ids=["null", "masked", "absent"])
def test_nested_secrets_are_taken_along_too(hidden: Any) -> None:
    """Those that are declared as such; what is declared beside them is compared as ever."""

    def hide(one: dict[str, Any]) -> dict[str, Any]:
        doors = [{**door} for door in one["doors"]]
        for door in doors:
            del door["pin"]
            if hidden is not ...:
                door["pin"] = hidden
        return {**one, "doors": doors}

    inputs: dict[str, Json] = {
        "name": "Villa",
        "attributes": {"doors": [{"pin": "4711", "side": "left"}]},
        KEY: {"secret_paths": ["/doors/0/pin"]},
    }
    account = InMemoryAccount(shown=hide)
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, inputs)
    for bedrooms in (1, 2):
        outputs = refreshed(lifecycle, identifier, outputs)
        assert not changes(lifecycle, outputs, inputs)
        inputs = {**inputs, "bedrooms": bedrooms}
        outputs = updated(lifecycle, identifier, outputs, inputs)
        assert account.objects["/properties/id_2"]["doors"][0]["pin"] == "4711"
    account.objects["/properties/id_2"]["doors"][0]["side"] = "right"
    assert changes(lifecycle, refreshed(lifecycle, identifier, outputs), inputs)


@pytest.mark.parametrize(
    ("declared", "kept", "facts"),
    [
        ({"max_guests": 50}, {"max_guests": 16}, ["max_guests", 16, 50]),
        ({"attributes": {"typo": 1}}, {"typo": None}, ["typo", "null", 1]),
        ({"attributes": {"a": [1, 2]}}, {"a": [1]}, ["a", "[1]", "[1, 2]"]),
        ({"attributes": {"a": [1, 2]}}, {"a": [2, 1]}, ["a", "unordered"]),
        ({"attributes": {"a": {"b": True}}}, {"a": {"b": False}}, ["a.b", "false", "true"]),
        ({"address": None}, {"address": "1 Road"}, ["address", '"1 Road"', "null"]),
    ],
)
def test_what_the_server_does_not_apply_stays_a_difference(
    declared: dict[str, Json],
    kept: dict[str, Json],
    facts: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After the create and every update, with a warning each time, until the program agrees."""
    inputs: dict[str, Json] = {"name": "Villa", **declared}
    account = InMemoryAccount(stored=lambda sent: {**sent, **kept})
    lifecycle = account.lifecycle()
    with caplog.at_level(logging.WARNING):
        identifier, outputs = created(lifecycle, inputs)
        for _ in range(2):
            expected = message(MessageCode.VALUE_NOT_APPLIED, *facts, "ignore_changes")
            assert caplog.messages == [expected]
            caplog.clear()
            assert changes(lifecycle, outputs, inputs)
            seen = lifecycle.read(identifier, outputs)
            assert seen is not None
            assert seen.inputs is not None
            outputs = through_engine(seen.outputs)
            assert changes(lifecycle, outputs, inputs)
            outputs = updated(lifecycle, identifier, outputs, inputs)
    assert account.writes()[1:] == ["PUT /properties/id_2"] * 2


def test_a_secret_that_is_not_applied_is_in_no_report() -> None:
    """What reports read is not encrypted: it has the plain values that were not applied, alone."""
    account = InMemoryAccount(stored=lambda sent: {**sent, "max_guests": 16, "door_code": "kept"})
    inputs: dict[str, Json] = {
        "name": "Villa",
        "max_guests": 50,
        "attributes": {"door_code": "hush-hush"},
        "__setsmart": {"secret_paths": ["/door_code"]},
    }
    _, outputs = created(account.lifecycle(), inputs)
    assert unapplied_in(outputs) == {"/max_guests": 50}
    assert "hush-hush" not in json.dumps(outputs)


def test_what_pulumi_can_see_for_itself_is_left_to_it() -> None:
    """A value that is declared anew, not one that a new listing would not get either."""
    account = InMemoryAccount(stored=lambda sent: {**sent, "max_guests": 16})
    lifecycle = account.lifecycle()
    inputs: dict[str, Json] = {"name": "Villa", "max_guests": 50}
    identifier, outputs = created(lifecycle, inputs)

    def shows(inputs: dict[str, Json]) -> bool:
        return lifecycle.diff(outputs, inputs).shows_in_inputs

    assert not shows(inputs)
    outputs = refreshed(lifecycle, identifier, outputs)
    assert not shows(inputs)
    assert shows({**inputs, "max_guests": 60})
    assert shows({**inputs, "name": "Loft"})
    inputs["max_guests"] = 60
    outputs = updated(lifecycle, identifier, outputs, inputs)
    assert not shows(inputs)
    outputs = refreshed(lifecycle, identifier, outputs)
    assert shows(inputs)


@pytest.mark.parametrize("declared", ["Sea Villa", "Harbour"])
def test_an_accepted_value_of_an_older_state_is_judged_again(declared: str) -> None:
    """What was taken as the same although it is another value shows as what it is."""
    account = InMemoryAccount()
    lifecycle = account.lifecycle()
    identifier, outputs = created(lifecycle, {"name": declared})
    metadata = load_metadata(outputs)
    assert metadata is not None
    account.objects["/properties/id_2"]["name"] = "sea villa"
    accepted = {"/name": digest(metadata.salt, "sea villa")}
    outputs[KEY] = dump_metadata(attrs.evolve(metadata, accepted_values=accepted))
    settled = declared == "Sea Villa"
    assert changes(lifecycle, refreshed(lifecycle, identifier, outputs), {"name": declared}) is (
        not settled
    )
