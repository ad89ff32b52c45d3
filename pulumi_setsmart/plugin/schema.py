"""The schema of the package, from the definitions of the fields and the kinds."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from pulumi_setsmart.lifecycle.check import POLICY_INPUTS
from pulumi_setsmart.lifecycle.kind import CLEAR_INPUT, KINDS, Kind
from pulumi_setsmart.models.constraint import Constraint
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.setting import NAMESPACE
from pulumi_setsmart.plugin.configuration import SECRET_SETTINGS, SETTINGS
from pulumi_setsmart.specification.argument import (
    EXTRA_FIELDS_DESCRIPTION,
    place_description,
    policy_description,
)

_ANY: dict[str, Json] = {"$ref": "pulumi.json#/Any"}
_ANY_OBJECT: dict[str, Json] = {"type": "object", "additionalProperties": _ANY}
_TYPES: Mapping[str, dict[str, Json]] = {
    "object": _ANY_OBJECT,
    "array": {"type": "array", "items": {"type": "string"}},
}


def package_schema() -> dict[str, Json]:
    """Return the schema of the package, which programs in YAML are checked against.

    It names no languages: there are no packages of generated classes.
    """
    return {
        "name": NAMESPACE,
        "displayName": "SetSmart",
        "version": version("pulumi-setsmart"),
        "description": "Short-term-rental listings and webhook subscriptions at SetSmart.",
        "keywords": ["pulumi", NAMESPACE, "category/infrastructure"],
        "license": "Apache-2.0",
        "config": {"variables": _settings()},
        "provider": {
            "description": "The account that the resources are in.",
            "inputProperties": _settings(),
        },
        "resources": {kind.token: _resource(kind) for kind in KINDS},
    }


def _settings() -> dict[str, Json]:
    return {
        name: {
            "description": setting.description,
            **_typed(setting.type),
            **({"secret": True} if name in SECRET_SETTINGS else {}),
        }
        for name, setting in SETTINGS.items()
    }


def _resource(kind: Kind) -> dict[str, Json]:
    fields: dict[str, Json] = {field.name: _field(kind, field.name) for field in kind.fields}
    extra = {kind.extra_fields: {"description": EXTRA_FIELDS_DESCRIPTION, **_ANY_OBJECT}}
    places: dict[str, dict[str, Json]] = {
        name: {"description": place_description(kind, name), "type": "string"}
        for name in kind.replace_on_change
    }
    policies = {
        name: {
            "description": policy_description(kind, name),
            **_of_constraint(POLICY_INPUTS[name]),
        }
        for name in kind.policy_inputs
    }
    cleared = {"description": policy_description(kind, CLEAR_INPUT), **_typed("array")}
    inputs: dict[str, Json] = {
        **fields,
        **extra,
        **policies,
        CLEAR_INPUT: cleared,
        **{name: {**place, "willReplaceOnChanges": True} for name, place in places.items()},
    }
    outputs: dict[str, Json] = {**fields, **extra, **policies, **places}
    return {
        "description": kind.summary,
        "inputProperties": inputs,
        "requiredInputs": [*sorted(kind.required_inputs)],
        "properties": outputs,
        "required": [*sorted(kind.required_inputs)],
    }


def _field(kind: Kind, name: str) -> dict[str, Json]:
    field = next(each for each in kind.fields if each.name == name)
    return {
        "description": field.documentation,
        **_of_constraint(field.constraint),
        **({"secret": True} if field.secret else {}),
    }


def _of_constraint(constraint: Constraint) -> dict[str, Json]:
    allowed = constraint.schema().get("type", "string")
    # An id may be a whole number; Pulumi makes a string of it.
    return _typed(str(allowed[0] if isinstance(allowed, list) else allowed))


def _typed(name: str) -> dict[str, Json]:
    return _TYPES.get(name, {"type": name})
