"""Sending an object back whole, although parts of it are not ours to send."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from pulumi_setsmart.client.errors import (
    BadRequestError,
    ConflictError,
    MethodNotAllowedError,
    NotFoundError,
    StatusError,
)
from pulumi_setsmart.lifecycle.comparison import without
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.refused_fields import Path, Refused, judge, listed, setting_of
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

_MOST_ROUNDS = 5


@frozen
class Outcome:
    """What came of a replacement.

    Attributes:
        record: The object: as the answer shows it, or as it was read where nothing was sent; None
            where the answer does not show it.
        sent: Whether anything was sent.
    """

    record: Record | None
    sent: bool


@frozen
class Replacement:
    """An object that is to be brought to declared values, as a whole.

    Attributes:
        operation: What it is a part of.
        identifier: The object's id.
        declared: What of it is not to be left out.
        compose: Makes the whole of what to send of what was read, or None if there is nothing to
            send.
    """

    operation: Operation
    identifier: str
    declared: JsonObject
    compose: Callable[[Record], dict[str, Json] | None]

    def carry_out(self) -> Outcome:
        """Read the object and send it back changed; once more if somebody changed it meanwhile.

        Raises:
            NotFoundError: There is no such object.
            ConflictError: Somebody else changes it again and again.
            ApiError: It could not be updated.
        """
        rounds = 0
        while True:
            rounds += 1
            record = self.operation.collection.get(self.identifier)
            whole = self.compose(record)
            if whole is None:
                return Outcome(record, sent=False)
            try:
                return Outcome(self._put(whole, record.etag), sent=True)
            except ConflictError:
                if record.etag is None or rounds == _MOST_ROUNDS:
                    raise
            except (NotFoundError, MethodNotAllowedError) as error:
                raise self._explained(error) from None

    def _explained(self, error: StatusError) -> StatusError:
        """Return what it means that an object that was just read cannot be replaced."""
        try:
            self.operation.collection.get(self.identifier)
        except NotFoundError:
            return error
        return MethodNotAllowedError(
            "SetSmart shows it, but does not support its update (PUT); nothing was changed. Change "
            "it in SetSmart and declare it as it is there",
            error.context,
        )

    def _put(self, whole: dict[str, Json], etag: str | None) -> Record | None:
        """Send the object, less the undeclared fields that the server does not take back."""
        while True:
            try:
                return self.operation.collection.update(self.identifier, whole, etag)
            except BadRequestError as error:
                judgement = judge(error.violations, whole, self.declared)
                less = whole
                for one in judgement.refused:
                    less = without(less, one.path)
                if less == whole:
                    if judgement.candidates:
                        raise error.with_advice(_advice(judgement.candidates)) from None
                    raise
                whole = less
                self._tell_what_is_left_out(judgement.refused)

    def _tell_what_is_left_out(self, refused: tuple[Refused, ...]) -> None:
        said = listed(dict.fromkeys(one.said for one in refused))
        settings = listed(dict.fromkeys(setting_of(one.path) for one in refused))
        self.operation.report(
            f"SetSmart does not take {said} back. The program does not declare this, so it was "
            f"left out; naming {settings} in setsmart:readOnlyFields saves a request each time",
            self.identifier,
            code=MessageCode.FIELD_LEFT_OUT,
        )


def _advice(candidates: tuple[Path, ...]) -> str:
    names = listed(dict.fromkeys(setting_of(path) for path in candidates))
    return (
        f"These fields are not declared and were sent back as they were read: {names}. If SetSmart "
        "refuses some of them, name those in setsmart:readOnlyFields"
    )
