"""What an unsuccessful answer says, in every form that the field's APIs use. All is assumed."""

from __future__ import annotations

from pulumi_setsmart.client.answer import Answer, shortened
from pulumi_setsmart.client.errors import (
    StatusError,
    UnreadableAnswerError,
    status_error_class,
)
from pulumi_setsmart.models.json import JsonObject


def status_error(answer: Answer) -> StatusError:
    """Return the error that an unsuccessful ``answer`` stands for."""
    error_class = status_error_class(answer.status)
    message, code, field = error_details(answer)
    reason = f"{error_class.summary}: {message}" if message else error_class.summary
    return error_class(reason, answer.context(code, field))


def error_details(answer: Answer) -> tuple[str | None, str | None, str | None]:
    """Return the message, the code and the field that an answer names, as far as it does."""
    try:
        body = answer.json()
    except UnreadableAnswerError:
        return None, None, None
    match body:
        case {"error": dict(details)} | {"errors": [dict(details), *_]}:
            pass
        case {"error": str(text)} | {"errors": [str(text), *_]}:
            return shortened(text), None, None
        case dict(details):
            pass
        case _:
            return None, None, None
    message = _first_text(details, "message", "detail", "title", "description")
    code = _first_text(details, "code")
    field = _first_text(details, "field", "param")
    return shortened(message), shortened(code), shortened(field)


def _first_text(details: JsonObject, *names: str) -> str | None:
    for name in names:
        value = details.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None
