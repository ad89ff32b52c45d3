"""What changes, field by field, as Pulumi's protocol has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from pulumi.runtime.proto.provider_pb2 import DiffResponse, PropertyDiff

from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.planned_change import PlannedChange
from pulumi_setsmart.models.json import steps

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def diff_response(kind: Kind, change: PlannedChange) -> DiffResponse:
    """Return a planned change as a response.

    What the program does not declare any more is not in it: it stays as it is, but Pulumi would
    show it as removed.
    """
    # A program can have an object replaced for what Pulumi is told of (replaceOnChanges). What the
    # server did not apply when it created the object is no reason for that.
    differences = change.differences if change.shows_in_inputs or change.replaces else ()
    detailed = {
        property_path(_property_steps(kind, each.path)): PropertyDiff(
            kind=PropertyDiff.ADD if each.actual is None else PropertyDiff.UPDATE
        )
        for each in differences
    }
    for name in change.policies:
        detailed[name] = PropertyDiff(kind=PropertyDiff.UPDATE)
    for name in change.replaces:
        detailed[name] = PropertyDiff(kind=PropertyDiff.UPDATE_REPLACE)
    tops = dict.fromkeys(re.split(r"[.\[]", path, maxsplit=1)[0] for path in detailed)
    return DiffResponse(
        changes=DiffResponse.DIFF_SOME if change.changes else DiffResponse.DIFF_NONE,
        replaces=change.replaces,
        diffs=tops,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def property_path(keys: Iterable[str]) -> str:
    """Return the path of a property, as Pulumi writes it: ``attributes.rooms[0]["door.code"]``."""
    path = ""
    for key in keys:
        if key.isdecimal():
            path += f"[{key}]"
        elif _PLAIN_NAME.fullmatch(key):
            path += f".{key}" if path else key
        else:
            path += f"[{json.dumps(key, ensure_ascii=False)}]"
    return path


def _property_steps(kind: Kind, path: str) -> list[str]:
    keys = steps(path)
    return keys if keys and keys[0] in kind.field_names else [kind.extra_fields, *keys]
