"""Creating an object once, whatever becomes of the responses."""

from __future__ import annotations

import contextlib
import uuid

from pulumi_setsmart.client.errors import (
    ApiError,
    ConflictError,
    ExistingObjectError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    UnknownOutcomeError,
)
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

_ADVICE = (
    "look in SetSmart whether it was created; if so, the next `pulumi up` finds it, and "
    "adopts it with setsmart:ifExists set to adopt"
)


def create_object(operation: Operation, owner: str) -> tuple[str, Record | None]:
    """Create an object, once.

    A POST whose outcome is not known is never simply repeated: the collection is read afresh, at
    once and again when the server has had time to settle, to see whether the object is there.

    Args:
        operation: The create.
        owner: The salt of the metadata of the resource that it is for.

    Returns:
        Its id, and the object where the server has shown it.

    Raises:
        ExistingObjectError: The response shows an object that existed before.
        AlreadyManagedError: The response shows an object of another resource.
        UnknownOutcomeError: It cannot be found out whether it was created.
        ApiError: It was not created.
    """
    _list_what_is_there(operation)
    idempotency_key = str(uuid.uuid4())
    attempts = 0
    while True:
        attempts += 1
        try:
            return _post(operation, owner, idempotency_key)
        except (UnknownOutcomeError, ConflictError) as error:
            # A conflict is a response to the first attempt only if there was one.
            if isinstance(error, ConflictError) and attempts == 1:
                raise
            found = _look_for_it(operation, owner, error)
            if found is not None:
                return found.id, found
            if isinstance(error, ConflictError):
                raise
            if attempts > operation.settings.connection.retry.retries:
                reason = f"{error.reason}, {attempts} times, and it was not created"
                raise UnknownOutcomeError(reason, error.context) from None
            operation.report(
                f"{error.reason}, and it was not created; creating it again",
                code=MessageCode.CREATE_UNRESOLVED,
            )


def _list_what_is_there(operation: Operation) -> None:
    """Make sure that it is known what was there before anything is created.

    A collection of which nothing is known may have no list; then a lost POST stays unresolved.
    """
    try:
        operation.require_whole_list()
    except (NotFoundError, PermissionDeniedError, MethodNotAllowedError):
        if operation.natural_key:
            raise


def _post(operation: Operation, owner: str, idempotency_key: str) -> tuple[str, Record | None]:
    with operation.ownership.posting(operation.declaration.fields):
        identifier, record = operation.collection.create(
            operation.declaration.fields, idempotency_key
        )
        # In this order: whoever knows the id and does not find it on the list takes the list for
        # incomplete, unless it knows that the object is newer than the list.
        operation.list_cache.mark_written(identifier)
        operation.ownership.claim(identifier, owner)
    ids_before = operation.list_cache.complete_items or ()
    if identifier in ids_before and not operation.list_cache.was_deleted(identifier):
        raise ExistingObjectError(
            f"SetSmart responded with {identifier}, which existed before: nothing was created, "
            f"and {identifier} may have been changed. Look at it in SetSmart, then import it "
            '(documentation, Adopt what exists) or adopt it with if_exists="adopt"',
            code=MessageCode.EXISTING_OBJECT_RETURNED,
        )
    return identifier, record


def _look_for_it(operation: Operation, owner: str, error: ApiError) -> Record | None:
    """Return the object that a lost POST has created, or None if it is sure not to have."""
    if operation.list_cache.complete_items is None:  # then nothing tells what is new
        raise UnknownOutcomeError(f"{error.reason}; {_ADVICE}", error.context) from None
    settle_time = operation.settings.settle_time
    try:
        found = _found(operation, owner)
        if found is None:
            operation.report(
                f"{error.reason}, and it is not there yet; looking once more in {settle_time:g} s",
                code=MessageCode.CREATE_UNRESOLVED,
            )
            operation.collection.client.wait(settle_time)
            found = _found(operation, owner)
    except (ExistingObjectError, ApiError, TimeoutError) as failure:
        why = ""
        if isinstance(failure, ExistingObjectError):
            why = f": {failure.message}"
        elif isinstance(failure, ApiError):
            why = f": {failure.reason}"
        raise UnknownOutcomeError(
            f"{error.reason}, and looking for it failed{why}; {_ADVICE}", error.context
        ) from None
    if found is not None:
        operation.report(
            f"{error.reason}, but {found.id} was created and is adopted",
            code=MessageCode.CREATE_UNRESOLVED,
        )
    return found


def _found(operation: Operation, owner: str) -> Record | None:
    new = (_new(operation, record) for record in operation.collection.records())
    whole = [record for record in new if record is not None]
    found = operation.ownership.claim_new(whole, operation.declaration.fields, owner)
    if found is not None:
        operation.account.run.shared.require_sharing(
            ExistingObjectError, f"{found.id} is not adopted"
        )
        operation.list_cache.mark_written(found.id)
    return found


def _new(operation: Operation, record: Record) -> Record | None:
    """Return an object that is new on the list, with all that is declared, or None."""
    if operation.list_cache.was_deleted(record.id):  # the list is late, or its id was given again
        with contextlib.suppress(NotFoundError):
            return operation.collection.get(record.id)
        return None
    if record.id in (operation.list_cache.complete_items or ()):
        return None
    if record.id in operation.ownership.known_ids:  # found by its id, though the list lacked it
        return None
    return operation.collection.complete(record, operation.declaration.fields)
