"""Looking at an object: what it is now, or that it is gone."""

from __future__ import annotations

import attrs
from attrs import frozen

from pulumi_setsmart.client.errors import NotFoundError
from pulumi_setsmart.lifecycle.comparison import is_equal, mismatches, project, shape_of
from pulumi_setsmart.lifecycle.declaration import (
    ID,
    importable_fields,
    inputs_of,
    known_fields_of,
    outputs_of,
)
from pulumi_setsmart.lifecycle.existence import look_again
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.list_cache import NeededFields
from pulumi_setsmart.lifecycle.metadata import unapplied_in
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.resource_key import RESOURCE, resource_key_in
from pulumi_setsmart.lifecycle.same_object import add_reference, confirm_deletion, confirm_same
from pulumi_setsmart.lifecycle.soft_deletion import soft_deletion_of
from pulumi_setsmart.lifecycle.state_metadata import Since
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record


@frozen
class ReadObject:
    """An object as it was read.

    Attributes:
        outputs: What the resource shows of it.
        declared: What a program would have to declare for the object to be as it is now; None where
            we do not know what the program declares.
        is_news: Whether that has changed.
    """

    outputs: dict[str, Json]
    declared: dict[str, Json] | None
    is_news: bool = True

    @property
    def inputs(self) -> dict[str, Json] | None:
        """What is declared, or None where that has not changed."""
        return self.declared if self.is_news else None


def read_object(operation: Operation, stored: StoredObject) -> ReadObject | None:
    """Look at an object.

    Args:
        operation: The read.
        stored: The object as the state knows it.

    Returns:
        What it is now, or None if it was deleted.
    """
    identifier = stored.identifier
    unapplied = unapplied_in(stored.outputs, identifier)
    with operation.account.run.turn():
        operation.ownership.recognise(identifier, stored.owner)
        if ID not in stored.outputs:
            operation.ownership.note_read(identifier)
        _note_identity(operation, stored, stored.fields)
    add_reference(operation, stored)
    try:
        record = operation.read(identifier, _needed_fields(operation, stored))
    except NotFoundError:
        if not stored.has_metadata and ID not in stored.outputs:
            raise
        confirm_deletion(operation, stored)
        found = look_again(operation, identifier)
        if found is None:
            operation.mark_deleted(identifier)
            return None
        record = found
    secrets = confirm_same(operation, stored, record)
    known, current = (
        {name: fields.get(name) for name in operation.natural_key}
        for fields in (stored.fields, record.fields)
    )
    if not is_equal(known, current):
        _note_identity(operation, stored, record.fields)
    _report_soft_deletion(operation, record)
    return _as_read(operation, stored, record, secrets, unapplied)


def confirm_account(operation: Operation, stored: StoredObject) -> None:
    """Make sure that an object is in the account of this run, or was deleted in it.

    Pulumi refreshes with the configuration that the last deployment saved, and creates with that of
    the program. A mistake in that shows nowhere else before something is created elsewhere.

    Raises:
        WrongAccountError: It was last seen with another key or base URL, and is not there.
        ApiError: It could not be looked up.
    """
    if operation.account.is_the_same(stored.metadata):
        return
    add_reference(operation, stored)
    try:
        record = operation.read(stored.identifier, _needed_fields(operation, stored))
    except NotFoundError:
        confirm_deletion(operation, stored)
    else:
        confirm_same(operation, stored, record)


def with_importable(kind: Kind, seen: ReadObject, resource_key: str) -> ReadObject:
    """Return an object that was only read, with what would manage it as it is declared."""
    fields = importable_fields(kind, known_fields_of(kind, seen.outputs))
    declared = inputs_of(kind, seen.outputs, fields, [] if kind.fields else [""])
    return attrs.evolve(seen, declared={**declared, RESOURCE: resource_key}, is_news=True)


