"""Changes the sections of a portfolio file in place, so that a library can keep its comments."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from pulumi_setsmart.models.json import Json


def merge(
    sections: Any,
    members: Mapping[str, Mapping[str, Mapping[str, Json]]],
    removed: Mapping[str, Collection[str]],
    renamed: Mapping[str, Mapping[str, str]],
    add: Callable[[Any, str, Any], None] = operator.setitem,
) -> None:
    """Change sections, which may be objects of a library that behave as dictionaries.

    Args:
        sections: The sections.
        members: What changes or is new, by section and key. Objects are merged.
        removed: The keys of the entries to leave out, by section.
        renamed: The new keys of entries by their old ones, by section. Members have the new ones.
        add: Adds a member to an object.
    """
    for section, new_keys in renamed.items():
        _rename(sections[section], new_keys)
    for section, keys in removed.items():
        for key in keys:
            del sections[section][key]
    for section, entries in members.items():
        _merge_object(sections, {section: entries} if entries else {}, add)


def _rename(entries: Any, keys: Mapping[str, str]) -> None:
    """Give entries other keys, in the same order."""
    before = [*entries.items()]
    for key, _ in before:
        del entries[key]
    for key, entry in before:
        entries[keys.get(key, key)] = entry


def _merge_object(
    target: Any, members: Mapping[str, Any], add: Callable[[Any, str, Any], None]
) -> None:
    for name, value in members.items():
        if isinstance(value, Mapping) and isinstance(target.get(name), dict):
            _merge_object(target[name], value, add)
        elif name in target:
            target[name] = value
        else:
            add(target, name, value)
