"""The native plugin over an account in memory: what it answers the engine."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as protocol
from support.in_memory_account import InMemoryAccount
from support.in_memory_plugin import Engine, plugin_of
from support.messages import message

from pulumi_setsmart.lifecycle.kind import API_OBJECT
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.plugin.servicer import SetSmartPlugin
from pulumi_setsmart.plugin.values import received, sent
from pulumi_setsmart.providers.failure import SetSmartFailure

SECRET = "code-4711"
INPUTS = {"name": "Villa", "attributes": {"door_code": SECRET, "pets": True}}
SECRET_PATH = "/attributes/door_code"


@pytest.fixture
def account() -> InMemoryAccount:
    return InMemoryAccount()


@pytest.fixture
def plugin(account: InMemoryAccount) -> SetSmartPlugin:
    return plugin_of(account.lifecycle())


def test_a_preview_keeps_what_is_secret(plugin: SetSmartPlugin) -> None:
    """A stack output of it would show it, and so would another resource."""
    engine = Engine(plugin, "villa")
    inputs = engine.check(INPUTS, (SECRET_PATH,)).inputs
    assert SECRET_PATH in received(engine.create(inputs, preview=True).properties).secret_paths
    made = engine.create(inputs)
    changed = engine.check({**INPUTS, "bedrooms": 2}, (SECRET_PATH,), inputs).inputs
    planned = engine.update(made.id, made.properties, changed, preview=True).properties
    assert SECRET_PATH in received(planned).secret_paths
    body = {"path": "/rules", "body": {"code": SECRET}}
    rule = Engine(plugin, "rule", API_OBJECT)
    planned = rule.create(rule.check(body, ("/body",)).inputs, preview=True).properties
    assert "/body" in received(planned).secret_paths


def test_refreshes_change_nothing_where_nothing_has_changed(account: InMemoryAccount) -> None:
    """However often, and with a secret too."""
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    inputs = engine.check(INPUTS, (SECRET_PATH,)).inputs
    made = engine.create(inputs)
    outputs = made.properties
    for _ in range(3):
        engine = Engine(plugin_of(account.lifecycle()), "villa")
        seen = engine.read(made.id, outputs, inputs)
        if seen.HasField("inputs"):
            inputs = seen.inputs
        outputs = seen.properties
        difference = engine.diff(made.id, outputs, inputs)
        assert difference.changes == protocol.DiffResponse.DIFF_NONE
        assert SECRET_PATH in received(outputs).secret_paths


def test_what_is_only_read_claims_nothing_however_often(account: InMemoryAccount) -> None:
    """Also where a program says where it is, and after refreshes; a resource may manage it."""
    rule = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    body = {"path": "/rules", "body": {"percent": 5}}
    made = rule.create(rule.check(body).inputs)
    plugin = plugin_of(account.lifecycle())
    reader = Engine(plugin, "reader", API_OBJECT)
    place = sent({"path": "/rules"})
    seen = reader.read(made.id, place)
    for _ in range(2):
        plugin = plugin_of(account.lifecycle())
        reader = Engine(plugin, "reader", API_OBJECT)
        seen = reader.read(made.id, seen.properties, place)
    assert received(seen.properties).values["body"] == {"percent": 5}
    Engine(plugin, "rule", API_OBJECT).read(made.id, made.properties, rule.check(body).inputs)


def test_an_import_does_not_replace_what_a_resource_has(account: InMemoryAccount) -> None:
    """Pulumi would delete the listing that it has."""
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    inputs = engine.check({"name": "Villa"}).inputs
    made = engine.create(inputs)
    account.objects["/properties/prop_9"] = {"id": "prop_9", "name": "Other"}
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    engine.read(made.id, made.properties, inputs)
    with pytest.raises(SetSmartFailure, match=MessageCode.EXISTING_ID_CHANGED):
        engine.read("prop_9")


@pytest.mark.parametrize("retries", [False, True])
def test_what_an_import_replaces_is_not_deleted(account: InMemoryAccount, *, retries: bool) -> None:
    """Pulumi stores an import before it is compared; a run that failed then goes on later."""
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    made = engine.create(engine.check({"name": "Villa"}).inputs)
    account.objects["/properties/prop_9"] = {"id": "prop_9", "name": "Other"}
    engine = Engine(plugin_of(account.lifecycle()), "villa")  # which has not read what was made
    imported = engine.read("prop_9")
    inputs = engine.check({"name": "Other"}, (), imported.inputs).inputs
    outputs = imported.properties
    if retries:
        outputs = engine.update("prop_9", outputs, inputs).properties
        engine = Engine(plugin_of(account.lifecycle()), "villa")
        engine.check({"name": "Other"}, (), inputs)
    engine.diff("prop_9", outputs, inputs)
    engine.delete(made.id, made.properties)
    assert len(account.objects) == 2


def test_what_was_imported_is_not_deleted_before_a_program_declares_it(
    account: InMemoryAccount,
) -> None:
    """It may be what a wrong id led to. A refresh shows that the state has what is declared."""
    account.objects["/properties/prop_9"] = {"id": "prop_9", "name": "Other"}
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    imported = engine.read("prop_9")
    inputs = engine.check({"name": "Other"}, (), imported.inputs).inputs
    engine.diff("prop_9", imported.properties, inputs)
    for declares in (True, False):
        engine = Engine(plugin_of(account.lifecycle()), "villa")
        outputs = engine.read("prop_9", imported.properties, imported.inputs).properties
        if declares:
            engine.check({"name": "Other"}, (), imported.inputs)
        engine.delete("prop_9", outputs)
        assert len(account.objects) == 1
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    engine.delete("prop_9", engine.read("prop_9", imported.properties, inputs).properties)
    assert not account.objects


@pytest.mark.parametrize("identifier", ["/rules/a", "/rules/b", "/rules/missing", "b"])
def test_an_import_that_fails_deletes_nothing(account: InMemoryAccount, identifier: str) -> None:
    """Pulumi may go on after an error, and delete what the resource has."""
    account.objects["/rules/b"] = {"id": "b"}
    engine = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    inputs = engine.check({"path": "/rules", "body": {"percent": 5}}).inputs
    made = engine.create(inputs)
    engine = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    engine.read(made.id, made.properties, inputs)
    text = f"/rules/{made.id}" if identifier == "/rules/a" else identifier
    with pytest.raises(SetSmartFailure):
        engine.read(text)
    with pytest.raises(SetSmartFailure, match=MessageCode.DELETION_STOPPED):
        engine.delete(made.id, made.properties)
    assert len(account.objects) == 2


@pytest.mark.parametrize(
    ("found", "declared", "facts"),
    [
        ({}, {"account": "eu"}, ("none", '"eu"', "eu:prop_1")),
        ({"account": "us"}, {"account": "eu"}, ('"us"', '"eu"', "eu:prop_1")),
        ({"account": "eu"}, {}, ('"eu"', "none")),
    ],
)
def test_an_import_from_another_account_than_the_declared_one_is_refused(
    account: InMemoryAccount, found: Any, declared: Any, facts: tuple[str, ...]
) -> None:
    """Pulumi would replace it, and delete what may be a stranger's."""
    account.objects["/properties/prop_1"] = {"id": "prop_1", "name": "Villa"}
    engine = Engine(plugin_of(account.lifecycle()), "villa")
    imported = engine.read("prop_1", sent(found))
    inputs = engine.check({"name": "Villa", **declared}, (), imported.inputs).inputs
    later = Engine(plugin_of(account.lifecycle()), "villa")
    refreshed = later.read("prop_1", imported.properties, imported.inputs)
    for process, outputs in ((engine, imported.properties), (later, refreshed.properties)):
        with pytest.raises(SetSmartFailure) as caught:
            process.diff("prop_1", outputs, inputs)
        assert str(caught.value) == message(MessageCode.PLACE_OF_IMPORT, "prop_1", *facts)


