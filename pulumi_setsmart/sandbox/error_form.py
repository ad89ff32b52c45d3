"""How frameworks word that they do not accept an object, echoes included."""

import json
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from starlette.responses import JSONResponse, PlainTextResponse, Response

from pulumi_setsmart.sandbox.error_response import ErrorResponse, FieldViolation

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


def in_form(error: ErrorResponse, form: ErrorForm) -> Response:
    """Return an error in the form of a framework; what is not about fields is as in the contract.

    Args:
        error: The error.
        form: The framework.
    """
    if form == "contract" or not error.violations:
        return error.response()
    return _WORDINGS[form](error.violations)


def _aspnet(violations: Sequence[FieldViolation]) -> Response:
    errors = {
        f"$.{each.field}" if each.is_unknown else each.field.title().replace("_", ""): [
            f"The JSON property '{each.field}' could not be mapped to any .NET member contained in "
            "type 'Listing'."
            if each.is_unknown
            else each.sentence
        ]
        for each in violations
    }
    title = "One or more validation errors occurred."
    return JSONResponse({"title": title, "status": 400, "errors": errors}, status_code=400)


def _django(violations: Sequence[FieldViolation]) -> Response:
    return JSONResponse(
        {each.field: [f"This {each.reason}."] for each in violations},
        status_code=400,
    )


def _fastapi(violations: Sequence[FieldViolation]) -> Response:
    detail = [
        {
            "type": "extra_forbidden" if each.is_unknown else "value_error",
            "loc": ["body", each.field],
            "msg": "Extra inputs are not permitted" if each.is_unknown else f"Input {each.reason}",
            "input": each.value,
            "ctx": {"given": each.value},
        }
        for each in violations
    ]
    return JSONResponse({"detail": detail}, status_code=_UNPROCESSABLE)


def _jsonapi(violations: Sequence[FieldViolation]) -> Response:
    errors = [
        {
            "source": {"pointer": f"/data/attributes/{each.field}"},
            "detail": each.sentence,
            "meta": {"value": each.value},
        }
        for each in violations
    ]
    return JSONResponse({"errors": errors}, status_code=_UNPROCESSABLE)


def _nestjs(violations: Sequence[FieldViolation]) -> Response:
    message = [
        f"property {each.field} should not exist"
        if each.is_unknown
        else f"{each.field} {each.reason}"
        for each in violations
    ]
    body = {"statusCode": 400, "message": message, "error": "Bad Request"}
    return JSONResponse(body, status_code=400)


def _pocketbase(violations: Sequence[FieldViolation]) -> Response:
    data = {each.field: {"code": "invalid", "message": each.sentence} for each in violations}
    message = "Failed to update record."
    return JSONResponse({"status": 400, "message": message, "data": data}, status_code=400)


def _silent(_violations: Sequence[FieldViolation]) -> Response:
    return JSONResponse({"message": "Invalid payload."}, status_code=400)


def _plain_text(violations: Sequence[FieldViolation]) -> Response:
    return PlainTextResponse("\n".join(each.sentence for each in violations), status_code=400)


def _zod(violations: Sequence[FieldViolation]) -> Response:
    unknown = [each.field for each in violations if each.is_unknown]
    issues: list[object] = [
        {
            "code": "custom",
            "path": [each.field],
            "message": f"Field {each.reason}",
            "received": each.value,
        }
        for each in violations
        if not each.is_unknown
    ]
    if unknown:
        quoted = ", ".join(f"'{name}'" for name in unknown)
        message = f"Unrecognized key(s) in object: {quoted}"
        issues.append({"code": "unrecognized_keys", "path": [], "message": message})
    # As it comes where the error is sent as it was thrown.
    return JSONResponse({"name": "ZodError", "message": json.dumps(issues)}, status_code=400)


_WORDINGS: dict[ErrorForm, Callable[[Sequence[FieldViolation]], Response]] = {
    "aspnet": _aspnet,
    "django": _django,
    "fastapi": _fastapi,
    "jsonapi": _jsonapi,
    "nestjs": _nestjs,
    "pocketbase": _pocketbase,
    "silent": _silent,
    "text": _plain_text,
    "zod": _zod,
}
