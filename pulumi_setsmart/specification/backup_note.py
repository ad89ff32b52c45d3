"""What a backup notes of an object beside its fields: what it lacks, and whose it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, Self

from attrs import frozen

from pulumi_setsmart.lifecycle.comparison import Shape, read_shape
from pulumi_setsmart.lifecycle.resource_key import ResourceKey
from pulumi_setsmart.models.json import Json

BACKUP: Final = "backup"
"""The member of an entry that holds it."""

DESCRIPTION = (
    "What `pulumi-setsmart backup` noted of the object for `restore`. It is ignored otherwise."
)

SCHEMA: Mapping[str, Json] = {"type": ["object", "null"]}

_LEFT_OUT = "left_out"
_RESOURCE = "resource"
_DECLARED = "declared"


@frozen
class BackupNote:
    """What a backup notes of an object.

    Attributes:
        left_out: The JSON pointers of the fields that the object has and the backup lacks.
        resource: The key of the resource that managed it, or None if the stack had none.
        declared: Which fields the program declared, or None if that is not known.
    """

    left_out: Sequence[str] = ()
    resource: ResourceKey | None = None
    declared: Mapping[str, Shape] | None = None

    @classmethod
    def read(cls, value: Json) -> Self:
        """Return the note that a member of an entry holds.

        Raises:
            ValueError: It holds none.
        """
        members = _object(value)
        key = _strings(members.get(_RESOURCE, []))
        resource = ResourceKey.read(json.dumps(key))
        if key and resource is None:
            raise ValueError
        declared = members.get(_DECLARED)
        return cls(
            _strings(members.get(_LEFT_OUT, [])),
            resource,
            None if declared is None else read_shape(declared),
        )

    def as_json(self) -> dict[str, Json]:
        """Return the member of an entry that holds it."""
        members: dict[str, Json] = {}
        if self.left_out:
            members[_LEFT_OUT] = [*self.left_out]
        if self.resource is not None:
            members[_RESOURCE] = json.loads(str(self.resource))
        if self.declared is not None:
            members[_DECLARED] = json.loads(json.dumps(self.declared))
        return members


def is_note(value: Json) -> bool:
    """Return whether an entry may have a value as its note; with None it has none."""
    return value is None or isinstance(value, dict)


def _object(value: Json) -> dict[str, Json]:
    match value:
        case dict():
            return value
    raise ValueError


def _strings(value: Json) -> list[str]:
    match value:
        case list() if all(isinstance(element, str) for element in value):
            return [*map(str, value)]
    raise ValueError
