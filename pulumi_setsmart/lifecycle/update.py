"""Bringing an object to the declared values."""

from __future__ import annotations

from pulumi_setsmart.client.errors import ConflictError, NotFoundError
from pulumi_setsmart.lifecycle.comparison import (
    Mismatch,
    matches,
    overlay,
    overwritten,
    project,
    shape_of,
)
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.replacement import MOST_ATTEMPTS, put_object
from pulumi_setsmart.lifecycle.same_object import confirm_same, known_fields
from pulumi_setsmart.lifecycle.state_metadata import Since
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.lifecycle.write_result import outputs_after_write, overwrite_warning
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record


def update_object(operation: Operation, stored: StoredObject) -> dict[str, Json]:
    """Bring an object to the declared values and return its outputs.

    It is read afresh, the declared fields are laid over it and the whole is sent, so that nothing
    undeclared is lost. Nothing is sent if it is as declared already. If somebody changes it between
    the two, that is done once more.
    """
    identifier = stored.identifier
    operation.ownership.claim(identifier, stored.metadata.salt)
    operation.list_cache.mark_written(identifier)
    attempts, etag = 0, None
    while True:
        attempts += 1
        try:
            record = operation.collection.get(identifier)
            etag = record.etag
            confirm_same(operation, stored, record)
            payload, reverted = _payload(operation, stored, record)
            if payload is None:
                return outputs_after_write(operation, stored, record, record, Since.UPDATE)
            declared = operation.declaration.fields
            response = put_object(operation, identifier, payload, declared, etag)
        except ConflictError:
            if etag is None or attempts == MOST_ATTEMPTS:
                raise
            continue
        except NotFoundError as error:
            reason = "it was deleted since it was last read; `pulumi up --refresh` creates it again"
            raise NotFoundError(reason, error.context) from None
        if reverted:
            operation.report(
                overwrite_warning(operation.declaration, reverted),
                identifier,
                code=MessageCode.DRIFT_REVERTED,
            )
        whole = operation.whole(identifier, response, first=False)
        return outputs_after_write(operation, stored, response or whole, whole, Since.UPDATE)


def _payload(
    operation: Operation, stored: StoredObject, record: Record
) -> tuple[dict[str, Json] | None, list[Mismatch]]:
    """Return what to send, None if nothing, and which changes of others that reverts."""
    declared = operation.declaration.fields
    shape = shape_of(declared)
    secrets = known_fields(operation, stored, record)
    visible = operation.visible(record, secrets, stored.metadata.hides_by_null)
    fields = in_order_of(declared, visible, operation.declaration.unordered)
    current, _ = stored.metadata.reconcile(stored.fields, project(shape, fields))
    if matches(declared, current):
        return None, []
    reverted = overwritten(declared, project(shape, stored.fields), current)
    return overlay(operation.sendable(record, secrets), declared), reverted
