"""Sending an object back whole, although parts of it are not ours to send."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import frozen

from pulumi_setsmart.client.errors import (
    BadRequestError,
    ConflictError,
    MethodNotAllowedError,
    NotFoundError,
    StatusError,
)
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.record import Record

_MOST_ROUNDS = 5
_STEPS = re.compile(r"[^./\[\]]+")


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
                steps = _STEPS.findall(error.field or "")
                less = _without(whole, steps)
                if less == whole or _reaches(dict(self.declared), steps):
                    raise
                whole = less
                self.operation.report(
                    f"SetSmart does not take {error.field} back, which is not declared; it was "
                    "left out. Naming it in setsmart:serverFields saves a request each time",
                    self.identifier,
                )


def _reaches(declared: Json, steps: list[str]) -> bool:
    """Return whether a path leads to something that is declared, or into it."""
    match declared, steps:
        case dict(), [step, *rest]:
            return step in declared and _reaches(declared[step], rest)
        case list(), [step, *rest]:
            return not step.isdecimal() or (
                int(step) < len(declared) and _reaches(declared[int(step)], rest)
            )
    return True


def _without(value: JsonObject, steps: list[str]) -> dict[str, Json]:
    """Return ``value`` less the member that a path leads to, or as it is if there is none."""
    match steps:
        case [step]:
            return {name: member for name, member in value.items() if name != step}
        case [step, *rest]:
            return {
                name: _without_inside(member, rest) if name == step else member
                for name, member in value.items()
            }
    return dict(value)


def _without_inside(value: Json, steps: list[str]) -> Json:
    match value:
        case dict():
            return _without(value, steps)
        case list() if len(steps) > 1 and steps[0].isdecimal():
            return [
                _without_inside(element, steps[1:]) if index == int(steps[0]) else element
                for index, element in enumerate(value)
            ]
    return value
