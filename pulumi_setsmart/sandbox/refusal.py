"""The one way in which the sandbox says no."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response


class Refusal(Exception):  # noqa: N818 - it is what the server does, nothing went wrong in it
    """An answer that is not a success.

    Args:
        status: The HTTP status. 400, 401, 403, 404, 429 and 500 are documented, others assumed.
        code: A word for programs, such as ``invalid_parameter`` (assumed).
        message: A sentence for people.
        field: The field of the body that is at fault, or None.
        headers: Headers that this answer needs beyond those of every answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers

    def response(self) -> Response:
        """Return the refusal as an answer. The shape of its body is assumed."""
        error = {"code": self.code, "message": self.message}
        if self.field is not None:
            error["field"] = self.field
        return JSONResponse({"error": error}, status_code=self.status, headers=self.headers)
