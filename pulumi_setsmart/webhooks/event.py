"""What happened, as a delivery tells it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from attrs import frozen

from pulumi_setsmart.client.errors import WebhookVerificationError


@frozen
class WebhookEvent:
    """Something that happened at SetSmart.

    Attributes:
        id: Names the event; the same in every attempt to deliver it.
        type: What happened, as ``noun.verb`` such as ``property.updated`` (assumed); None if the
            payload does not say.
        timestamp: When it happened, or when it was sent if the payload does not say; None where
            neither is known. It has a time zone.
        data: What it is about: for an event of a listing its fields. What stands in ``data`` of
            the payload, or the whole payload if that has none (assumed).
    """

    id: str
    type: str | None
    timestamp: datetime | None
    data: Any


def decoded(payload: bytes) -> str:
    """Return the text of a payload.

    Raises:
        WebhookVerificationError: If it is not in UTF-8.
    """
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise WebhookVerificationError("the payload is not UTF-8") from None


def parsed(text: str) -> Mapping[str, Any]:
    """Return the JSON object that a payload is.

    Raises:
        WebhookVerificationError: If it is anything else.
    """
    try:
        value = json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        raise WebhookVerificationError("the payload is not JSON") from None
    if not isinstance(value, dict):
        raise WebhookVerificationError("the payload is not a JSON object")
    return value


def event_type(body: Mapping[str, Any]) -> str | None:
    """Return the type that a payload tells, if it tells one.

    Raises:
        WebhookVerificationError: If it is not a text.
    """
    told = body.get("type")
    if told is not None and not isinstance(told, str):
        raise WebhookVerificationError("the payload's type is not a text")
    return told


def happened_at(body: Mapping[str, Any]) -> datetime | None:
    """Return the time that a payload tells, if it tells one.

    Raises:
        WebhookVerificationError: If it is neither ISO 8601 nor a number of seconds since 1970.
    """
    told = body.get("timestamp")
    if told is None:
        return None
    try:
        if isinstance(told, str):
            moment = datetime.fromisoformat(told)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(told, int | float) and not isinstance(told, bool):
            return datetime.fromtimestamp(told, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise WebhookVerificationError("the payload's timestamp is not a time")


def _no_json(constant: str) -> NoReturn:
    raise ValueError(constant)
