"""How servers word that they do not accept an object: as frameworks do, echoes included."""

import json
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from starlette.responses import JSONResponse, PlainTextResponse, Response

from pulumi_setsmart.sandbox.error_response import ErrorResponse, Violation

ErrorForm: TypeAlias = Literal[
    "contract",
    "aspnet",
    "django",
    "fastapi",
    "jsonapi",
    "nestjs",
    "pocketbase",
    "silent",
    "text",
    "zod",
]
"""A framework; ``silent`` says that something is wrong, and not what."""

_UNPROCESSABLE = 422


def worded(error: ErrorResponse, form: ErrorForm) -> Response:
    """Return an error in the form of a framework; what is not about fields is as in the contract.

    Args:
        error: The error.
        form: The framework.
    """
    if form == "contract" or not error.violations:
        return error.response()
    return _WORDINGS[form](error.violations)


def _aspnet(violations: Sequence[Violation]) -> Response:
    errors = {
        f"$.{one.field}" if one.is_unknown else one.field.title().replace("_", ""): [
            f"The JSON property '{one.field}' could not be mapped to any .NET member contained in "
            "type 'Listing'."
            if one.is_unknown
            else one.sentence
        ]
        for one in violations
    }
    title = "One or more validation errors occurred."
    return JSONResponse({"title": title, "status": 400, "errors": errors}, status_code=400)


def _django(violations: Sequence[Violation]) -> Response:
    return JSONResponse({one.field: [f"This {one.wrong}."] for one in violations}, status_code=400)


def _fastapi(violations: Sequence[Violation]) -> Response:
    detail = [
        {
            "type": "extra_forbidden" if one.is_unknown else "value_error",
            "loc": ["body", one.field],
            "msg": "Extra inputs are not permitted" if one.is_unknown else f"Input {one.wrong}",
            "input": one.value,
            "ctx": {"given": one.value},
        }
        for one in violations
    ]
    return JSONResponse({"detail": detail}, status_code=_UNPROCESSABLE)


def _jsonapi(violations: Sequence[Violation]) -> Response:
    errors = [
        {
            "source": {"pointer": f"/data/attributes/{one.field}"},
            "detail": one.sentence,
            "meta": {"value": one.value},
        }
        for one in violations
    ]
    return JSONResponse({"errors": errors}, status_code=_UNPROCESSABLE)


def _nestjs(violations: Sequence[Violation]) -> Response:
    message = [
        f"property {one.field} should not exist" if one.is_unknown else f"{one.field} {one.wrong}"
        for one in violations
    ]
    body = {"statusCode": 400, "message": message, "error": "Bad Request"}
    return JSONResponse(body, status_code=400)


def _pocketbase(violations: Sequence[Violation]) -> Response:
    data = {one.field: {"code": "invalid", "message": one.sentence} for one in violations}
    message = "Failed to update record."
    return JSONResponse({"status": 400, "message": message, "data": data}, status_code=400)


def _silent(_complaints: Sequence[Violation]) -> Response:
    return JSONResponse({"message": "Invalid payload."}, status_code=400)


def _text(violations: Sequence[Violation]) -> Response:
    return PlainTextResponse("\n".join(one.sentence for one in violations), status_code=400)


def _zod(violations: Sequence[Violation]) -> Response:
    unknown = [one.field for one in violations if one.is_unknown]
    issues: list[object] = [
        {
            "code": "custom",
            "path": [one.field],
            "message": f"Field {one.wrong}",
            "received": one.value,
        }
        for one in violations
        if not one.is_unknown
    ]
    if unknown:
        quoted = ", ".join(f"'{name}'" for name in unknown)
        message = f"Unrecognized key(s) in object: {quoted}"
        issues.append({"code": "unrecognized_keys", "path": [], "message": message})
    # As it comes where the error is sent as it was thrown.
    return JSONResponse({"name": "ZodError", "message": json.dumps(issues)}, status_code=400)


_WORDINGS: dict[ErrorForm, Callable[[Sequence[Violation]], Response]] = {
    "aspnet": _aspnet,
    "django": _django,
    "fastapi": _fastapi,
    "jsonapi": _jsonapi,
    "nestjs": _nestjs,
    "pocketbase": _pocketbase,
    "silent": _silent,
    "text": _text,
    "zod": _zod,
}
