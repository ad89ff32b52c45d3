"""Deleting an object, or deactivating it instead."""

from __future__ import annotations

import contextlib

from pulumi_setsmart.client.errors import NotDeletedError, NotFoundError
from pulumi_setsmart.lifecycle.comparison import overlay
from pulumi_setsmart.lifecycle.existence import look_again
from pulumi_setsmart.lifecycle.kind import DELETION_POLICY, STATUS
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.lifecycle.operation import Operation, shown
from pulumi_setsmart.lifecycle.rename_guard import refuse_renamed_deletion
from pulumi_setsmart.lifecycle.replacement import Payload, replace_object
from pulumi_setsmart.lifecycle.same_object import add_reference, confirm_deletion, confirm_same
from pulumi_setsmart.lifecycle.state_metadata import Imported
from pulumi_setsmart.lifecycle.status import INACTIVE
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy
from pulumi_setsmart.models.record import Record


def delete_object(operation: Operation, stored: StoredObject) -> None:
    """Delete an object, or deactivate it; one that is gone already is no error.

    Raises:
        NotDeletedError: It would be one too many, it cannot be deactivated, or another resource of
            this run stands for it.
        WrongAccountError: It is not in this account.
        ApiError: It could not be deleted.
    """
    identifier = stored.identifier
    if operation.ownership.is_others(identifier, stored.salt):
        operation.report(
            "is not deleted: another resource of this stack has adopted it in this run",
            identifier,
            code=MessageCode.DELETION_SKIPPED,
        )
        return
    if _is_only_imported(operation, stored):
        operation.report(
            "is not deleted: no program has declared it since it was imported, or an import has "
            "put another object in its place. No resource manages it any more",
            identifier,
            code=MessageCode.DELETION_SKIPPED,
        )
        return
    refuse_renamed_deletion(operation, stored)
    add_reference(operation, stored)
    if not operation.account.is_the_same(stored.metadata):
        # If it is another account, this must not hit a stranger.
        with contextlib.suppress(NotFoundError):  # the deletion will say so
            confirm_same(operation, stored, operation.collection.get(identifier))
    operation.account.run.count_deletion(operation.settings.max_deletions)
    operation.list_cache.mark_written(identifier)
    deactivates = stored.outputs.get(DELETION_POLICY) == DeletionPolicy.DEACTIVATE
    if deactivates and _deactivate(operation, identifier, stored.fields):
        # It is still there, and no other resource of this run may take it for its own.
        operation.ownership.claim(identifier, stored.salt)
        return
    if deactivates or not operation.collection.delete(identifier):
        confirm_deletion(operation, stored)
        _refuse_denied_deletion(operation, identifier)
    operation.mark_deleted(identifier)


def _is_only_imported(operation: Operation, stored: StoredObject) -> bool:
    """Return whether an object was only imported, or is replaced by one that was imported.

    Pulumi stores an import before it is compared with the program. So a wrong id, or one of another
    account, may have got into the state, and its correction would delete what it led to.
    """
    if stored.metadata.imported is Imported.UNDECLARED:
        return True
    managed = operation.identities.managed(stored.identifier)
    key = managed.key if managed else stored.metadata.resource_key
    place = operation.account.place_of(operation.collection.path, stored.identifier)
    return key is not None and operation.account.run.has_imported_another(key, *place)


def _deactivate(operation: Operation, identifier: str, known: JsonObject) -> bool:
    """Set the status of an object to inactive.

    Args:
        operation: The deletion that it takes the place of.
        identifier: The object's id.
        known: What is known of its fields.

    Returns:
        Whether the server knew the object.

    Raises:
        NotDeletedError: It has no status, or the server keeps another one.
        ApiError: It could not be read or updated.
    """
    inactive: dict[str, Json] = {STATUS: INACTIVE}

    def payload_of(record: Record) -> Payload | None:
        if folded(record.fields.get(STATUS)) == INACTIVE:
            return None
        if STATUS not in operation.kind.field_names and STATUS not in record.fields:
            raise NotDeletedError(
                'it has no status, so it cannot be deactivated; declare deletion_policy="delete"',
                code=MessageCode.NOT_DEACTIVATED,
            )
        return Payload(overlay(operation.sendable(record, known), inactive))

    try:
        replacement = replace_object(operation, identifier, payload_of, inactive)
        if replacement.payload is None:
            return True
        after = replacement.response or operation.collection.get(identifier)
    except NotFoundError:
        return False
    status = after.fields.get(STATUS, INACTIVE)
    if folded(status) != INACTIVE:
        raise NotDeletedError(
            f"SetSmart keeps its status as {shown(status)}, so it was not deactivated",
            code=MessageCode.NOT_DEACTIVATED,
        )
    return True


def _refuse_denied_deletion(operation: Operation, identifier: str) -> None:
    """Refuse to take an object for deleted that is still there, whatever the response said."""
    try:
        found: Record | None = operation.collection.get(identifier)
    except NotFoundError:
        found = look_again(operation, identifier)
    if found is not None:
        raise NotDeletedError(
            "SetSmart says that it does not exist, but still shows it, so it was not deleted. "
            "Delete it in SetSmart, or run again later"
        )
