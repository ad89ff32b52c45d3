"""What of a state is code, wherever it is in the state."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_JSON

from pulumi_setsmart.automation.state_code import (
    Examination,
    UnreadableStateError,
    code_of,
    read_state,
)
from pulumi_setsmart.providers.values import SIGNATURE

OURS = (
    "gASVPgAAAAAAAACMInB1bHVtaV9zZXRzbWFydC5wcm92aWRlcnMucHJvcGVydHmUjBBQcm9wZXJ0eVByb3ZpZGVylJOU"
    "KYGULg=="
)
FOREIGN = "gASVDwAAAAAAAACMAm9zlIwGc3lzdGVtlJMu"
URN = "urn:pulumi:test::portfolio::pulumi-python:dynamic/setsmart:Property::villa"
OTHER = URN.replace("villa", "loft")
DIGEST = "sha256:75e8cb9b4ff6ddd4d0e3ee3d6e2e0a7c0e8b5d3f0a3a1a2b7c0d1e2f3a4b5c6d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
BYTES = "0f1bf085b2294a8a9b3c4d5e6f708192"


def resource(urn: str = URN, **members: Any) -> dict[str, Any]:
    with_provider = {"__provider": OURS}
    return {
        "urn": urn,
        "type": urn.rpartition("::")[0],
        "inputs": with_provider,
        "outputs": with_provider,
        **members,
    }


def state(*resources: Any, **deployment: Any) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": [*resources], **deployment}}


def examined(document: Any, allowed: dict[str, frozenset[str]] | None = None) -> Examination:
    return code_of(read_state(json.dumps(document))).examined(allowed or {})


def test_a_state_of_ours_has_no_code_of_others() -> None:
    """Each provider is counted, in inputs and outputs."""
    found = examined(state(resource(), resource(OTHER)))
    assert (found.count, found.foreign, found.plugins) == (4, [], [])


@pytest.mark.parametrize("empty", [{}, {"version": 3}, {"deployment": None}, state(), [], None])
def test_a_state_without_anything_has_none(empty: Any) -> None:
    """As a stack that was never deployed."""
    assert examined(empty).count == 0


EVIL = {"__provider": FOREIGN}
PLACES: dict[str, dict[str, Any]] = {
    "inputs": state(resource(), resource(OTHER, inputs=EVIL)),
    "outputs": state(resource(), resource(OTHER, outputs=EVIL)),
    "a resource that is to be deleted": state(resource(OTHER, outputs=EVIL, delete=True)),
    "a resource of another type": state(resource(OTHER, type="pulumi-nodejs:dynamic", inputs=EVIL)),
    "a resource that is only read": state(resource(OTHER, external=True, outputs=EVIL)),
    "an operation under way": state(
        pending_operations=[{"type": "creating", "resource": resource(OTHER, inputs=EVIL)}]
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_code_of_others_is_found(place: str) -> None:
    """With its resource."""
    assert [foreign.urn for foreign in examined(PLACES[place]).foreign] == [OTHER]


@pytest.mark.parametrize(
    "document",
    [
        {"deployment": {"Resources": [resource(OTHER, inputs=EVIL)]}},
        {"deployment": {"resources": {"0": resource(OTHER, inputs=EVIL)}}},
        {"deployment": {"snapshot": EVIL}},
        {"Deployment": {"resources": [resource(OTHER, inputs=EVIL)]}},
        {"checkpoint": {"latest": {"resources": [resource(OTHER, inputs=EVIL)]}}},
        state({"inputs": EVIL}),
        state({"urn": 1, "inputs": EVIL}),
        state({"urn": "u" * 501, "inputs": EVIL}),
        state([[EVIL]]),
        state(resources_of_another_format=[EVIL]),
        [EVIL],
    ],
)
def test_code_elsewhere_is_found_and_cannot_be_allowed(document: Any) -> None:
    """In a form of state that we do not know, or that somebody made up."""
    [found] = examined(document).foreign
    assert found.urn == ""


def test_a_resource_has_its_own_urn() -> None:
    """Whatever is called so inside it: what is allowed for one resource is not for another one."""
    inputs = {"urn": URN, "resource": {"urn": URN}, **EVIL}
    [found] = examined(state(resource(OTHER, inputs=inputs))).foreign
    assert found.urn == OTHER


def test_what_is_allowed_is_a_text_for_a_resource() -> None:
    """Neither another text nor another resource."""
    document = state(resource(inputs=EVIL))
    [found] = examined(document).foreign
    [digest] = found.digests
    assert examined(document, {URN: frozenset({DIGEST, digest})}).foreign == []
    assert examined(document, {URN: frozenset({DIGEST})}).foreign == [found]
    assert examined(document, {OTHER: frozenset({digest})}).foreign == [found]
    changed = state(resource(inputs={"__provider": FOREIGN + "\n"}))
    assert examined(changed, {URN: frozenset({digest})}).foreign != []


def test_inputs_and_outputs_may_differ() -> None:
    """While a change is under way: then both have to be allowed."""
    document = state(resource(inputs=EVIL, outputs={"__provider": "AAAA"}))
    [found] = examined(document).foreign
    first, second = found.digests
    assert examined(document, {URN: frozenset({first})}).foreign[0].digests == [second]
    assert examined(document, {URN: frozenset({first, second})}).foreign == []


@pytest.mark.parametrize(
    "hidden",
    [
        {SIGNATURE: SECRET, "ciphertext": "v1:abc"},
        {SIGNATURE: SECRET, "ciphertext": "v1:abc", "plaintext": json.dumps(OURS)},
        {SIGNATURE: SECRET, "plaintext": OURS},
        {SIGNATURE: SECRET, "plaintext": json.dumps({SIGNATURE: SECRET, "plaintext": OURS})},
        {SIGNATURE: SECRET, "plaintext": "[" * 100_000},
        {SIGNATURE: SECRET, "plaintext": 1},
        {SIGNATURE: SECRET},
        {SIGNATURE: BYTES, "value": OURS},
        {SIGNATURE: None},
    ],
)
def test_what_cannot_be_seen_is_foreign(hidden: Any) -> None:
    """Encrypted, or a value of another kind that Pulumi makes a text of; it cannot be allowed."""
    document = state(resource(inputs={"__provider": hidden}))
    code = code_of(read_state(json.dumps(document)))
    assert code.is_encrypted
    [found] = code.examined({}).foreign
    assert code.examined({URN: frozenset(found.digests)}).foreign == [found]


@pytest.mark.parametrize(("text", "count"), [(OURS, 0), (FOREIGN, 1)])
def test_what_was_decrypted_is_examined(text: str, count: int) -> None:
    """As Pulumi exports secrets in clear."""
    secret = {SIGNATURE: SECRET, "plaintext": json.dumps(text)}
    code = code_of(read_state(json.dumps(state(resource(outputs={"__provider": secret})))))
    assert not code.is_encrypted
    assert len(code.examined({}).foreign) == count


@pytest.mark.parametrize("value", [[], ["urn"], None, 1, True, {}, {"a": "b"}])
def test_what_cannot_become_a_text_is_no_provider(value: Any) -> None:
    """Such as the list of what a property depends on."""
    assert examined(state(resource(propertyDependencies={"__provider": value}))).count == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a": 1, "a": 2}',
        '{"deployment": {"resources": [{"inputs": {"__provider": "x"}, "inputs": {}}]}}',
        '{"deployment": {}, "deployment": {}}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "1" * 10_000,
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    """Pulumi could read the other one; and what is nested too deeply for us may not be for it."""
    with pytest.raises(UnreadableStateError):
        read_state(text)


def test_addresses_of_plugins_are_listed() -> None:
    """In the two places where Pulumi has had them; without user, password or token."""
    provider = "urn:pulumi:test::portfolio::pulumi:providers:odd::default"
    address = "https://user:hush@evil.example/odd?token=hush"
    inner = resource(provider, inputs={"__internal": {"pluginDownloadURL": address}}, outputs={})
    outer = resource(
        provider, inputs={}, outputs={"pluginDownloadURL": "github://api.github.com/o"}
    )
    odd = resource(provider, inputs={"pluginDownloadURL": {SIGNATURE: BYTES}}, outputs={})
    found = examined(state(inner, outer, odd)).plugins
    shown = [plugin.shown_address for plugin in found]
    assert "evil.example/odd" in shown[0]
    assert shown[1:] == ["github://api.github.com/o", "somewhere"]
    assert "hush" not in shown[0]
    assert {plugin.subject for plugin in found} == {provider}


def test_a_message_about_a_state_contains_no_control_characters() -> None:
    """Whoever wrote the state has chosen the URN."""
    urn = "urn:\x1b[2J\u202e'; touch x #\n::villa"
    [found] = examined(state(resource(urn, inputs=EVIL))).foreign
    advice = found.advice("organisation/project/prod")
    assert "Pulumi.prod.yaml" in advice
    assert advice.isascii()
    assert advice.isprintable()
    assert found.subject.isprintable()


@given(ANY_JSON, st.sampled_from(["inputs", "outputs", "resources", "deployment", "x"]))
def test_any_state_is_examined(value: Any, place: str) -> None:
    """And what is foreign stays so, whatever is put beside it."""
    document = state(resource(OTHER, inputs=EVIL))
    assert examined({**document, "x": {place: value}}).foreign != []
    beside = copy.deepcopy(document)
    beside["deployment"]["resources"][0]["outputs"] = value
    assert OTHER in [foreign.urn for foreign in examined(beside).foreign]
