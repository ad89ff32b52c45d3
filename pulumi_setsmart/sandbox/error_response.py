"""Responses that are not a success, raised where the reason is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen
from starlette.responses import JSONResponse, Response


@frozen
class FieldViolation:
    """What is wrong with one field of a body.

    Attributes:
        field: The field.
        reason: What is wrong, as the end of a sentence.
        value: What was sent, which some servers repeat.
        is_unknown: Whether the field itself is not taken, whatever it holds.
    """

    field: str
    reason: str
    value: object = None
    is_unknown: bool = False

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return f"{self.field} {self.reason}."


class ErrorResponse(Exception):  # noqa: N818 - it is what the server sends, nothing went wrong in it
    """A response that is not a success.

    Args:
        status: The HTTP status. 400, 401, 403, 404, 429 and 500 are documented, others assumed.
        code: A word for programs, such as ``invalid_parameter`` (assumed).
        message: A sentence for people.
        field: The field of the body that is at fault, or None.
        headers: Headers that this response needs beyond those of every response.
        violations: All that is wrong with the fields of the body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers
        self.violations = tuple(violations)

    @classmethod
    def of(cls, violations: Sequence[FieldViolation]) -> ErrorResponse:
        """Return the error of a body in which all this is wrong; at least one thing is."""
        first = violations[0]
        return cls(
            400, "invalid_parameter", first.sentence, field=first.field, violations=violations
        )

    def response(self) -> Response:
        """Return the error as a response. The shape of its body is assumed."""
        error = {"code": self.code, "message": self.message}
        if self.field is not None:
            error["field"] = self.field
        return JSONResponse({"error": error}, status_code=self.status, headers=self.headers)
