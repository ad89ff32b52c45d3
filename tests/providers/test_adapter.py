"""Pulumi's side of a provider: what comes in and goes out is what crosses the wire."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount
from support.in_memory_provider import (
    NOT_KNOWN,
    as_stored,
    checked,
    over_the_wire,
    provider_of,
)
from support.interface import BOTH_INTERFACES, DYNAMIC, NATIVE, Interface
from support.json_values import NAMES, SCALARS, nested
from support.messages import message

from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION
from pulumi_setsmart.lifecycle.resource_key import RESOURCE
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, may_be_rounded
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.failure import SetSmartFailure

SHOWN_CHANGE = {DYNAMIC.name: None, NATIVE.name: True}
"""What a diff says of a change that the inputs show: dynamic providers let the engine compare."""


def without_key(inputs: Any) -> dict[str, Any]:
    """Return inputs without the key of their resource, which the plugin knows by itself."""
    return {name: value for name, value in inputs.items() if name != RESOURCE}


@BOTH_INTERFACES
def test_a_listing_is_created_read_updated_and_deleted(interface: Interface) -> None:
    """Check, create, read, diff, update and delete, with whole numbers for whole numbers."""
    account = InMemoryAccount()
    provider = provider_of(account, interface=interface)
    inputs = checked(provider, {"name": "Villa", "bedrooms": 3, "address": CLEAR})
    made = provider.create(inputs)
    assert account.sent[-1] == (
        "POST",
        "/properties",
        {"name": "Villa", "bedrooms": 3, "address": None},
    )
    assert type(account.sent[-1][2]["bedrooms"]) is int
    outputs = over_the_wire(made.outs)
    seen = provider.read(made.id, outputs)
    assert seen.id == made.id
    assert over_the_wire(seen.outs) == outputs
    assert not provider.diff(made.id, as_stored(outputs), inputs).changes

    inputs = checked(provider, {"name": "Villa", "bedrooms": 4})
    difference = provider.diff(made.id, as_stored(outputs), inputs)
    assert difference.changes is SHOWN_CHANGE[interface.name]
    outputs = over_the_wire(provider.update(made.id, outputs, inputs).outs)
    assert not provider.diff(made.id, as_stored(outputs), inputs).changes
    provider.delete(made.id, outputs)
    assert account.objects == {}
    assert provider.read(made.id, outputs).id == ""


@BOTH_INTERFACES
def test_a_read_returns_drift_as_inputs(interface: Interface) -> None:
    """Pulumi shows the difference to what the program declares, null included."""
    account = InMemoryAccount()
    provider = provider_of(account, interface=interface)
    made = provider.create(checked(provider, {"name": "Villa", "status": "on"}))
    account.objects[f"/properties/{made.id}"]["status"] = None
    seen = provider.read(made.id, over_the_wire(made.outs))
    shown = {"name": "Villa", "status": CLEAR, "deletion_policy": "delete"}
    assert without_key(seen.inputs) == shown


def in_former_form(properties: Any) -> Any:
    """Return properties as a state holds them that was written before null had its present form."""
    return json.loads(json.dumps(properties).replace(CLEAR.value, "setsmart:null"))


def test_a_read_replaces_the_former_form_of_null() -> None:
    """In outputs and inputs, though nothing has changed; after that, inputs are left alone."""
    account = InMemoryAccount()
    provider = provider_of(account)
    inputs = checked(provider, {"name": "Villa", "address": CLEAR, "attributes": {"n": [CLEAR]}})
    made = provider.create(inputs)
    outputs = over_the_wire(made.outs)
    seen = provider.read(made.id, in_former_form(outputs))
    assert over_the_wire(seen.outs)["address"] == CLEAR
    assert "setsmart:null" not in json.dumps([seen.outs, seen.inputs])
    assert seen.inputs == {key: one for key, one in inputs.items() if not key.startswith("__")}
    assert provider.read(made.id, over_the_wire(seen.outs)).inputs is None


def test_the_former_form_of_null_is_no_change() -> None:
    """Neither to us nor to the engine, where it compares the inputs by itself."""
    provider = provider_of(InMemoryAccount())
    declared = {"name": "Villa", "address": CLEAR, "bedrooms": 3}
    inputs = checked(provider, declared)
    made = provider.create(inputs)
    olds = in_former_form(inputs)
    news = over_the_wire({**declared, "__provider": "pickled"})
    assert provider.check(olds, news).inputs["address"] == "setsmart:null"
    assert not provider.diff(
        made.id, as_stored(in_former_form(over_the_wire(made.outs))), inputs
    ).changes
    assert not provider.diff(made.id, as_stored(over_the_wire(made.outs)), olds).changes


def test_a_first_read_declares_nothing() -> None:
    """What the program would say of an object that it only reads is not ours to invent."""
    account = InMemoryAccount({"/rules/r": {"id": "r", "percent": 5, "token": "***", "z": [None]}})
    provider = provider_of(account, API_OBJECT)
    seen = provider.read("r", over_the_wire({"path": "/rules", "id_field": "id"}))
    assert seen.inputs is None
    assert seen.outs is not None
    assert seen.outs["body"] == {"percent": 5, "z": [CLEAR]}


@BOTH_INTERFACES
def test_a_check_failure_has_no_property(interface: Interface) -> None:
    """Pulumi prints the value of a field that a failure names, and it may be a secret."""
    provider = provider_of(InMemoryAccount(), WEBHOOK_SUBSCRIPTION, interface=interface)
    news = over_the_wire({"url": "hush", "events": ["hush"], "secret": 5})
    failures = provider.check({}, news).failures
    assert [failure.property for failure in failures] == ["", "", ""]
    assert [failure.reason.split(":")[0] for failure in failures] == ["url", "events", "secret"]
    assert "hush" not in str([failure.reason for failure in failures])


@BOTH_INTERFACES
def test_what_is_not_known_yet_passes_and_stays_so(interface: Interface) -> None:
    """In a preview, a value that another resource will give changes the object."""
    provider = provider_of(InMemoryAccount(), interface=interface)
    inputs = checked(provider, {"name": "Villa", "attributes": {"beside": "prop_1"}})
    outputs = over_the_wire(provider.create(inputs).outs)
    for news in (
        {"name": NOT_KNOWN, "attributes": {"beside": "prop_1"}},
        {"name": "Villa", "attributes": {"beside": NOT_KNOWN}},
        {"name": "Villa", "attributes": NOT_KNOWN},
    ):
        result = provider.check({}, over_the_wire(news))
        assert result.failures == []
        passed = without_key(result.inputs)
        assert {**passed, KEY: None} == {**news, "deletion_policy": "delete", KEY: None}
        difference = provider.diff("id_2", as_stored(outputs), over_the_wire(news))
        assert difference.changes is SHOWN_CHANGE[interface.name]


@BOTH_INTERFACES
def test_the_check_sorts_events(interface: Interface) -> None:
    """Pulumi itself compares inputs, and would show another order as a change."""
    provider = provider_of(InMemoryAccount(), WEBHOOK_SUBSCRIPTION, interface=interface)
    inputs = checked(provider, {"url": "https://a.example", "events": ["b.b", "a.a"]})
    assert inputs["events"] == ["a.a", "b.b"]


@BOTH_INTERFACES
def test_another_path_replaces(interface: Interface) -> None:
    """Pulumi learns which input names another object."""
    provider = provider_of(InMemoryAccount(), API_OBJECT, interface=interface)
    inputs = checked(provider, {"path": "/rules", "id_field": "id", "body": {"a": 1}})
    outputs = over_the_wire(provider.create(inputs).outs)
    difference = provider.diff(
        "id_2", as_stored(outputs), over_the_wire({**inputs, "path": NOT_KNOWN})
    )
    assert (difference.changes, difference.replaces) == (True, ["path"])


@BOTH_INTERFACES
def test_a_failure_names_the_object_and_hides_its_secrets(interface: Interface) -> None:
    """Whatever the server repeats, and be it the title, one line without secrets comes of it."""

    class Account(InMemoryAccount):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.method in ("PUT", "POST"):
                return httpx.Response(400, json={"message": "no: hush-1, 471108"})
            return super().__call__(request)

    provider = provider_of(Account({"/properties/p": {"id": "p"}}), interface=interface)
    inputs = over_the_wire(
        {
            "name": "the hush-1",
            "attributes": {"note": "hush-1", "code": 471108},
            KEY: {"secret_paths": ["/note", "/code"]},
        }
    )
    with pytest.raises(SetSmartFailure) as caught:
        provider.create(inputs)
    assert str(caught.value) == message(
        MessageCode.REJECTED_VALUES,
        'property "the [secret]":',
        "no: [secret], [secret] (POST /properties, status 400)",
    )
    with pytest.raises(SetSmartFailure) as caught:
        provider.update("p", {"id": "p"}, inputs)
    assert str(caught.value) == message(
        MessageCode.REJECTED_VALUES,
        'property "the [secret]" (p):',
        "no: [secret], [secret] (PUT /properties/p, status 400)",
    )
    assert not any(secret in str(caught.value) for secret in ("hush-1", "471108"))
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@BOTH_INTERFACES
def test_an_unexpected_failure_shows_no_value(interface: Interface) -> None:
    """Junk in a state may break anything, but shows nothing."""
    provider = provider_of(InMemoryAccount(), API_OBJECT, interface=interface)
    with pytest.raises(SetSmartFailure) as caught:
        provider.delete("r", {"body": {"secret": "hush-1"}})
    assert str(caught.value) == message(MessageCode.UNEXPECTED_ERROR, "KeyError")
    assert "hush-1" not in str(caught.value)


FREE_NAMES = NAMES.filter(lambda name: name not in PROPERTY.field_names | {"id"})


@BOTH_INTERFACES
@given(st.dictionaries(FREE_NAMES, nested(SCALARS | st.just(CLEAR)), min_size=1, max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_attributes_cross_the_wire_and_settle(
    interface: Interface, attributes: dict[str, Json]
) -> None:
    """Pulumi's own serialisation changes nothing that we compare, CLEAR at any depth included."""
    assume(interface is DYNAMIC or not may_be_rounded(attributes))  # the plugin refuses these
    account = InMemoryAccount()
    provider = provider_of(account, interface=interface)
    inputs = checked(provider, {"name": "Villa", "attributes": attributes})
    made = provider.create(inputs)
    outputs = over_the_wire(made.outs)
    assert not provider.diff(made.id, as_stored(outputs), inputs).changes
    seen = provider.read(made.id, outputs)
    assert seen.inputs is None  # they have not changed
    assert not provider.diff(made.id, as_stored(over_the_wire(seen.outs)), inputs).changes
    account.objects[f"/properties/{made.id}"]["name"] = "Theirs"
    assert provider.read(made.id, outputs).inputs == {**inputs, "name": "Theirs"}
    assert [method for method, _, _ in account.sent].count("POST") == 1
    assert all(method != "PUT" for method, _, _ in account.sent)
