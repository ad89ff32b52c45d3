"""The contract and the definitions of the fields say the same."""

from typing import Any

import pytest
from support.contract_validator import contract, resolved
from support.in_memory_account import InMemoryAccount

from pulumi_setsmart.lifecycle.kind import KINDS, Kind
from pulumi_setsmart.models.field import ApiField

TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
NAMED = [kind for kind in KINDS if kind.record is not None]
FIELDS = [
    pytest.param(kind, field, id=f"{kind.name}.{field.name}")
    for kind in NAMED
    for field in kind.fields
]


def sent(kind: Kind) -> dict[str, Any]:
    """Return the schema of what the contract takes to create an object of a kind."""
    path = kind.path({}, InMemoryAccount().lifecycle(kind).settings)
    assert path in contract()["paths"], f"openapi.yaml does not describe {path}"
    body = resolved(contract()["paths"][path]["post"]["requestBody"])
    schema = resolved(body["content"]["application/json"]["schema"])
    assert "properties" in schema, f"openapi.yaml describes no fields for POST {path}"
    return schema


def described(kind: Kind, field: ApiField) -> dict[str, Any]:
    """Return the schema of a field."""
    properties: dict[str, dict[str, Any]] = sent(kind)["properties"]
    assert field.name in properties, f"openapi.yaml does not describe {field.name}"
    return properties[field.name]


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: str(kind.name))
def test_the_contract_describes_the_fields_that_are_defined(kind: Kind) -> None:
    """No more and no less, in the same order; and it requires the same ones."""
    assert [*sent(kind)["properties"]] == [field.name for field in kind.fields]
    assert {*sent(kind)["required"]} == kind.required_names


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_means_the_same(kind: Kind, field: ApiField) -> None:
    """What it is, in what it is measured, and from where that is known."""
    schema = described(kind, field)
    assert schema["description"] == field.description
    assert schema["x-setsmart-source"] == field.source
    assert schema.get("x-setsmart-unit") == field.unit


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_has_the_same_type(kind: Kind, field: ApiField) -> None:
    """And null is a value of those that can be cleared."""
    schema = described(kind, field)
    name = field.annotation.partition("[")[0]
    expected = {"array" if name == "list" else TYPES[name]}
    if not field.required:
        expected.add("null")
    assert types_of(schema) == expected


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_what_the_contract_allows_can_be_declared(kind: Kind, field: ApiField) -> None:
    """Up to each of its limits. Ours may be wider: SetSmart documents none."""
    schema = described(kind, field)
    allowed = [schema["example"], *schema.get("enum", ()), *field.suggestions]
    allowed += [schema[limit] for limit in ("minimum", "maximum") if limit in schema]
    if "maxLength" in schema and "example" in schema:
        allowed.append(str(schema["example"]).ljust(schema["maxLength"], "x"))
    violations = [field.constraint.violation(value) for value in allowed if value is not None]
    assert violations == [None] * len(violations)
    assert (
        not field.suggestions or "enum" not in schema or {*field.suggestions} <= {*schema["enum"]}
    )


def types_of(schema: dict[str, Any]) -> set[str]:
    """Return the types that a schema allows."""
    if "enum" in schema:
        return {
            "null" if value is None else TYPES[type(value).__name__] for value in schema["enum"]
        }
    declared = schema["type"]
    return {declared} if isinstance(declared, str) else {*declared}
