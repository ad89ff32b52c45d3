"""What a state is to hold of an object that is imported."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_setsmart.automation.import_file import ImportedResource
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.resource_key import RESOURCE, ResourceKey
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.specification.assigned_stack import STACK
from pulumi_setsmart.specification.former_keys import FORMERLY


def imported_resource(
    lifecycle: Lifecycle,
    name: str,
    key: ResourceKey,
    entry: Mapping[str, Json],
    record: Record,
) -> ImportedResource:
    """Return the resource that begins to manage an object.

    Args:
        lifecycle: The lifecycle of its kind.
        name: The name of the resource.
        key: What tells it from all others.
        entry: What declares it.
        record: The object as it was just read.
    """
    # A secret is stored in the configuration; what the server shows of it is not ours to write.
    excluded = lifecycle.kind.secret_names | {FORMERLY, STACK}
    inputs: dict[str, Json] = {
        **{name: value for name, value in entry.items() if name not in excluded},
        RESOURCE: str(key),
    }
    seen = lifecycle.imported(record, inputs)
    return ImportedResource(lifecycle.kind, name, seen.inputs or {}, seen.outputs)
