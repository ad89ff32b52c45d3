"""What has to be done to bring an object from what was last known to what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from pulumi_setsmart.client.errors import ExistingIdError
from pulumi_setsmart.lifecycle.comparison import (
    Mismatch,
    matches,
    mismatches,
    shape_of,
    shows_enough,
)
from pulumi_setsmart.lifecycle.declaration import Declaration, importable_fields
from pulumi_setsmart.lifecycle.kind import DELETION_POLICY, EXISTING_ID, ID_FIELD, PATH, Kind
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.resource_key import resource_key_in
from pulumi_setsmart.lifecycle.state_metadata import Since, StateMetadata
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy
from pulumi_setsmart.models.text import shown_json


@frozen
class PlannedChange:
    """Whether an object has to change.

    Attributes:
        changes: Whether anything has to be done, if only to the state.
        replaces: The inputs whose change makes it another object.
        shows_in_inputs: Whether the inputs in the state differ from the new ones in a declared
            value. Pulumi can then find by itself what changes, and whether the program wants the
            object to be replaced for it (``replace_on_changes``).
        differences: Where a declared value is not what was last known.
        policies: The policy inputs whose values changed.
    """

    changes: bool
    replaces: list[str]
    shows_in_inputs: bool = False
    differences: tuple[Mismatch, ...] = ()
    policies: tuple[str, ...] = ()


def planned_change(
    kind: Kind, stored: StoredObject, inputs: Mapping[str, Json], declaration: Declaration
) -> PlannedChange:
    """Compare what was last known of an object with what the program declares.

    Args:
        kind: The kind of resource.
        stored: The object.
        inputs: The inputs of the resource.
        declaration: What they declare.
    """
    outputs = stored.outputs
    changed_places = [*_changed_places(kind, inputs, outputs)]
    replaces = [name for name in changed_places if _is_elsewhere(name, inputs, outputs)]
    policies = tuple(_changed_policies(kind, inputs, outputs))
    known = in_order_of(declaration.fields, stored.fields, declaration.unordered)
    differing = [*mismatches(declaration.fields, known)]
    if replaces or differing or not declaration.complete:
        return PlannedChange(
            changes=True,
            replaces=replaces,
            shows_in_inputs=not replaces and _shows_in_inputs(differing, stored.metadata),
            differences=tuple(differing),
            policies=policies,
        )
    changes = (
        bool(changed_places)
        or _declares_otherwise(kind, declaration, stored)
        or bool(policies)
        or _was_renamed(inputs, stored.metadata)
    )
    return PlannedChange(changes, [], policies=policies)


def refuse_another_id(named: Json, stored_id: Json) -> None:
    """Refuse to take a resource for another object than its own.

    A replacement would delete the one to have the other.
    """
    if named not in (None, UNKNOWN, stored_id):
        raise ExistingIdError(
            f"{EXISTING_ID}: it names {named}, but this resource is {stored_id}, which is not "
            f"given up for it; declare {named} as a resource of another name",
            code=MessageCode.EXISTING_ID_CHANGED,
        )


def refuse_import_over(other: str | None, identifier: str, text: str) -> None:
    """Refuse an import, or a read by an id, that Pulumi takes for a replacement of an object.

    Args:
        other: The id of the object that the resource has, or None.
        identifier: The id of the object that is imported or read.
        text: What the program calls that one by.

    Raises:
        ExistingIdError: It is another object, or the same by another text.
    """
    if other in (None, text):
        return
    if other == identifier:
        raise ExistingIdError(
            f"this resource has {identifier} already; take out the option import, or pass only the "
            "id, and the place as an argument",
            code=MessageCode.EXISTING_ID_CHANGED,
        )
    raise ExistingIdError(
        f"this resource has {other}, which is not given up for {identifier}; declare {identifier} "
        "as a resource of another name, or run `pulumi state delete URN` first",
        code=MessageCode.EXISTING_ID_CHANGED,
    )


def refuse_import_from_elsewhere(
    kind: Kind, stored: StoredObject, inputs: Mapping[str, Json]
) -> None:
    """Refuse an object that was imported from another place than a program declares.

    It may be a stranger's, and a replacement would delete it.
    """
    for name in _changed_places(kind, inputs, stored.outputs):
        if _is_elsewhere(name, inputs, stored.outputs):
            found, declared = (kind.place(each, name) for each in (stored.outputs, inputs))
            correction = (
                f"name it with {EXISTING_ID} instead"  # an import cannot say otherwise
                if name == ID_FIELD
                else f"import it as {kind.import_text(stored.identifier, inputs)}"
            )
            raise ExistingIdError(
                f"{name}: this object was imported from {_named(found)}, but the program declares "
                f"{_named(declared)}. If the state has it, run `pulumi state delete URN`. Declare "
                f"{_named(found)}, or {correction}",
                code=MessageCode.PLACE_OF_IMPORT,
            )


def _named(place: Json) -> str:
    return "none" if place is None else shown_json(place)


def _changed_places(
    kind: Kind, inputs: Mapping[str, Json], outputs: Mapping[str, Json]
) -> Iterator[str]:
    """Yield the inputs that say otherwise where an object is."""
    for name in kind.replace_on_change:
        if not matches(kind.place(inputs, name), kind.place(outputs, name)):
            yield name


def _is_elsewhere(name: str, inputs: Mapping[str, Json], outputs: Mapping[str, Json]) -> bool:
    """Return whether another value means another place."""
    return name != PATH or _without_slash(inputs.get(name)) != _without_slash(outputs.get(name))


def _without_slash(path: Json) -> Json:
    return path.rstrip("/") if isinstance(path, str) and path is not UNKNOWN else path


def _declares_otherwise(kind: Kind, declaration: Declaration, stored: StoredObject) -> bool:
    """Return whether the state has to know that other fields are declared, or other secrets."""
    shown = stored.metadata.declared
    if shown is None and stored.has_metadata:  # it was imported by a read
        shown = shape_of(importable_fields(kind, stored.fields))
    return shown is not None and (
        not shows_enough(shown, shape_of(declaration.fields), dict(stored.fields))
        or declaration.secret_paths != stored.metadata.secret_paths
    )


def _changed_policies(
    kind: Kind, inputs: Mapping[str, Json], outputs: Mapping[str, Json]
) -> Iterator[str]:
    """Yield the inputs that say otherwise what to do with the object than they did."""
    defaults = {DELETION_POLICY: str(DeletionPolicy.DELETE)}
    for name in kind.policy_inputs:
        default = defaults.get(name)
        if inputs.get(name, default) != outputs.get(name, default):
            yield name


def _was_renamed(inputs: Mapping[str, Json], metadata: StateMetadata) -> bool:
    """Return whether the resource has another key than the state knows.

    The state has to know it: the next new key is compared with it.
    """
    return metadata.resource_key is not None and resource_key_in(inputs) not in (
        None,
        metadata.resource_key,
    )


def _shows_in_inputs(differing: list[Mismatch], metadata: StateMetadata) -> bool:
    """Return whether the inputs in the state differ from the new ones in a declared value.

    A provider is not given them. They are as the outputs, unless the state was written elsewhere or
    the server did not apply what they declare. What it did not apply when it created the object, it
    would not apply to the next one either: that is no reason to replace it.
    """
    if metadata.declared is None:
        return False
    if not differing or not all(map(metadata.knows_unapplied, differing)):
        return True
    return not metadata.inputs_ahead and any(
        metadata.unapplied[difference.path].since is not Since.CREATE for difference in differing
    )
