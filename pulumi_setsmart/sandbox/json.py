"""JSON as the sandbox reads it: strict, so that nothing comes in that could not be sent out."""

import json
import math
from typing import TypeAlias

from pulumi_setsmart.sandbox.error_response import ErrorResponse

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"


def parse_object(body: bytes) -> JsonObject:
    """Read the body of a request.

    Args:
        body: UTF-8 text that holds one JSON object.

    Returns:
        The object.

    Raises:
        ErrorResponse: With status 400 (documented), where the body is anything else.
    """
    value = parse_value(body)
    if not isinstance(value, dict):
        raise ErrorResponse(400, "invalid_json", "The body must be a JSON object.")
    return value


def parse_value(body: bytes) -> Json:
    """Return the value that UTF-8 text holds.

    Raises:
        ErrorResponse: With status 400 (documented), where it holds none.
    """
    try:
        value: Json = json.loads(
            body.decode(), parse_float=_finite, parse_constant=_refuse_constant
        )
        # Half a surrogate pair can be written in JSON, but not in UTF-8.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ErrorResponse(400, "invalid_json", "The body is not valid JSON.") from None
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refuse_constant(text: str) -> float:
    raise ValueError(text)
