"""Verifies that a request comes from SetSmart."""

import hashlib
import math
import time
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from attrs import Attribute, field, frozen

from pulumi_setsmart.client.errors import (
    WebhookReplayedError,
    WebhookSetupError,
    WebhookVerificationError,
)
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.webhooks.event import WebhookEvent, decoded, event_type, happened_at, parsed
from pulumi_setsmart.webhooks.scheme import SignatureScheme, Signed, StandardWebhooks

LARGEST_PAYLOAD = 1024 * 1024
"""In bytes. Standard Webhooks recommends less than 20,000."""


class Headers(Protocol):
    """The headers of a request, as every web framework and a plain dictionary have them."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return pairs of names, in any case, and values."""


def _listed(secret: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(secret, str | bytes) or not isinstance(secret, Iterable):
        # The scheme rejects whatever is not a string.
        return (secret,)
    return tuple(secret)


@frozen(repr=False)
class WebhookVerifier:
    """The secrets and rules of a receiver. Create one verifier, and use it for all requests.

    Attributes:
        secrets: The secret of the subscription, or several during a rotation.
        tolerance: How many seconds ago, or ahead of this machine's clock, a delivery may have been
            sent. It has no effect if the scheme does not sign that time.
        scheme: How deliveries are signed.
        seen: The ids of events that were processed before, such as a set or anything else with
            ``in``. It is only read: the receiver adds an id once the event is safe.
        clock: The time in seconds since 1970.

    Raises:
        WebhookSetupError: If a secret is invalid for the scheme, there is none, or the tolerance is
            not a number of seconds.
    """

    secrets: tuple[str, ...] = field(converter=_listed)
    tolerance: float = field(default=300, kw_only=True)
    scheme: SignatureScheme = field(factory=StandardWebhooks, kw_only=True)
    seen: Container[str] = field(default=(), kw_only=True)
    clock: Callable[[], float] = field(default=time.time, kw_only=True)

    @secrets.validator
    def _check_secrets(
        self, _attribute: "Attribute[tuple[str, ...]]", secrets: tuple[str, ...]
    ) -> None:
        if not secrets:
            raise WebhookSetupError("the receiver has no webhook secret")
        for secret in secrets:
            self.scheme.check_secret(secret)

    @tolerance.validator
    def _check_tolerance(self, _attribute: "Attribute[float]", tolerance: float) -> None:
        is_number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
        if not is_number or not 0 <= tolerance < math.inf:
            raise WebhookSetupError("the tolerance is not a number of seconds, 0 or more")

    def verify(self, payload: bytes, headers: Headers) -> WebhookEvent:
        """Return the event of a request, if it is genuine.

        Args:
            payload: The raw body, before a framework parses it.
            headers: The headers of the request.

        Raises:
            WebhookReplayedError: If it is genuine, but was processed before.
            WebhookSetupError: If ``seen`` cannot be read.
            WebhookVerificationError: If it is not genuine, or cannot be read.
        """
        if not isinstance(payload, bytes):
            raise WebhookVerificationError(
                "the payload is not the raw body in bytes", code=MessageCode.NOT_A_REQUEST
            )
        if len(payload) > LARGEST_PAYLOAD:
            raise WebhookVerificationError(
                "the payload is larger than 1 MiB", code=MessageCode.INVALID_PAYLOAD
            )
        text = decoded(payload)
        signed = self.scheme.authenticate(payload, _by_lower_name(headers), self.secrets)
        self._check_age(signed)
        event = _event(parsed(text), signed, payload)
        if self._has_seen(event.id):
            raise WebhookReplayedError("the event was processed before", event.id)
        return event

    def _check_age(self, signed: Signed) -> None:
        if signed.sent_at is None:
            return
        age = self.clock() - signed.sent_at
        if age > self.tolerance:
            raise WebhookVerificationError(
                "it was sent too long ago", code=MessageCode.OUTDATED_DELIVERY
            )
        if age < -self.tolerance:
            raise WebhookVerificationError(
                "it was sent in the future: is this clock right?",
                code=MessageCode.OUTDATED_DELIVERY,
            )

    def _has_seen(self, event_id: str) -> bool:
        try:
            # The store of a receiver may raise anything.
            return event_id in self.seen
        except Exception as error:
            raise WebhookSetupError("the store of events seen before cannot be read") from error


def verify(
    payload: bytes,
    headers: Headers,
    secret: str | Iterable[str],
    *,
    tolerance: float = 300,
    scheme: SignatureScheme | None = None,
    seen: Container[str] = (),
    clock: Callable[[], float] = time.time,
) -> WebhookEvent:
    """Return the event of a request, if it comes from SetSmart.

    Args:
        payload: The raw body, before a framework parses it.
        headers: The headers of the request; their names may be in any case.
        secret: The secret of the subscription, or several during a rotation.
        tolerance: How many seconds ago, or ahead of this machine's clock, it may have been sent.
        scheme: How deliveries are signed: `StandardWebhooks` if None, or `HexHmac` (assumed, both).
        seen: The ids of events that were processed before; it is only read.
        clock: The time in seconds since 1970.

    Returns:
        The event.

    Raises:
        WebhookReplayedError: If it is genuine, but was processed before: respond with 2xx, and do
            nothing.
        WebhookSetupError: If secret, tolerance or ``seen`` is wrong, so that the request cannot be
            verified: respond with 500, so that SetSmart sends it again.
        WebhookVerificationError: If it is not genuine, or cannot be read: respond with 400. The
            other two are subclasses of it, and nothing else is ever raised.
    """
    verifier = WebhookVerifier(
        secret,
        tolerance=tolerance,
        scheme=scheme or StandardWebhooks(),
        seen=seen,
        clock=clock,
    )
    return verifier.verify(payload, headers)


def _by_lower_name(headers: Headers) -> Mapping[str, str]:
    items = getattr(headers, "items", None)
    if not callable(items):
        raise WebhookVerificationError(
            "the headers are not a mapping of names to values", code=MessageCode.NOT_A_REQUEST
        )
    by_name: dict[str, str] = {}
    for name, value in items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise WebhookVerificationError(
                "a header is not a string", code=MessageCode.NOT_A_REQUEST
            )
        key = name.lower()
        # As in HTTP, a repeated header becomes a list; none of ours is valid as a list.
        by_name[key] = f"{by_name[key]}, {value}" if key in by_name else value
    return by_name


def _event(body: Mapping[str, Any], signed: Signed, payload: bytes) -> WebhookEvent:
    timestamp = happened_at(body)
    if timestamp is None and signed.sent_at is not None:
        timestamp = datetime.fromtimestamp(signed.sent_at, UTC)
    return WebhookEvent(
        id=signed.event_id or _own_id(body, payload),
        type=event_type(body),
        timestamp=timestamp,
        data=body.get("data", body),
    )


def _own_id(body: Mapping[str, Any], payload: bytes) -> str:
    """Return the id in the payload, or else one that is derived from the payload."""
    own_id = body.get("id")
    if isinstance(own_id, str) and own_id:
        return own_id
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"