def test_an_import_from_another_path_than_the_declared_one_is_refused(
    account: InMemoryAccount,
) -> None:
    """A slash at the end makes no other path."""
    account.objects["/rules/a"] = {"id": "a", "percent": 5}
    engine = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    imported = engine.read("/rules/a")

    def diff(path: str) -> Any:
        declared = {"path": path, "body": {"percent": 5}}
        inputs = engine.check(declared, ("/body",), imported.inputs).inputs
        return engine.diff("a", imported.properties, inputs)

    assert not diff("/rules/").replaces
    with pytest.raises(SetSmartFailure) as caught:
        diff("/prices")
    assert str(caught.value) == message(MessageCode.PLACE_OF_IMPORT, "/rules", "/prices/a")


def test_an_import_knows_only_objects_with_the_usual_id(account: InMemoryAccount) -> None:
    """Another field for ids would replace what was imported."""
    account.objects["/rules/a"] = {"id": "a", "code": "b"}
    engine = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    imported = engine.read("/rules/a")
    declared = {"path": "/rules", "id_field": "code", "body": {"percent": 5}}
    inputs = engine.check(declared, ("/body",), imported.inputs).inputs
    with pytest.raises(SetSmartFailure) as caught:
        engine.diff("a", imported.properties, inputs)
    facts = ('"id"', '"code"', "existing_id")
    assert str(caught.value) == message(MessageCode.PLACE_OF_IMPORT, "id_field", *facts)


