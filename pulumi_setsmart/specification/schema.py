"""The JSON Schema of portfolio files, for editors that complete and check them."""

from __future__ import annotations

from pulumi_setsmart.lifecycle.check import POLICY_INPUTS
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.models.field import ApiField
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS


def portfolio_schema() -> dict[str, Json]:
    """Return the JSON Schema, draft 2020-12, of a portfolio in YAML or JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A SetSmart portfolio",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {section: _section(kind) for section, kind in SECTIONS.items()},
    }


def _section(kind: Kind) -> dict[str, Json]:
    return {
        "description": f"Each {kind.label} under the name of its resource.",
        "type": ["object", "null"],
        "additionalProperties": _entry(kind),
        "propertyNames": {"pattern": r"\S"},
    }


def _entry(kind: Kind) -> dict[str, Json]:
    own = [field.name for field in kind.fields]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*sorted(kind.required_names)],
        "properties": {
            **{field.name: _field(field) for field in kind.fields},
            kind.others: {
                "description": "Any further field by its API name.",
                "type": "object",
                "propertyNames": {"not": {"enum": [*own, "id"]}},
            },
            **{name: POLICY_INPUTS[name].schema() for name in kind.policy_inputs},
        },
    }


def _field(field: ApiField) -> Json:
    schema: dict[str, Json] = field.constraint.schema()
    if field.secret:
        schema = {
            "description": "Where the secret is configured.",
            "type": "object",
            "additionalProperties": False,
            "required": [CONFIG],
            "properties": {CONFIG: {"type": "string", "pattern": r"\S"}},
        }
    return schema if field.required else {"anyOf": [schema, {"type": "null"}]}
