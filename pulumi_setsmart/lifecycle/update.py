"""Bringing an object to the declared values."""

from __future__ import annotations

from functools import partial

from pulumi_setsmart.client.errors import NotFoundError
from pulumi_setsmart.lifecycle.comparison import matches, overlay, overwritten, project, shape_of
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.replacement import Payload, replace_object
from pulumi_setsmart.lifecycle.same_object import confirm_same
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
    try:
        replacement = replace_object(
            operation,
            identifier,
            partial(_payload, operation, stored),
            operation.declaration.fields,
        )
    except NotFoundError as error:
        reason = "it was deleted since it was last read; `pulumi up --refresh` creates it again"
        raise NotFoundError(reason, error.context) from None
    record, payload, response = replacement.record, replacement.payload, replacement.response
    if payload is None:
        return outputs_after_write(operation, stored, record, record, Since.UPDATE)
    if payload.reverted:
        operation.report(
            overwrite_warning(operation.declaration, payload.reverted),
            identifier,
            code=MessageCode.DRIFT_REVERTED,
        )
    whole = operation.whole(identifier, response, first=False)
    return outputs_after_write(operation, stored, response or whole, whole, Since.UPDATE)


def _payload(operation: Operation, stored: StoredObject, record: Record) -> Payload | None:
    """Return what to send, or None where the object is as declared."""
    declaration, declared = operation.declaration, operation.declaration.fields
    shape = shape_of(declared)
    known = confirm_same(operation, stored, record)
    visible = declaration.visible(record.fields, known, stored.metadata.hides_by_null)
    fields = in_order_of(declared, visible, declaration.unordered)
    current, _ = stored.metadata.reconcile(stored.fields, project(shape, fields))
    if matches(declared, current):
        return None
    return Payload(
        overlay(operation.sendable(record, known), declared),
        # Of what is only now adopted nothing is known, so nobody changed it since.
        reverted=overwritten(declared, project(shape, stored.fields), current)
        if stored.outputs
        else [],
    )
