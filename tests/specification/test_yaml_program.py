"""Entries as a program in YAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import SCALARS, TEXTS, nested

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.reading import entries_in
from pulumi_setsmart.specification.sections import Entries
from pulumi_setsmart.specification.yaml_program import (
    declared_in,
    default_provider_in,
    names_in,
    resources_in,
    without_references,
    yaml_program,
)
from pulumi_setsmart.specification.yaml_reading import read_yaml

DOLLARS = st.text("${}a.", max_size=8)
NAMES = (TEXTS | DOLLARS).filter(lambda name: name not in {"*", "id", "name"})
VALUES = nested(SCALARS | DOLLARS | st.none(), NAMES)
ENTRIES = st.dictionaries(
    TEXTS.filter(str.strip),
    st.fixed_dictionaries(
        {"name": TEXTS | DOLLARS},
        optional={
            "address": TEXTS | DOLLARS | st.none(),
            "bedrooms": st.none() | st.integers(0, 9),
            "attributes": st.dictionaries(NAMES, VALUES, max_size=4),
        },
    ),
    max_size=3,
)


def interpolated(text: str) -> str:
    """Return what Pulumi makes of a text in a program in YAML; it has no references."""
    made, rest = "", text
    while rest:
        assert not rest.startswith("${"), text
        escaped = rest.startswith("$$")
        made, rest = made + rest[0], rest[1 + escaped :]
    return made


def as_pulumi_reads(value: Any) -> Any:
    match value:
        case str():
            return interpolated(value)
        case dict():
            return {interpolated(name): as_pulumi_reads(member) for name, member in value.items()}
        case list():
            return [as_pulumi_reads(element) for element in value]
    return value


def without_empty(value: Json) -> Json:
    """Return a value without the objects that declare nothing."""
    if not isinstance(value, dict):
        return value
    members = {name: without_empty(member) for name, member in value.items()}
    return {name: member for name, member in members.items() if member != {}}


def program(portfolio: dict[str, Any]) -> dict[str, Any]:
    """Return what Pulumi reads."""
    read: dict[str, Any] = yaml.safe_load(
        yaml_program(entries_in(yaml.safe_dump(portfolio, sort_keys=False), "portfolio.yaml"))
    )
    return read


def properties(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of the resource for a listing."""
    read = program({"properties": {"villa": {"name": "Villa", **entry}}})
    resource = read["resources"]["villa"]
    assert resource["type"] == "setsmart:index:Property"
    assert resource["properties"].pop("name") == "Villa"
    declared: dict[str, Any] = resource["properties"]
    return declared


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"bedrooms": 3, "bathrooms": 1.5}, {"bedrooms": 3, "bathrooms": 1.5}),
        ({"address": None}, {"clear": ["address"]}),
        (
            {"attributes": {"pets": None, "house": {"code": None, "rules": "none"}}},
            {"attributes": {"house": {"rules": "none"}}, "clear": ["pets", "house.code"]},
        ),
        ({"attributes": {"a.b": None}}, {"attributes": {}, "clear": ["/a.b"]}),
        ({"attributes": {"": {"a/b": None}}}, {"attributes": {"": {}}, "clear": ["//a~1b"]}),
        ({"attributes": {"tags": ["a", None]}}, {"attributes": {"tags": ["a", "null (none)"]}}),
        ({"address": "${villa.id}, $$"}, {"address": "$${villa.id}, $$$$"}),
        ({"attributes": {"${x}": 1}}, {"attributes": {"$${x}": 1}}),
        ({"address": "$80 { $"}, {"address": "$80 { $"}),
        ({"if_exists": "adopt", "formerly": "hut"}, {"if_exists": "adopt"}),
    ],
)
def test_an_entry_is_declared_as_it_is(entry: dict[str, Any], expected: dict[str, Any]) -> None:
    """Null has a way of its own, and nothing is taken for a reference."""
    assert properties(entry) == expected


def test_a_secret_of_the_configuration_is_declared_as_one() -> None:
    """And an entry of another section may have the same key."""
    hook = {"url": "https://hooks.example.com/", "events": ["*"], "secret": {"config": "hookKey"}}
    read = program({"properties": {"sea": {"name": "Sea"}}, "webhooks": {"sea": hook}})
    assert read["config"] == {"hookKey": {"type": "string", "secret": True}}
    assert read["resources"].keys() == {"sea-property", "sea-webhook_subscription"}
    declared = read["resources"]["sea-webhook_subscription"]["properties"]
    assert declared == {**hook, "secret": "${hookKey}"}


def test_nothing_declared_is_a_program_too() -> None:
    """Which Pulumi can run before there is a listing."""
    assert program({}) == {"resources": {}}


@given(ENTRIES)
def test_a_program_declares_what_its_entries_do(villas: dict[str, Any]) -> None:
    """Whatever they hold: no text is a reference, no null is lost, and it can be read back."""
    entries: Entries = {"properties": villas, "webhooks": {}}
    read = read_yaml(yaml_program(entries), "Pulumi.yaml").value
    assert isinstance(read, dict)
    declared = declared_in(read)
    names = [name if name != "pulumi" else "pulumi-property" for name in villas]
    assert [*declared["properties"]] == names
    for name, entry in zip(names, villas.values(), strict=True):
        assert without_empty(declared["properties"][name]) == without_empty(entry)
        resource: Any = read["resources"]
        as_pulumi_reads(resource[name]["properties"])


