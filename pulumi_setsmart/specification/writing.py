"""Writes entries to portfolio files."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.specification.csv_file import (
    FIELDS,
    OPTIONAL,
    SECTION,
    csv_text,
    extended_csv,
    updated_csv,
)
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.merging import merge
from pulumi_setsmart.specification.sections import SECTIONS, Entries
from pulumi_setsmart.specification.yaml_writing import yaml_text


def portfolio_text(entries: Entries, format_: Format) -> str:
    """Return entries as the text of a file. Reading it returns the same entries.

    CSV has the documented fields of listings only.
    """
    value = _value_of(entries)
    match format_:
        case Format.YAML:
            return yaml_text(value)
        case Format.JSON:
            return _json_text(value)
        case Format.CSV:
            return csv_text(value.get(SECTION, {}))


def extended_text(text: str, additions: Entries, format_: Format) -> str:
    """Return the text of a portfolio file with entries added at the end of its sections.

    Comments and the order of existing entries are kept.

    Args:
        text: A text that can be read.
        additions: The entries to add, under names that are not in it.
        format_: The format of the text.
    """
    value = _value_of(additions)
    match format_:
        case Format.YAML:
            # Imported only when needed, because it takes longest to load.
            from pulumi_setsmart.specification.yaml_file import extended_yaml  # noqa: PLC0415

            return extended_yaml(text, value)
        case Format.JSON:
            sections = json.loads(text) or {}
            for section, entries in value.items():
                sections[section] = {**(sections.get(section) or {}), **entries}
            return _json_text(sections)
        case Format.CSV:
            return extended_csv(text, value.get(SECTION, {}))


def updated_text(
    text: str,
    members: Mapping[str, Mapping[str, Mapping[str, Json]]],
    removed: Mapping[str, Collection[str]],
    renamed: Mapping[str, Mapping[str, str]],
    format_: Format,
) -> str:
    """Return the text of a portfolio file with other members, and without some entries.

    Objects are merged. Comments and the order of existing entries are kept.

    Args:
        text: A text that can be read.
        members: What changes or is new, by section and key.
        removed: The keys of the entries to leave out, by section.
        renamed: The new keys of entries by their old ones, by section. Members have the new ones.
        format_: The format of the text.
    """
    match format_:
        case Format.YAML:
            from pulumi_setsmart.specification.yaml_file import updated_yaml  # noqa: PLC0415

            return updated_yaml(text, members, removed, renamed)
        case Format.JSON:
            sections = json.loads(text) or {}
            merge(sections, members, removed, renamed)
            return _json_text(sections)
        case Format.CSV:
            return updated_csv(
                text,
                members.get(SECTION, {}),
                removed.get(SECTION, ()),
                renamed.get(SECTION, {}),
            )


def omissions(entries: Entries, format_: Format) -> list[Notice]:
    """Return what a file of a format leaves out."""
    if format_ is not Format.CSV:
        return []
    columns = {*FIELDS, *OPTIONAL}
    partial = sum(not entry.keys() <= columns for entry in entries[SECTION].values())
    missing = []
    if partial:
        missing.append(f"fields other than the documented ones (listings: {partial})")
    missing += [
        f"{SECTIONS[section].label}s ({len(members)})"
        for section, members in entries.items()
        if members and section != SECTION
    ]
    return [Notice(MessageCode.NOT_IN_CSV, f"CSV cannot contain {each}") for each in missing]


def _value_of(entries: Entries) -> Entries:
    return {section: members for section, members in entries.items() if members}


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
