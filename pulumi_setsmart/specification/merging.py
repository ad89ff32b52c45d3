"""Changes the sections of a portfolio file in place, so that a library can keep its comments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pulumi_setsmart.models.json import Json


def merge(
    sections: Any,
    members: Mapping[str, Mapping[str, Mapping[str, Json]]],
    removed: Mapping[str, Collection[str]],
) -> None:
    """Change sections, which may be objects of a library that behave as dictionaries.

    Args:
        sections: The sections.
        members: What changes or is new, by section and key. Objects are merged.
        removed: The keys of the entries to leave out, by section.
    """
    for section, keys in removed.items():
        for key in keys:
            del sections[section][key]
    for section, entries in members.items():
        _merge_object(sections, {section: entries} if entries else {})


def _merge_object(target: Any, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        if isinstance(value, Mapping) and isinstance(target.get(name), dict):
            _merge_object(target[name], value)
        else:
            target[name] = value
