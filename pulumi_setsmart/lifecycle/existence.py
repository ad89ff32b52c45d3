"""Whether an object is there, where the responses of a server contradict each other.

Servers that read from replicas may deny by its id an object that their list still shows. An object
that counts as deleted is created again, so one denial alone does not count.
"""

from __future__ import annotations

import contextlib

from pulumi_setsmart.client.errors import (
    ContradictoryResponsesError,
    IncompleteListError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
)
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.models.record import Record


def look_again(operation: Operation, identifier: str) -> Record | None:
    """Look once more for an object that was not found by its id.

    Args:
        operation: The operation that asked for it.
        identifier: The object's id.

    Returns:
        The object if it turns up; None if the list of its collection does not show it either, or
        cannot tell.

    Raises:
        ContradictoryResponsesError: The list always shows it, but it is never found by its id.
        ApiError: The list cannot be read.
    """
    if not _was_listed(operation, identifier):
        return None
    settle_time = operation.settings.settle_time
    for seconds in (0.0, settle_time):
        with contextlib.suppress(TimeoutError):
            operation.collection.client.wait(seconds)
        with contextlib.suppress(NotFoundError):
            return operation.collection.get(identifier)
        if not _is_listed(operation, identifier):
            return None
    raise ContradictoryResponsesError(
        f"the list of {operation.collection.path} shows {identifier}, but it is not found by its "
        f"id, not even {settle_time:g} s later. Nothing was changed; run again later"
    )


def _was_listed(operation: Operation, identifier: str) -> bool:
    """Return whether the list that this run has read shows an object."""
    try:
        return identifier in operation.list_cache.all_items(operation.collection)
    except (NotFoundError, PermissionDeniedError, MethodNotAllowedError):
        return False  # there is no list that could contradict
    except IncompleteListError:
        return operation.list_cache.shows(identifier)


def _is_listed(operation: Operation, identifier: str) -> bool:
    with contextlib.suppress(IncompleteListError):
        return any(record.id == identifier for record in operation.collection.records())
    return False
