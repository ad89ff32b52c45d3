"""Entries as a program in YAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pulumi_setsmart.specification.reading import entries_in
from pulumi_setsmart.specification.yaml_program import yaml_program


def program(portfolio: dict[str, Any]) -> dict[str, Any]:
    """Return what Pulumi reads."""
    read: dict[str, Any] = yaml.safe_load(
        yaml_program(entries_in(yaml.safe_dump(portfolio), "portfolio.yaml"))
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
