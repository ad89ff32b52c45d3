"""The JSON Schema of portfolio files, for editors that complete and check them."""

from __future__ import annotations

from pulumi_setsmart.lifecycle.check import POLICY_INPUTS
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, Kind
from pulumi_setsmart.models.field import ApiField
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification import assigned_stack, backup_note
from pulumi_setsmart.specification.argument import Argument, entry_arguments_of
from pulumi_setsmart.specification.former_keys import FORMERLY, SCHEMA
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS, names_of


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
    known = names_of(kind)
    arguments = [argument for argument in entry_arguments_of(kind) if argument.name in known]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [argument.name for argument in arguments if argument.required],
        "properties": {
            **{
                argument.name: {"description": argument.description, **_allowed(kind, argument)}
                for argument in arguments
            },
            assigned_stack.STACK: {
                "description": assigned_stack.DESCRIPTION,
                **assigned_stack.SCHEMA,
            },
            backup_note.BACKUP: {
                "description": backup_note.DESCRIPTION,
                **backup_note.SCHEMA,
            },
        },
    }


def _allowed(kind: Kind, argument: Argument) -> dict[str, Json]:
    if argument.name == kind.extra_fields:
        reserved = [*(field.name for field in kind.fields), DEFAULT_ID_FIELD]
        return {"type": "object", "propertyNames": {"not": {"enum": [*reserved]}}}
    if argument.name == FORMERLY:
        return dict(SCHEMA)
    if argument.field is None:
        return POLICY_INPUTS[argument.name].schema()
    schema = _secret_reference() if argument.field.secret else _schema_of(argument.field)
    return schema if argument.required else {"anyOf": [schema, {"type": "null"}]}


def _schema_of(field: ApiField) -> dict[str, Json]:
    schema: dict[str, Json] = field.constraint.schema()
    return {**schema, "examples": [*field.suggestions]} if field.suggestions else schema


def _secret_reference() -> dict[str, Json]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [CONFIG],
        "properties": {
            CONFIG: {
                "description": "The key of the configuration value that contains the secret.",
                "type": "string",
                "pattern": r"\S",
            }
        },
    }