def _note_identity(operation: Operation, stored: StoredObject, fields: JsonObject) -> None:
    """Note by what a managed object is recognised; one that is only read belongs to nobody."""
    if stored.owner is not None:
        operation.identities.note(
            stored.identifier,
            stored.metadata.resource_key,
            operation.natural_key,
            fields,
            stored.metadata.identity_since,
        )


def imported_object(operation: Operation, stored: StoredObject, record: Record) -> ReadObject:
    """Return what the state is to hold of an object that it begins to hold, as it was just read.

    Where it is not as declared, the next read and diff show the difference, field by field.
    """
    declaration, metadata = operation.declaration, stored.metadata
    shape = shape_of(declaration.fields)
    visible = declaration.visible(record.fields, {})
    fields = in_order_of(declaration.fields, visible, declaration.unordered, declaration.secrets)
    current = project(shape, fields)
    differing = [*mismatches(declaration.fields, current)]
    after = attrs.evolve(
        metadata,
        account=operation.account_mark(record, metadata),
        declared=shape,
        secret_paths=declaration.secret_paths,
        unapplied=metadata.unapplied_of(differing, Since.IMPORT),
        inputs_ahead=bool(differing),
        resource_key=resource_key_in(operation.properties),
        identity_since=operation.account.run.started_at,
    )
    inputs = operation.properties
    return ReadObject(
        outputs_of(operation.kind, inputs, record.id, fields, current, after), dict(inputs)
    )


def _as_read(
    operation: Operation,
    stored: StoredObject,
    record: Record,
    secrets: JsonObject,
    unapplied: JsonObject,
) -> ReadObject:
    kind, outputs, metadata = operation.kind, stored.outputs, stored.metadata
    visible = operation.declaration.visible(record.fields, secrets, metadata.hides_by_null)
    fields = in_order_of(stored.fields, visible, operation.declaration.unordered)
    shape = metadata.declared
    if shape is None:
        shape = shape_of(stored.fields if ID in outputs else _undeclared(operation, record))
    before = project(shape, stored.fields)
    current, accepted_values = metadata.reconcile(stored.fields, project(shape, fields))
    changed = {difference.path for difference in mismatches(before, current)}
    after = attrs.evolve(
        metadata,
        account=operation.account_mark(record, metadata),
        accepted_values=accepted_values,
        unapplied={
            path: known for path, known in metadata.unapplied.items() if path not in changed
        },
        inputs_ahead=False,
    )
    inputs = inputs_of(kind, outputs, current, metadata.secret_paths)
    if metadata.resource_key is not None:
        inputs[RESOURCE] = metadata.resource_key
    sent = {path: value for path, value in unapplied.items() if path in after.unapplied}
    return ReadObject(
        outputs=outputs_of(kind, outputs, record.id, fields, current, after, sent),
        declared=None if metadata.declared is None else inputs,
        is_news=metadata.inputs_ahead or not is_equal(before, current),
    )


def _needed_fields(operation: Operation, stored: StoredObject) -> NeededFields:
    """Return what a read has to show: what is declared, and what was known before."""
    kind, declared = operation.kind, stored.metadata.declared
    known = {name for name, value in stored.fields.items() if value is not None}
    names = known | {*(declared or ())}
    shows_all = kind.whole_when_read and declared is None
    return NeededFields(
        required=frozenset(names - kind.secret_names),
        relevant=None if shows_all else frozenset(names | kind.field_names),
    )


def _undeclared(operation: Operation, record: Record) -> dict[str, Json]:
    """Return the fields, beside those known by name, that an object shows if only read."""
    return operation.sendable(record, {}) if operation.kind.whole_when_read else {}


def _report_soft_deletion(operation: Operation, record: Record) -> None:
    """Tell the user of an object that somebody deleted, and that the server keeps all the same."""
    deletion = soft_deletion_of(record.fields)
    if deletion is not None and deletion != soft_deletion_of(operation.declaration.fields):
        operation.report(
            f"it was deleted or archived in SetSmart ({deletion}). It stays managed and is not "
            "created again; restore it there, or take it out of the program",
            record.id,
            code=MessageCode.SOFT_DELETED,
        )
