"""The examples of the reference: each declares one object, in every language."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from assumptions import CONTRACT, Contract
from attrs import field, frozen

from pulumi_setsmart.lifecycle.kind import (
    API_OBJECT,
    EXISTING_ID,
    IDENTITY,
    PATH,
    PROPERTY,
    WEBHOOK_SUBSCRIPTION,
    Kind,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.sections import CONFIG, Entry
from pulumi_setsmart.specification.yaml_program import sections_of
from pulumi_setsmart.specification.yaml_writing import yaml_text

_WIDTH = 80


@frozen
class Example:
    """A program that declares one object and exports its id.

    Attributes:
        name: The name of the resource, and of the variable that holds it.
        kind: The kind of the resource.
        entry: What it declares, as a portfolio file would.
        existing: The id of the existing object that it is about, or None if it is a new one.
    """

    name: str
    kind: Kind
    entry: Entry
    existing: str | None = None


@frozen
class Language:
    """A language of programs.

    Attributes:
        name: Its name, as readers know it.
        code: Its name, as what highlights code knows it.
        file: The file that holds the program.
        program: Returns an example as a program.
    """

    name: str
    code: str
    file: str
    program: Callable[[Example], str] = field(repr=False)


def examples() -> Mapping[str, Example]:
    """Return the examples by name. Their values are those of the contract."""
    contract = Contract(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))
    rule: dict[str, Json] = contract.document["components"]["examples"]["PricingRuleInput"]["value"]
    attributes: dict[str, Json] = {
        "pets_allowed": True,
        "check_in": {"from": "15:00"},
        "amenities": ["wifi", "pool"],
        "notes": None,
    }
    villa = {**_fields(contract, PROPERTY, "PropertyInput"), PROPERTY.extra_fields: attributes}
    found = (
        Example("villa", PROPERTY, villa),
        Example("sea_villa", PROPERTY, {"name": "Sea Villa", "bedrooms": 3}, existing="prop_1"),
        Example(
            "hook",
            WEBHOOK_SUBSCRIPTION,
            _fields(contract, WEBHOOK_SUBSCRIPTION, "WebhookInput"),
        ),
        Example(
            "weekend",
            API_OBJECT,
            {PATH: "/pricing-rules", API_OBJECT.extra_fields: rule, IDENTITY: ["name"]},
        ),
    )
    return {example.name: example for example in found}


def _fields(contract: Contract, kind: Kind, schema: str) -> Entry:
    """Return the fields of a kind with the contract's values; a secret is configured."""
    described = contract.schema(schema)["properties"]
    return {
        field.name: {CONFIG: f"{kind.label.split()[0]}Secret"}
        if field.secret
        else described[field.name]["example"]
        for field in kind.fields
    }


def _secrets(example: Example) -> dict[str, str]:
    """Return the configuration keys of the secret fields, by the names of the fields."""
    named = {name: example.entry.get(name) for name in example.kind.secret_names}
    return {name: str(value[CONFIG]) for name, value in named.items() if isinstance(value, dict)}


class _Code(str):
    """A value that is written as it is, such as a call."""

    __slots__ = ()


def python_program(example: Example) -> str:
    """Return an example with the resources of this package."""
    secrets = {
        name: _Code(f'pulumi.Config().require_secret("{key}")')
        for name, key in _secrets(example).items()
    }
    declared: dict[str, Any] = {**example.entry, **secrets}
    if example.existing:
        declared[EXISTING_ID] = example.existing
    arguments = "".join(f"{name}={_in_python(value)}," for name, value in declared.items())
    source = f'{example.name} = {example.kind.name}("{example.name}", {arguments})\n'
    clear = "CLEAR, " if "CLEAR" in arguments else ""
    return _formatted(
        f"import pulumi\nfrom pulumi_setsmart import {clear}{example.kind.name}\n\n"
        f'{source}pulumi.export("id", {example.name}.id)\n'
    )


def _in_python(value: Any) -> str:
    match value:
        case None:
            return "CLEAR"
        case _Code():
            return value
        case dict():
            members = (f"{name!r}: {_in_python(member)}" for name, member in value.items())
            # With a comma at the end, several members have a line each.
            return f"{{{', '.join(members)}{',' if len(value) > 1 else ''}}}"
        case list():
            return f"[{', '.join(map(_in_python, value))}]"
    return repr(value)


def _formatted(source: str) -> str:
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "format", f"--line-length={_WIDTH}", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout


def yaml_program(example: Example) -> str:
    """Return an example with the native plugin, less what each Pulumi.yaml begins with."""
    sections = _sections(example)
    if example.existing:
        resource: Any = sections["resources"][example.name]
        resource["options"] = {"import": example.existing}
    return yaml_text({**sections, "outputs": {"id": f"${{{example.name}.id}}"}})


def _sections(example: Example) -> dict[str, dict[str, Json]]:
    return sections_of([(example.name, example.kind, example.entry)])


def typescript_program(example: Example) -> str:
    """Return an example with the native plugin and a class that fits each type."""
    resource: Any = _sections(example)["resources"][example.name]
    secrets = {
        name: _Code(f'new pulumi.Config().requireSecret("{key}")')
        for name, key in _secrets(example).items()
    }
    inputs = {**resource["properties"], **secrets}
    options = f", {_in_typescript({'import': example.existing})}" if example.existing else ""
    return f"""\
import * as pulumi from "@pulumi/pulumi";

class Resource extends pulumi.CustomResource {{}}

const {example.name} = new Resource("{example.kind.token}", "{example.name}", {{
{"".join(_members(inputs, "  "))}}}{options});

export const id = {example.name}.id;
"""


def _members(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield the lines of an object's members."""
    for name, value in values.items():
        key = name if name.isidentifier() else json.dumps(name)
        line = f"{indent}{key}: {_in_typescript(value)},\n"
        if isinstance(value, dict) and len(line) > _WIDTH:
            inner = "".join(_members(value, f"{indent}  "))
            line = f"{indent}{key}: {{\n{inner}{indent}}},\n"
        yield line


def _in_typescript(value: Any) -> str:
    """Return a value in one line."""
    match value:
        case _Code():
            return value
        case dict():
            members = (line.strip().removesuffix(",") for line in _members(value, ""))
            return f"{{ {', '.join(members)} }}"
        case list():
            return f"[{', '.join(map(_in_typescript, value))}]"
    return json.dumps(value, ensure_ascii=False)


LANGUAGES = (
    Language("Python", "python", "__main__.py", python_program),
    Language("YAML", "yaml", "Pulumi.yaml", yaml_program),
    Language("TypeScript", "typescript", "index.ts", typescript_program),
)
