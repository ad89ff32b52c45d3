"""The fields of a sandbox's objects, as far as a backup brings them back."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pulumi_setsmart.sandbox import Json, JsonObject


def saved_fields(objects: Iterable[JsonObject], *excluded: str) -> list[dict[str, Json]]:
    """Return the fields of objects, in an order that ids do not decide.

    Null is the same as nothing.

    Args:
        objects: The objects.
        excluded: The names of fields that do not count, beside those that only the server sets.
    """
    unequal = {"created_at", "updated_at", *excluded}
    shown = [
        {name: without_nulls(value) for name, value in each.items() if name not in unequal}
        for each in objects
    ]
    present = [{name: each[name] for name in each if each[name] is not None} for each in shown]
    return sorted(present, key=lambda each: json.dumps(each, sort_keys=True))


def without_nulls(value: Json) -> Json:
    """Return a value without null."""
    match value:
        case dict():
            return {name: without_nulls(each) for name, each in value.items() if each is not None}
        case list():
            return [*map(without_nulls, value)]
    return value
