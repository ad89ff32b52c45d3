"""The event of a delivery."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from attrs import frozen

from pulumi_setsmart.client.errors import WebhookVerificationError
from pulumi_setsmart.models.message_code import MessageCode

_UNIX_TIME = re.compile(r"-?[0-9]{9,}(\.[0-9]+)?")
"""A Unix time as a string. Fewer digits are a date of ISO 8601, such as 20251123."""

_FIRST_IN_MILLISECONDS = 100_000_000_000
"""A Unix time this far from 0 is in milliseconds; in seconds it would be the year 5138."""


@frozen
class WebhookEvent:
    """An event at SetSmart.

    Attributes:
        id: Names the event; the same in every attempt to deliver it.
        type: What happened, as ``noun.verb`` such as ``property.updated`` (assumed); None if the
            payload does not say.
        timestamp: When it happened, or when it was sent if the payload does not say; None where
            neither is known. It has a time zone.
        data: What it is about: for an event of a listing its fields. It is ``data`` of the
            payload, or the whole payload if that has none (assumed).
    """

    id: str
    type: str | None
    timestamp: datetime | None
    data: Any


def decoded(payload: bytes) -> str:
    """Return the payload as a string.

    Raises:
        WebhookVerificationError: If it is not in UTF-8.
    """
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise WebhookVerificationError(
            "the payload is not UTF-8", code=MessageCode.INVALID_PAYLOAD
        ) from None


def parsed(text: str) -> Mapping[str, Any]:
    """Return the JSON object that a payload is.

    Raises:
        WebhookVerificationError: If it is anything else.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_payload_number,
            parse_int=_whole_number,
        )
    except (ValueError, RecursionError):
        raise WebhookVerificationError(
            "the payload is not JSON", code=MessageCode.INVALID_PAYLOAD
        ) from None
    if not isinstance(value, dict):
        raise WebhookVerificationError(
            "the payload is not a JSON object", code=MessageCode.INVALID_PAYLOAD
        )
    return value


def event_type(body: Mapping[str, Any]) -> str | None:
    """Return the type of the event in a payload, if there is one.

    Raises:
        WebhookVerificationError: If it is not a string.
    """
    type_ = body.get("type")
    if type_ is not None and not isinstance(type_, str):
        raise WebhookVerificationError(
            "the payload's type is not a string", code=MessageCode.INVALID_PAYLOAD
        )
    return type_


def happened_at(body: Mapping[str, Any]) -> datetime | None:
    """Return the time of the event in a payload, if there is one.

    Raises:
        WebhookVerificationError: If it is neither ISO 8601 nor a Unix time: a number of seconds or
            milliseconds since 1970, or the same as a string.
    """
    timestamp = body.get("timestamp")
    if timestamp is None:
        return None
    try:
        if isinstance(timestamp, str) and _UNIX_TIME.fullmatch(timestamp):
            return _moment(float(timestamp))
        if isinstance(timestamp, str):
            moment = datetime.fromisoformat(timestamp)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(timestamp, int | float) and not isinstance(timestamp, bool):
            return _moment(timestamp)
    except (ValueError, OverflowError, OSError):
        pass
    raise WebhookVerificationError(
        "the payload's timestamp is not a time", code=MessageCode.INVALID_PAYLOAD
    )


def _moment(unix_time: float) -> datetime:
    is_in_seconds = abs(unix_time) < _FIRST_IN_MILLISECONDS
    return datetime.fromtimestamp(unix_time if is_in_seconds else unix_time / 1000, UTC)


def _payload_number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise WebhookVerificationError(
            "the payload has a number that is too large", code=MessageCode.INVALID_PAYLOAD
        )
    return number


def _whole_number(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        # Python limits the number of digits, because converting more takes too long.
        raise WebhookVerificationError(
            "the payload has a number that is too large", code=MessageCode.INVALID_PAYLOAD
        ) from None


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
