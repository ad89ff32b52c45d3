"""The headers that prove where a delivery comes from.

Written from the text of the specification alone, and not with the library that our receivers use:
the two are witnesses of each other.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence

from pulumi_setsmart.sandbox.deliveries.delivery import Delivery
from pulumi_setsmart.sandbox.deliveries.settings import Signature

HEX_HEADER = "X-SetSmart-Signature"


class UnusableSecretError(ValueError):
    """Nothing can be signed with the secret of a subscription."""


def signing_headers(
    signature: Signature, delivery: Delivery, secrets: Sequence[str], now: float
) -> dict[str, str]:
    """Return the headers that sign an attempt; without a secret, those that need none.

    Args:
        signature: How to sign.
        delivery: What is delivered.
        secrets: The secrets to sign with, the current one first.
        now: The time of the attempt in seconds since 1970.

    Raises:
        UnusableSecretError: If a secret is not what the way of signing needs.
    """
    payload = delivery.payload.encode()
    if signature == "hex":
        # There is room for one signature only: the current secret's.
        if not secrets:
            return {}
        return {HEX_HEADER: f"sha256={hmac.digest(secrets[0].encode(), payload, 'sha256').hex()}"}
    sent_at = str(int(now))
    content = b".".join((delivery.event_id.encode(), sent_at.encode(), payload))
    headers = {"webhook-id": delivery.event_id, "webhook-timestamp": sent_at}
    signatures = [f"v1,{_base64_hmac(_key(secret), content)}" for secret in secrets]
    return headers | ({"webhook-signature": " ".join(signatures)} if signatures else {})


def _base64_hmac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise UnusableSecretError("its secret is not whsec_ followed by base64") from None