@pytest.mark.parametrize("text", ["0b101", "-0x1_f", "1e_5", "+.5_0", "1_000", "0o7_1", "<<", "="])
def test_no_text_is_a_number_to_pulumi(text: str) -> None:
    """Its reader takes what looks like one to YAML 1.1 or to Go for a number."""
    entries: Entries = {"properties": {"villa": {"name": text}}}
    assert f'name: "{text}"\n' in yaml_program(entries) or f"name: '{text}'\n" in yaml_program(
        entries
    )


def test_names_are_unique_in_a_program() -> None:
    """Resources share theirs with the configuration, and one is Pulumi's own."""
    hook: dict[str, Any] = {
        "url": "https://a.example/",
        "events": ["*"],
        "secret": {"config": "key"},
    }
    villas: dict[str, Any] = {"pulumi": {"name": "A"}, "key": {"name": "B"}, "sea": {"name": "C"}}
    read = read_yaml(yaml_program({"properties": villas, "webhooks": {"hook": hook}}), "p").value
    assert isinstance(read, dict)
    resources: Any = read["resources"]
    assert resources.keys() == {"pulumi-property", "key-property", "sea", "hook"}
    assert names_in(read) == {*resources, "key", "pulumi"}
    assert names_in({"variables": {"a": 1}, "configuration": {"b": {}}, "resources": None}) == {
        *("a", "b", "pulumi")
    }


def test_what_is_no_resource_of_ours_declares_nothing() -> None:
    """Nor does a resource without properties; what refers to something stays as it is written."""
    resources: dict[str, Any] = {
        "other": {"type": "random:RandomPet", "properties": {"name": "x"}},
        "bare": {"type": "setsmart:index:Property"},
        "villa": {
            "type": "setsmart:index:Property",
            "properties": {"name": "${other.id}", "address": "$$5", "clear": ["notes"]},
        },
        "odd": "text",
    }
    assert declared_in({"resources": resources}) == {
        "properties": {
            "bare": {},
            "villa": {"name": "${other.id}", "address": "$5", "attributes": {"notes": None}},
        },
        "webhooks": {},
    }
    assert declared_in({"resources": []}) == {"properties": {}, "webhooks": {}}


@pytest.mark.parametrize("type_", ["setsmart:index:Property", "setsmart:Property"])
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, {"villa": None}),
        ({"name": "loft"}, {"loft": None}),
        ({"name": ""}, {"villa": None}),
        ({"get": {"id": "prop_1"}}, {}),
        ({"get": {"id": "${other.id}"}}, {}),
        ({"get": {}}, {"villa": None}),
        ({"options": {"protect": True, "import": "prop_1"}}, {"villa": "prop_1"}),
        ({"options": {"provider": "${other}"}}, {}),
        ({"options": {"providers": ["${other}"]}}, {}),
        ({"options": {"parent": "${other}"}}, {}),
        ({"properties": {"account": "eu"}}, {}),
        ({"properties": {"account": "${name}"}}, {}),
        ({"properties": {"account": None}}, {"villa": None}),
    ],
)
def test_a_resource_manages_an_object_of_the_account_of_the_stack(
    type_: str, members: dict[str, Any], expected: dict[str, str | None]
) -> None:
    """Under the name that it has in the state, unless it only reads, or is of another account."""
    program = {"resources": {"villa": {"type": type_, **members}}}
    found = {resource.name: resource.imported for resource in resources_in(program)}
    assert found == expected
    assert {"villa", *expected} <= names_in(program)


@pytest.mark.parametrize(
    "type_", ["setsmart", "setsmart:index/property:Property", "setsmart:property", 1, None]
)
def test_a_type_that_pulumi_does_not_know_is_none_of_ours(type_: object) -> None:
    """It fills in the module, and nothing else."""
    assert [*resources_in({"resources": {"villa": {"type": type_}}})] == []


def test_a_program_may_have_a_default_provider() -> None:
    """If it is of this package and says so."""
    setsmart = {"type": "pulumi:providers:setsmart"}
    other = {"type": "pulumi:providers:aws", "defaultProvider": True}
    resources: dict[str, Any] = {"a": other, "b": setsmart}
    assert default_provider_in({"resources": resources}) is None
    resources["c"] = {**setsmart, "defaultProvider": True}
    assert default_provider_in({"resources": resources}) == "c"


def test_what_a_program_refers_to_is_not_known() -> None:
    """It may be a secret, whose value an account shows: a state would hold it in clear."""
    program = """
    resources:
      villa:
        type: setsmart:index:Property
        properties:
          name: Villa for $${price}
          attributes:
            door_code: ${doorCode}
            wifi: {name: Sea, password: "at $$${place}"}
            pin: {"fn::secret": "4711"}
            codes: [{code: "1"}, {code: "${other}"}]
            beds: [1, 2]
    """
    entry = declared_in(yaml.safe_load(program))["properties"]["villa"]
    assert without_references(entry) == {
        "name": "Villa for ${price}",
        "attributes": {"wifi": {"name": "Sea"}, "beds": [1, 2]},
    }
