"""Sending an object back whole, although parts of it are not ours to send."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from pulumi_setsmart.client.errors import (
    BadRequestError,
    ConflictError,
    MethodNotAllowedError,
    NotFoundError,
    StatusError,
)
from pulumi_setsmart.lifecycle.comparison import Mismatch, without
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.rejected_fields import Path, RejectedField, judge, listed, setting_of
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

_MOST_ATTEMPTS = 5
"""How often it is read again where somebody changes the object between read and write."""


@frozen
class Payload:
    """What takes the place of an object.

    Attributes:
        fields: The whole object, as it is to be.
        reverted: The changes outside Pulumi that it reverts.
    """

    fields: dict[str, Json]
    reverted: Sequence[Mismatch] = ()


@frozen
class Replacement:
    """An object that was read and sent back.

    Attributes:
        record: The object as it was read.
        payload: What was sent, or None where nothing was.
        response: The object as the response shows it, or None where it does not.
    """

    record: Record
    payload: Payload | None = None
    response: Record | None = None


def replace_object(
    operation: Operation,
    identifier: str,
    payload_of: Callable[[Record], Payload | None],
    declared: JsonObject,
) -> Replacement:
    """Read an object and send it back changed; again if somebody changes it between the two.

    Undeclared fields that the server rejects are left out.

    Args:
        operation: The operation that it is a part of.
        identifier: The object's id.
        payload_of: Returns what to send, or None where the object is as it is to be.
        declared: What of it must not be left out.

    Raises:
        ConflictError: Somebody changed it each time, or no version tells that apart.
        NotFoundError: There is no such object any more.
        ApiError: It could not be read or updated.
    """
    attempts, etag = 0, None
    while True:
        attempts += 1
        try:
            record = operation.collection.get(identifier)
            etag = record.etag
            payload = payload_of(record)
            if payload is None:
                return Replacement(record)
            response = _put(operation, identifier, payload.fields, declared, etag)
            return Replacement(record, payload, response)
        except ConflictError:
            if etag is None or attempts == _MOST_ATTEMPTS:
                raise


def _put(
    operation: Operation,
    identifier: str,
    payload: dict[str, Json],
    declared: JsonObject,
    etag: str | None,
) -> Record | None:
    while True:
        try:
            return operation.collection.update(identifier, payload, etag)
        except BadRequestError as error:
            judgement = judge(error.violations, payload, declared)
            less = without(payload, *(field.path for field in judgement.rejected))
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