def test_an_import_of_any_object_names_its_collection(plugin: SetSmartPlugin) -> None:
    """An id alone may be that of an object of any collection."""
    with pytest.raises(SetSmartFailure) as caught:
        Engine(plugin, "rule", API_OBJECT).read("a")
    assert str(caught.value) == message(MessageCode.PLACE_OF_IMPORT, "/pricing-rules/a")


def test_what_a_run_reads_by_its_id_is_not_deleted_in_it(account: InMemoryAccount) -> None:
    """A resource that becomes one that is only read gives nothing up without a permission."""
    engine = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    made = engine.create(engine.check({"path": "/rules", "body": {"percent": 5}}).inputs)
    engine = Engine(plugin_of(account.lifecycle()), "rule", API_OBJECT)
    engine.read(f"/rules/{made.id}")
    with pytest.raises(SetSmartFailure, match=MessageCode.DELETION_STOPPED):
        engine.delete(made.id, made.properties)
    assert len(account.objects) == 1
    allowed = account.lifecycle(allowed_deletions=frozenset({made.id}))
    engine = Engine(plugin_of(allowed), "rule", API_OBJECT)
    engine.read(f"/rules/{made.id}")
    engine.delete(made.id, made.properties)
    assert not account.objects


def test_an_input_that_is_none_is_refused(plugin: SetSmartPlugin) -> None:
    """Other languages pass whatever a program has: it would have no effect."""
    failures = Engine(plugin, "villa").check({"name": "Villa", "maxGuests": 4}).failures
    [reason] = [failure.reason for failure in failures]
    assert reason.startswith("maxGuests: ")
    assert reason.endswith(f"[{MessageCode.UNKNOWN_FIELD}]")


@pytest.mark.parametrize("wrong", [{"bedroms": 5}, {"bedrooms": "two"}, {"clear": ["*"]}])
def test_inputs_that_are_refused_are_not_looked_up(
    account: InMemoryAccount, wrong: dict[str, Any]
) -> None:
    """A typing mistake is found before any request, and before anything is adopted."""
    plugin = plugin_of(account.lifecycle(if_exists=IfExists.ADOPT))
    failures = Engine(plugin).check({"name": "Villa", **wrong}).failures
    assert len(failures) == 1
    assert account.sent == []


@pytest.mark.parametrize("name", [[UNKNOWN], {"field": UNKNOWN}])
def test_names_that_hold_something_unknown_are_looked_at_later(
    plugin: SetSmartPlugin, name: Json
) -> None:
    """A preview does not know whether they are names."""
    checked = Engine(plugin).check({"name": "Villa", "clear": [name]})
    assert not checked.failures
    assert received(checked.inputs).values["clear"] is UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["rule_1", "/rule_1", "/rules/", "/properties/../webhooks/wh_1", "/a?b/c", "/a//b/c"],
)
def test_an_import_asks_only_for_what_can_be_in_a_collection(
    account: InMemoryAccount, text: str
) -> None:
    """A path that leads elsewhere would be asked with the key, and stored."""
    plugin = plugin_of(account.lifecycle())
    with pytest.raises(SetSmartFailure) as caught:
        Engine(plugin, kind=API_OBJECT).read(text)
    assert str(caught.value) == message(MessageCode.PLACE_OF_IMPORT, "/pricing-rules/")
    assert account.sent == []


@pytest.mark.parametrize(
    "declared",
    [
        {"max_guests": 2.0**53},
        {"attributes": {"n": [2.0**53]}},
        {"attributes": {"n": {"m": -(2.0**53)}}},
        {"attributes": {"n": 2.0**60}},
    ],
)
def test_a_number_that_may_have_been_rounded_is_refused(
    plugin: SetSmartPlugin, declared: dict[str, Any]
) -> None:
    """The plugin sees doubles: 2^53 + 1 has become 2^53."""
    [failure] = Engine(plugin).check({"name": "Villa", **declared}).failures
    assert failure.reason == message(MessageCode.INEXACT_NUMBER, *declared)


@pytest.mark.parametrize("name", ["deletion_policy", "account", "clear", "__setsmart"])
def test_inputs_are_not_cleared(plugin: SetSmartPlugin, name: str) -> None:
    """Only fields are; a field that is called as an input is named with all that leads to it."""
    [failure] = Engine(plugin).check({"name": "Villa", "clear": [name]}).failures
    assert failure.reason == message(MessageCode.INVALID_VALUE, "clear", name, "leave the input")
    checked = Engine(plugin).check({"name": "Villa", "clear": ["/attributes/account"]})
    assert not checked.failures
