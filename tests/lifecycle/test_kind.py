"""What is different between the kinds."""

import pytest
from support.in_memory_account import InMemoryAccount

from pulumi_setsmart.lifecycle.kind import API_OBJECT, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN


@pytest.mark.parametrize(
    ("kind", "properties", "identifier", "subject"),
    [
        (PROPERTY, {"name": "Villa"}, "prop_1", 'property "Villa" (prop_1)'),
        (PROPERTY, {"name": "Villa"}, None, 'property "Villa"'),
        (PROPERTY, {"name": UNKNOWN}, "prop_1", "property (prop_1)"),
        (PROPERTY, {"name": 5}, None, "property"),
        (PROPERTY, {}, None, "property"),
        (WEBHOOK_SUBSCRIPTION, {"url": "u"}, "hook_1", 'webhook subscription "u" (hook_1)'),
        (API_OBJECT, {"path": "/rules"}, "rule_1", "object (rule_1)"),
    ],
)
def test_an_object_is_named_by_what_is_known_of_it(
    kind: Kind, properties: dict[str, Json], identifier: str | None, subject: str
) -> None:
    """A person finds the object by its kind, its title and its id."""
    assert kind.subject(properties, identifier) == subject


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        (PROPERTY, {"path": "/elsewhere"}, "/properties"),
        (WEBHOOK_SUBSCRIPTION, {"path": "/elsewhere"}, "/hooks"),
        (API_OBJECT, {"path": "/rules"}, "/rules"),
    ],
)
def test_a_kind_knows_its_path(kind: Kind, properties: dict[str, Json], path: str) -> None:
    """Documented, configured, or declared."""
    settings = InMemoryAccount().lifecycle(webhooks_path="/hooks").settings
    assert kind.path(properties, settings) == path


@pytest.mark.parametrize("values", [{}, {"id_field": ""}, {"id_field": None}])
def test_an_id_is_called_id_where_nothing_else_is_said(values: dict[str, Json]) -> None:
    """Every documented object has it so."""
    assert API_OBJECT.id_field(values) == "id"
    assert API_OBJECT.id_field({"id_field": "code"}) == "code"
