"""Whatever is in the place of the metadata: it is understood, or there is the one error for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.in_memory_account import InMemoryAccount
from support.in_memory_provider import Provider, checked, over_the_wire, provider_of
from support.interface import BOTH_INTERFACES, Interface
from support.json_values import ANY_JSON, ANY_OBJECT
from support.messages import message

from pulumi_setsmart.client.errors import MetadataError
from pulumi_setsmart.lifecycle.metadata import UNAPPLIED_KEY, dump_metadata, load_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.providers.failure import SetSmartFailure
from pulumi_setsmart.providers.values import from_engine

INPUTS: dict[str, Any] = {
    "name": "hush-1",
    "address": "1 Sea Road",
    "max_guests": 50,
    "attributes": {"door_code": "hush-2", "rooms": [{"beds": 2}]},
}
SECRETS = ("hush-1", "hush-2")
pytestmark = BOTH_INTERFACES


def deployed() -> tuple[InMemoryAccount, str, dict[str, Any], dict[str, Any]]:
    """Return an account, and the id, inputs and outputs of a listing with all that can be noted."""
    account = InMemoryAccount(
        {
            f"/properties/{identifier}": {"id": identifier, "name": f"Ours {identifier}"}
            for identifier in "abc"
        },
        stored=lambda sent: {**sent, "max_guests": 16, "address": "1 SEA ROAD"},
    )
    provider = provider_of(account)
    inputs = checked(provider, INPUTS)
    inputs[KEY] = {"secret_paths": ["/name", "/door_code"]}
    made = provider.create(inputs)
    return account, made.id, inputs, dict(over_the_wire(made.outs))


_, ID, CHECKED, OUTPUTS = deployed()
TEXT: str = OUTPUTS[KEY]

OPERATIONS: dict[str, Callable[[Provider, dict[str, Any]], object]] = {
    "read": lambda provider, outputs: provider.read(ID, outputs),
    "diff": lambda provider, outputs: provider.diff(ID, outputs, CHECKED),
    "update": lambda provider, outputs: provider.update(ID, outputs, {**CHECKED, "bedrooms": 5}),
    "delete": lambda provider, outputs: provider.delete(ID, outputs),
}


METADATA_ERRORS = [
    message(MessageCode.DAMAGED_METADATA, "(__setsmart)"),
    message(MessageCode.NEWER_METADATA, "(__setsmart)"),
]
ODD = ["\\ud800", "NaN", "1e999", "9" * 5000, "[" * 2000, '{"a":' * 300, "null", "0x1"]
HELD = {"id": ID, **from_engine(INPUTS), "max_guests": 16}


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw the text with a part of it replaced by another part, or by anything."""
    start = draw(st.integers(0, len(TEXT)))
    end = draw(st.integers(start, min(len(TEXT), start + 40)))
    origin = draw(st.integers(0, len(TEXT)))
    part = TEXT[origin : origin + draw(st.integers(0, 20))]
    between = draw(st.just("") | st.just(part) | st.text(max_size=3) | st.sampled_from(ODD))
    return TEXT[:start] + between + TEXT[end:]


@st.composite
def with_another_value(draw: st.DrawFn) -> str:
    """Draw the text with another value somewhere in it, or with a member more or less."""
    whole = json.loads(TEXT)
    holder = whole
    while True:
        if isinstance(holder, list):
            holder.append(draw(ANY_JSON))
            return json.dumps(whole)
        name = draw(st.sampled_from([*holder, "version", "future"]))
        inner = holder.get(name)
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            holder = inner
            continue
        if draw(st.booleans()):
            holder[name] = draw(ANY_JSON)
        else:
            holder.pop(name, None)
        return json.dumps(whole)


STORED: st.SearchStrategy[Any] = (
    mutated()
    | with_another_value()
    | st.integers(0, len(TEXT)).map(lambda end: TEXT[:end])
    | st.integers(0, len(TEXT)).map(lambda start: TEXT[start:])
    | st.text(max_size=30)
    | st.sampled_from(ODD)
    | ANY_JSON.map(json.dumps)
    | ANY_OBJECT
    | ANY_JSON
    | st.floats()
)


