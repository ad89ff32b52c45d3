"""Deliveries as a sender makes them, signed without our code and without the library."""

import base64
import hashlib
import hmac
import json
from typing import Any

from attrs import frozen

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
NOW = 1_763_935_200
"""The time of the tests, in seconds since 1970."""
EVENT: dict[str, Any] = {
    "type": "property.updated",
    "timestamp": "2025-11-23T22:00:00Z",
    "data": {"id": "prop_1", "name": "Seehütte", "bedrooms": 3},
}


PAYLOAD = json.dumps(EVENT, ensure_ascii=False).encode()


def standard_signature(secret: str, event_id: str, timestamp: str, payload: bytes) -> str:
    """Return one signature of Standard Webhooks, its version included."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{event_id}.{timestamp}.".encode() + payload
    return f"v1,{base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()}"


@frozen
class SignedDelivery:
    """A request to a receiver.

    Attributes:
        payload: Its body.
        headers: Its headers.
    """

    payload: bytes
    headers: dict[str, str]

    @classmethod
    def standard(
        cls,
        payload: bytes = PAYLOAD,
        *,
        secret: str = SECRET,
        event_id: str = "msg_1",
        timestamp: str = str(NOW),
    ) -> "SignedDelivery":
        """Return one that is signed as Standard Webhooks says."""
        signature = standard_signature(secret, event_id, timestamp, payload)
        return cls(
            payload,
            {
                "webhook-id": event_id,
                "webhook-timestamp": timestamp,
                "webhook-signature": signature,
            },
        )

    @classmethod
    def hexadecimal(
        cls, payload: bytes = PAYLOAD, *, secret: str = SECRET, prefix: str = "sha256="
    ) -> "SignedDelivery":
        """Return one that carries the hex HMAC of its body."""
        digest = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
        return cls(payload, {"X-SetSmart-Signature": prefix + digest})
