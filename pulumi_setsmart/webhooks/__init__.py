"""Verifies and reads the deliveries that SetSmart sends to a webhook subscription.

The API's documentation asks to "secure webhook endpoints with signature verification" and says no
more. How deliveries are signed and what they contain is assumed: Standard Webhooks by default, and
the other common scheme, a hex HMAC of the body, as `HexHmac`.
"""

from pulumi_setsmart.client.errors import (
    WebhookReplayedError,
    WebhookSetupError,
    WebhookVerificationError,
)
from pulumi_setsmart.webhooks.event import WebhookEvent
from pulumi_setsmart.webhooks.scheme import HexHmac, SignatureScheme, Signed, StandardWebhooks
from pulumi_setsmart.webhooks.secret import new_secret
from pulumi_setsmart.webhooks.verifier import LARGEST_PAYLOAD, WebhookVerifier, verify

__all__ = [
    "LARGEST_PAYLOAD",
    "HexHmac",
    "SignatureScheme",
    "Signed",
    "StandardWebhooks",
    "WebhookEvent",
    "WebhookReplayedError",
    "WebhookSetupError",
    "WebhookVerificationError",
    "WebhookVerifier",
    "new_secret",
    "verify",
]
