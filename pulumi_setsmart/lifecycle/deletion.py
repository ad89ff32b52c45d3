"""Deactivating an object instead of deleting it."""

from __future__ import annotations

from pulumi_setsmart.client.errors import DeletionRefusedError, NotFoundError
from pulumi_setsmart.lifecycle.comparison import overlay
from pulumi_setsmart.lifecycle.kind import STATUS
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.lifecycle.operation import Operation, shown
from pulumi_setsmart.lifecycle.replacement import Replacement
from pulumi_setsmart.lifecycle.status import INACTIVE
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record


def deactivate(operation: Operation, identifier: str, known: JsonObject) -> bool:
    """Set the status of an object to inactive.

    Args:
        operation: The deletion that it takes the place of.
        identifier: The object's id.
        known: What is known of its fields.

    Returns:
        Whether the server knew the object.

    Raises:
        DeletionRefusedError: It has no status, or the server keeps another one.
        ApiError: It could not be read or updated.
    """
    inactive: dict[str, Json] = {STATUS: INACTIVE}

    def compose(record: Record) -> dict[str, Json] | None:
        if folded(record.fields.get(STATUS)) == INACTIVE:
            return None
        if STATUS not in operation.kind.field_names and STATUS not in record.fields:
            raise DeletionRefusedError(
                'it has no status, so it cannot be deactivated; declare deletion_policy="delete"',
                code=MessageCode.NOT_DEACTIVATED,
            )
        return overlay(operation.sendable(record, known), inactive)

    try:
        outcome = Replacement(operation, identifier, inactive, compose).carry_out()
        record = outcome.record or operation.collection.get(identifier)
    except NotFoundError:
        return False
    status = record.fields.get(STATUS, INACTIVE)
    if folded(status) != INACTIVE:
        raise DeletionRefusedError(
            f"SetSmart keeps its status as {shown(status)}, so it was not deactivated",
            code=MessageCode.NOT_DEACTIVATED,
        )
    return True
