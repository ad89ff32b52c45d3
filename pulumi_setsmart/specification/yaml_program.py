"""Writes entries as a program in YAML, whose resources are those of the native plugin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce

from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.models.json import Json, JsonObject, pointer
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.backup_note import BACKUP
from pulumi_setsmart.specification.former_keys import FORMERLY
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS, Entries, Entry
from pulumi_setsmart.specification.yaml_writing import yaml_text

_CLEAR = "clear"
_MEANS_MORE = re.compile(r"\$[${]")
_OF_FILES = {FORMERLY, STACK, BACKUP}
"""What an entry says to readers of files only: the state of a new program has no former keys."""


def yaml_program(entries: Entries) -> str:
    """Return the sections of Pulumi.yaml that declare entries, by section and key."""
    keys = [key for members in entries.values() for key in members]
    resources: JsonObject = {}
    configured: JsonObject = {}
    for section, kind in SECTIONS.items():
        for key, entry in entries.get(section, {}).items():
            name = key if keys.count(key) == 1 else f"{key}-{kind.module}"
            resources[name] = _resource(kind, entry)
            configured |= {
                name: {"type": "string", "secret": True} for name in _secrets(kind, entry).values()
            }
    return yaml_text({**({CONFIG: configured} if configured else {}), "resources": resources})


def _resource(kind: Kind, entry: Entry) -> JsonObject:
    declared = {name: value for name, value in entry.items() if name not in _OF_FILES}
    extra = declared.get(kind.extra_fields)
    members = extra if isinstance(extra, dict) else {}
    fields = {name: value for name, value in declared.items() if name != kind.extra_fields}
    nulls: list[Json] = [_path(steps) for steps in _nulls({**fields, **members}, ())]
    references = {name: f"${{{key}}}" for name, key in _secrets(kind, entry).items()}
    return {
        "type": f"setsmart:index:{kind.name}",
        "properties": {
            **_without_nulls(declared),
            **references,
            **({_CLEAR: nulls} if nulls else {}),
        },
    }


def _secrets(kind: Kind, entry: Entry) -> dict[str, str]:
    """Return the keys of the configuration that an entry refers to, by the names of its fields."""
    references = {name: entry[name] for name in kind.secret_names & entry.keys()}
    return {
        name: str(reference[CONFIG])
        for name, reference in references.items()
        if isinstance(reference, dict)
    }


def _without_nulls(values: Mapping[str, Json]) -> JsonObject:
    return {_text(name): _literal(value) for name, value in values.items() if value is not None}


def _literal(value: Json) -> Json:
    match value:
        case str():
            return _text(value)
        case dict():
            return _without_nulls(value)
        case list():
            return [CLEAR.value if each is None else _literal(each) for each in value]
    return value


def _text(text: str) -> str:
    """Return a text that a program in YAML takes literally.

    ``${`` begins a reference there, and ``$$`` is one dollar.
    """
    return text.replace("$", "$$") if _MEANS_MORE.search(text) else text


def _nulls(values: Mapping[str, Json], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield where objects have null, which from a program in YAML never arrives."""
    for name, value in values.items():
        if value is None:
            yield *above, name
        elif isinstance(value, dict):
            yield from _nulls(value, (*above, name))


def _path(steps: tuple[str, ...]) -> str:
    """Return a path as people write it: with dots, unless a name has any or is empty."""
    is_plain = all(steps) and not any("." in name for name in steps) and steps[0][0] != "/"
    return ".".join(steps) if is_plain else reduce(pointer, steps, "")
