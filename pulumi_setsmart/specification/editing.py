"""Changes values of a portfolio file, and no other character of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.json import Json, steps, value_at
from pulumi_setsmart.specification.alignment import exactly
from pulumi_setsmart.specification.csv_file import ATTRIBUTES, csv_places, read_csv
from pulumi_setsmart.specification.document import Document
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.json_file import json_places, read_json
from pulumi_setsmart.specification.place import Place, edits, with_edits

_DEPTH = 2
"""How many steps lead to an entry: its section and its key."""


def with_values(text: str, file: str, changes: Mapping[str, Json]) -> tuple[str, list[str]]:
    """Return the text of a portfolio file with other values, and what could not be changed.

    The text is read again: where others would change with a value, as they share it, or it would be
    read as another one, that value stays. In CSV, None makes an empty cell, which declares nothing.

    Args:
        text: A text that can be read.
        file: The file's name.
        changes: The values by JSON pointers, which lead to values in the file.

    Returns:
        The text, and the pointers of the values that stay.
    """
    if not changes:
        return text, []
    changed = _changed(text, file, changes)
    if changed is not None:
        return changed, []
    if len(changes) == 1:
        return text, [*changes]
    # In halves, since a large file takes seconds to read, and most values can be changed.
    left = []
    each = [*changes.items()]
    for half in (each[: len(each) // 2], each[len(each) // 2 :]):
        text, stays = with_values(text, file, dict(half))
        left += stays
    return text, left


def set_value(document: Json, path: str, value: Json) -> None:
    """Put a value in the place of another one.

    Args:
        document: What is changed.
        path: The JSON pointer of the other value.
        value: The value.
    """
    *above, last = steps(path)
    container = value_at(document, above)
    if isinstance(container, list):
        container[int(last)] = value
    elif isinstance(container, dict):
        container[last] = value


def _changed(text: str, file: str, changes: Mapping[str, Json]) -> str | None:
    """Return a text with other values, or None if it would not be read as that."""
    read, places = _format(format_of(file))
    before = read(text, file).value
    after = copy.deepcopy(before)
    for path, value in changes.items():
        set_value(after, path, value)
    try:
        changed = with_edits(text, edits(places(text), before, after))
        found = read(changed, file).value
    except PortfolioFileError:
        return None
    if format_of(file) is Format.CSV:
        _remove_emptied_cells(after, changes)
    return changed if exactly(found) == exactly(after) else None


def _format(
    format_: Format,
) -> tuple[Callable[[str, str], Document], Callable[[str], Place]]:
    match format_:
        case Format.JSON:
            return read_json, json_places
        case Format.CSV:
            return read_csv, csv_places
    # Programs without a file in YAML start faster without its parser.
    from pulumi_setsmart.specification.yaml_places import yaml_places  # noqa: PLC0415
    from pulumi_setsmart.specification.yaml_reading import read_yaml  # noqa: PLC0415

    return read_yaml, yaml_places


def _remove_emptied_cells(document: Json, changes: Mapping[str, Json]) -> None:
    """Remove what an empty cell leaves of a table: no member, and no attributes without one."""
    for path, value in changes.items():
        *above, last = steps(path)
        row, column = above[:_DEPTH], above[_DEPTH:]
        members = value_at(document, above)
        if value is None and column in ([], [ATTRIBUTES]) and isinstance(members, dict):
            del members[last]
            entry = value_at(document, row)
            if column and not members and isinstance(entry, dict):
                del entry[ATTRIBUTES]
