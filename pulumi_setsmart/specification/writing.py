"""From the arguments of resources to files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import stands_for_null
from pulumi_setsmart.specification.arguments import PortfolioArgs
from pulumi_setsmart.specification.configured_secret import ConfiguredSecret
from pulumi_setsmart.specification.csv_file import FIELDS, SECTION, csv_text, extended_csv
from pulumi_setsmart.specification.format import Format
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS


def portfolio_text(portfolio: PortfolioArgs, format_: Format) -> str:
    """Return a portfolio as the text of a file, which read again is the same portfolio.

    CSV holds the documented fields of listings only. A secret has to be a configured one.
    """
    value = _value_of(portfolio)
    match format_:
        case Format.YAML:
            # It takes longer to load than all else.
            from pulumi_setsmart.specification.yaml_file import yaml_text  # noqa: PLC0415

            return yaml_text(value)
        case Format.JSON:
            return _json_text(value)
        case Format.CSV:
            return csv_text(value.get(SECTION, {}))


def extended_text(text: str, additions: PortfolioArgs, format_: Format) -> str:
    """Return the text of a portfolio file with entries added at the end of its sections.

    Comments and the order of what is there survive.

    Args:
        text: A text that can be read.
        additions: The entries to add, under names that are not in it.
        format_: The format of the text.
    """
    value = _value_of(additions)
    match format_:
        case Format.YAML:
            from pulumi_setsmart.specification.yaml_file import extended_yaml  # noqa: PLC0415

            return extended_yaml(text, value)
        case Format.JSON:
            sections = json.loads(text) or {}
            for section, entries in value.items():
                sections[section] = {**(sections.get(section) or {}), **entries}
            return _json_text(sections)
        case Format.CSV:
            return extended_csv(text, value.get(SECTION, {}))


def not_held(portfolio: PortfolioArgs, format_: Format) -> list[str]:
    """Return what of a portfolio a file cannot hold, a sentence each."""
    if format_ is not Format.CSV:
        return []
    entries = entries_of(portfolio)
    partial = sum(not entry.keys() <= FIELDS.keys() for entry in entries.pop(SECTION).values())
    sentences = []
    if partial:
        sentences.append(f"other fields than the documented ones (listings: {partial})")
    sentences += [
        f"{SECTIONS[section].label}s ({len(members)})"
        for section, members in entries.items()
        if members
    ]
    return [f"CSV does not hold {sentence}" for sentence in sentences]


def entries_of(portfolio: PortfolioArgs) -> dict[str, dict[str, dict[str, Json]]]:
    """Return what a file says of each resource, by sections and by their keys."""
    return {
        section: {
            name: _entry_of(arguments) for name, arguments in getattr(portfolio, section).items()
        }
        for section in SECTIONS
    }


def _entry_of(arguments: attrs.AttrsInstance) -> dict[str, Json]:
    values = attrs.asdict(arguments, recurse=False)
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _value_of(portfolio: PortfolioArgs) -> dict[str, dict[str, dict[str, Json]]]:
    return {section: entries for section, entries in entries_of(portfolio).items() if entries}


def _plain(value: Any) -> Json:
    match value:
        case ConfiguredSecret(key):
            return {CONFIG: key}
        case Mapping():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(element) for element in value]
    plain: Json = None if stands_for_null(value) else value
    return plain


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
