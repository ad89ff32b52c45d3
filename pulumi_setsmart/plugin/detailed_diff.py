"""What changes, field by field, as Pulumi's protocol has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pulumi.runtime.proto.provider_pb2 import DiffResponse, PropertyDiff

from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.planned_change import PlannedChange
from pulumi_setsmart.models.json import Json, value_at

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def diff_response(kind: Kind, change: PlannedChange, inputs: Mapping[str, Json]) -> DiffResponse:
    """Return a planned change of a resource with these inputs as a response.

    What the program does not declare any more is not in it: it stays as it is, but Pulumi would
    show it as removed.
    """
    # A program can have an object replaced for what Pulumi is told of (replaceOnChanges). What the
    # server did not apply when it created the object is no reason for that.
    differences = change.differences if change.shows_in_inputs or change.replaces else ()
    detailed = {
        property_path(kind.property_steps(each.path), inputs): PropertyDiff(
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


def property_path(keys: Iterable[str], inputs: Mapping[str, Json]) -> str:
    """Return the path of a property, as Pulumi writes it: ``attributes.rooms[0]["door.code"]``.

    Args:
        keys: The keys that lead to it.
        inputs: The inputs, which tell a list from an object.
    """
    path = ""
    value: Json = dict(inputs)
    for key in keys:
        if isinstance(value, list):
            path += f"[{key}]"
        elif _PLAIN_NAME.fullmatch(key):
            path += f".{key}" if path else key
        elif "\\" in key:
            break  # Pulumi's paths cannot say it: what holds it is named
        else:
            quoted = key.replace('"', '\\"')
            path += f'["{quoted}"]'
        value = value_at(value, [key])
    return path
