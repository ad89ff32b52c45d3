"""Sending an object back whole, although parts of it are not ours to send."""

from __future__ import annotations

from pulumi_setsmart.client.errors import (
    BadRequestError,
    MethodNotAllowedError,
    NotFoundError,
    StatusError,
)
from pulumi_setsmart.lifecycle.comparison import without
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.rejected_fields import Path, RejectedField, judge, listed, setting_of
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

MOST_ATTEMPTS = 5
"""How often an update begins again where somebody changes the object between read and write."""


def put_object(
    operation: Operation,
    identifier: str,
    payload: dict[str, Json],
    declared: JsonObject,
    etag: str | None,
) -> Record | None:
    """Send an object that was just read, less the undeclared fields that the server rejects.

    Args:
        operation: The operation that it is a part of.
        identifier: The object's id.
        payload: The whole object, as it is to be.
        declared: What of it must not be left out.
        etag: The version that was read, or None.

    Returns:
        The object as the response shows it, or None where it does not.

    Raises:
        ConflictError: Somebody changed it meanwhile.
        NotFoundError: There is no such object any more.
        ApiError: It could not be updated.
    """
    while True:
        try:
            return operation.collection.update(identifier, payload, etag)
        except BadRequestError as error:
            judgement = judge(error.violations, payload, declared)
            less = payload
            for field in judgement.rejected:
                less = without(less, field.path)
            if less == payload:
                if judgement.candidates:
                    raise error.with_advice(_advice(judgement.candidates)) from None
                raise
            payload = less
            _report_rejected(operation, identifier, judgement.rejected)
        except (NotFoundError, MethodNotAllowedError) as error:
            raise _explained(operation, identifier, error) from None


def _explained(operation: Operation, identifier: str, error: StatusError) -> StatusError:
    """Return what it means that an object that was just read cannot be replaced."""
    try:
        operation.collection.get(identifier)
    except NotFoundError:
        return error
    return MethodNotAllowedError(
        "SetSmart shows it, but does not support its update (PUT); nothing was changed. Change it "
        "in SetSmart and declare it as it is there",
        error.context,
    )


def _report_rejected(
    operation: Operation, identifier: str, rejected: tuple[RejectedField, ...]
) -> None:
    names = listed(dict.fromkeys(field.said for field in rejected))
    settings = listed(dict.fromkeys(setting_of(field.path) for field in rejected))
    operation.report(
        f"SetSmart rejected the undeclared field {names}, so the update left it out; naming "
        f"{settings} in setsmart:readOnlyFields saves a request each time",
        identifier,
        code=MessageCode.FIELD_LEFT_OUT,
    )


def _advice(candidates: tuple[Path, ...]) -> str:
    names = listed(dict.fromkeys(setting_of(path) for path in candidates))
    return (
        f"These fields are not declared and were sent back as they were read: {names}. If SetSmart "
        "refuses some of them, name those in setsmart:readOnlyFields"
    )