def is_understood(stored: object) -> bool:
    """Return whether the metadata can be read, and says the same when it is written again."""
    try:
        found = load_metadata(from_engine({KEY: stored}))
    except MetadataError:
        return False
    assert found is not None
    assert load_metadata({KEY: dump_metadata(found)}) == found
    return True


def attempt(operation: Callable[[], object]) -> str | None:
    """Return what a user reads of a failure, or None if there is none."""
    try:
        operation()
    except SetSmartFailure as failure:
        return str(failure)
    return None


@given(stored=STORED)
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_metadata_is_understood_or_an_error(interface: Interface, stored: Any) -> None:
    """In each operation, in the account of the listing and in an empty one; never a surprise."""
    outputs = {**OUTPUTS, KEY: stored}
    is_readable = is_understood(stored)
    there = InMemoryAccount({"/properties/" + ID: HELD})
    for account in (there, InMemoryAccount()):
        provider = provider_of(account, interface=interface)
        for name, operation in OPERATIONS.items():
            account.sent.clear()
            before = {**account.objects}
            text = attempt(lambda o=operation, p=provider: o(p, outputs)) or ""  # type: ignore[misc]
            assert "unexpected-error" not in text
            assert not any(secret in text for secret in SECRETS) or is_readable
            assert (text in METADATA_ERRORS) is not is_readable, (name, text)
            if not is_readable:
                assert account.sent == []
            assert "POST" not in [method for method, _, _ in account.sent]
            account.objects = before


@given(stored=STORED)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_not_applied_is_understood_or_an_error(interface: Interface, stored: Any) -> None:
    """The other text in the outputs, likewise."""
    outputs = {**OUTPUTS, UNAPPLIED_KEY: stored}
    account = InMemoryAccount({"/properties/" + ID: HELD})
    for operation in OPERATIONS.values():
        provider = provider_of(account, interface=interface)
        text = attempt(lambda o=operation, p=provider: o(p, outputs)) or ""  # type: ignore[misc]
        assert "unexpected-error" not in text
        account.objects.setdefault("/properties/" + ID, {"id": ID, "name": "hush-1"})


@given(before=STORED, now=STORED)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_inputs_are_understood_or_an_error(interface: Interface, before: Any, now: Any) -> None:
    """Those of the state and those of a program, whatever its transforms made of them."""
    provider = provider_of(InMemoryAccount(), interface=interface)
    olds = {**CHECKED, KEY: before}
    for news in ({**INPUTS, KEY: now}, {**INPUTS, KEY: {"secret_paths": now, "seen": now}}):
        text = attempt(lambda n=news: provider.check(olds, n))  # type: ignore[misc]
        assert text in (None, message(MessageCode.DAMAGED_METADATA, "(__setsmart)"))
        assert attempt(lambda n=news: provider.check({}, n)) is None  # type: ignore[misc]


@given(decision=ANY_JSON)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_decision_is_understood_or_made_again(interface: Interface, decision: Json) -> None:
    """Whatever the inputs say about an adoption, a create makes one listing at the most."""
    account = InMemoryAccount()
    provider = provider_of(account, interface=interface)
    inputs = {**CHECKED, f"{KEY}_takeover": decision}
    assert attempt(lambda: provider.create(inputs)) is None
    assert account.writes() == ["POST /properties"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_damaged_metadata_is_an_error_of_one_line(interface: Interface, name: str) -> None:
    """It names the listing by its id: whether its title is secret, nobody knows any more."""
    account = InMemoryAccount()
    text = attempt(
        lambda: OPERATIONS[name](
            provider_of(account, interface=interface), {**OUTPUTS, KEY: TEXT[:50]}
        )
    )
    assert text == message(MessageCode.DAMAGED_METADATA, f"property ({ID}):", "(__setsmart)")
    assert "\n" not in (text or "")
    assert account.sent == []


@pytest.mark.parametrize("stored", ["x", 5, [], {"secret_paths": "/name"}])
def test_inputs_of_the_state_that_are_damaged_stop_the_check(stored: Any) -> None:
    """They say what was secret before, which `ignore_changes` brings back."""
    provider = provider_of(InMemoryAccount())
    text = attempt(lambda: provider.check({**CHECKED, KEY: stored}, INPUTS))
    assert text == message(MessageCode.DAMAGED_METADATA, "(__setsmart)")
    assert attempt(lambda: provider.check(CHECKED, INPUTS)) is None
