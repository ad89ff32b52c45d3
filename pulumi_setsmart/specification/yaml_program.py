"""Entries as a program in YAML, whose resources are those of the native plugin, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from pulumi_setsmart.lifecycle.cleared_fields import with_cleared_fields
from pulumi_setsmart.lifecycle.kind import CLEAR_INPUT, Kind
from pulumi_setsmart.models.json import Json, JsonObject, pointer
from pulumi_setsmart.models.marker import CLEAR, stands_for_null
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.backup_note import BACKUP
from pulumi_setsmart.specification.former_keys import FORMERLY
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS, Entries, Entry
from pulumi_setsmart.specification.yaml_writing import yaml_text

_RESOURCES = "resources"
_PROPERTIES = "properties"
_RESERVED = "pulumi"
"""The name of what programs in YAML know of their stack."""

_NAMED = (_RESOURCES, CONFIG, "configuration", "variables")
"""The sections of a program whose members share their names."""

_MEANS_MORE = re.compile(r"\$[${]")
_REFERS = re.compile(r"(?<!\$)(?:\$\$)*\$\{")
"""Where a text refers to something: `$$` is one dollar."""

_OF_FILES = {FORMERLY, STACK, BACKUP}
"""What an entry says to readers of files only: the state of a new program has no former keys."""


def yaml_program(entries: Entries) -> str:
    """Return the sections of Pulumi.yaml that declare entries, by section and key."""
    return yaml_text(program_sections(entries))


def program_sections(entries: Entries) -> dict[str, dict[str, Json]]:
    """Return the sections of a program that declare entries, as plain values."""
    return sections_of(
        [
            (key, kind, entry)
            for section, kind in SECTIONS.items()
            for key, entry in entries.get(section, {}).items()
        ]
    )


def sections_of(declared: Sequence[tuple[str, Kind, Entry]]) -> dict[str, dict[str, Json]]:
    """Return the sections of a program that declare resources, by key, kind and entry.

    A resource has the key of its entry for a name, unless something else is called so.
    """
    keys = [key for key, _, _ in declared]
    secrets = {secret for _, kind, entry in declared for secret in _secrets(kind, entry).values()}
    taken = {_RESERVED, *secrets, *(key for key in keys if keys.count(key) > 1)}
    resources: dict[str, Json] = {
        key if key not in taken else f"{key}-{kind.module}": _resource(kind, entry)
        for key, kind, entry in declared
    }
    configured: dict[str, Json] = {
        name: {"type": "string", "secret": True} for name in sorted(secrets)
    }
    return {**({CONFIG: configured} if configured else {}), _RESOURCES: resources}


class Reference(str):
    """A text of a program that refers to something, which is not looked up."""

    __slots__ = ()


def names_in(program: Mapping[str, Any]) -> set[str]:
    """Return the names that no new resource of a program may have."""
    members = (program.get(section) for section in _NAMED)
    return {_RESERVED, *(name for each in members if isinstance(each, dict) for name in each)}


def declared_in(program: Mapping[str, Any]) -> Entries:
    """Return what the resources of a program declare, by section and name.

    What a program refers to is not looked up: it is a `Reference`.
    """
    resources = program.get(_RESOURCES)
    entries: Entries = {section: {} for section in SECTIONS}
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        for section, kind in SECTIONS.items():
            match resource:
                case {"type": kind.token, **members}:
                    declared = members.get(_PROPERTIES)
                    fields = _read(declared) if isinstance(declared, dict) else {}
                    entries[section][name] = with_cleared_fields(kind, fields).inputs
    return entries


def without_references(entry: Entry) -> dict[str, Json]:
    """Return what a resource declares, less what it refers to.

    Nobody has looked up what that is: it may be a secret, whose value the account shows.
    """
    return {name: _less(value) for name, value in entry.items() if not _is_reference(value)}


def _less(value: Json) -> Json:
    return without_references(value) if isinstance(value, dict) else value


def _is_reference(value: Json) -> bool:
    """Return whether a value is a reference or a function, or a list with any in it."""
    match value:
        case dict():
            return any(name.startswith("fn::") for name in value)
        case list():
            return any(_holds_reference(element) for element in value)
    return isinstance(value, Reference)


def _holds_reference(value: Json) -> bool:
    members = value.values() if isinstance(value, dict) else ()
    return _is_reference(value) or any(_holds_reference(member) for member in members)


def _resource(kind: Kind, entry: Entry) -> dict[str, Json]:
    declared = {name: value for name, value in entry.items() if name not in _OF_FILES}
    extra = declared.get(kind.extra_fields)
    members = extra if isinstance(extra, dict) else {}
    fields = {name: value for name, value in declared.items() if name != kind.extra_fields}
    nulls: list[Json] = [
        _text(_path((kind.extra_fields, *steps) if steps[0] == kind.extra_fields else steps))
        for steps in (*_nulls(fields, ()), *_nulls(members, ()))
    ]
    references = {name: f"${{{key}}}" for name, key in _secrets(kind, entry).items()}
    return {
        "type": kind.token,
        _PROPERTIES: {
            **_without_nulls(declared),
            **references,
            **({CLEAR_INPUT: nulls} if nulls else {}),
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


def _without_nulls(values: JsonObject) -> dict[str, Json]:
    return {_text(name): _literal(value) for name, value in values.items() if value is not None}


def _literal(value: Json) -> Json:
    match value:
        case str():
            return _text(value)
        case dict():
            return _without_nulls(value)
        case list():
            return [_element(each) for each in value]
    return value


def _element(value: Json) -> Json:
    """Return a value inside of a list, where a null has no path: it is written as the marker."""
    match value:
        case None:
            return CLEAR.value
        case dict():
            return {_text(name): _element(member) for name, member in value.items()}
        case list():
            return [_element(each) for each in value]
    return _literal(value)


def _text(text: str) -> str:
    """Return a text that a program in YAML takes literally.

    ``${`` begins a reference there, and ``$$`` is one dollar.
    """
    return text.replace("$", "$$") if _MEANS_MORE.search(text) else text


def _read(value: Any) -> Any:
    """Return a value of a program as Pulumi reads it, less what it refers to."""
    match value:
        case str() if stands_for_null(value):
            return None
        case str():
            text = value.replace("$$", "$")
            return Reference(text) if _REFERS.search(value) else text
        case dict():
            return {_read(name): _read(member) for name, member in value.items()}
        case list():
            return [_read(element) for element in value]
    return value


def _nulls(values: JsonObject, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
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
