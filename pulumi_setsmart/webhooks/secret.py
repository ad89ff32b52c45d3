"""The secret that a subscription and its receiver share."""

import base64
import secrets

from pulumi_setsmart.client.errors import WebhookSetupError
from pulumi_setsmart.webhooks.encoding import decoded_base64

_PREFIX = "whsec_"
_NEW_BYTES = 32
_LEAST_BYTES = 24
_MOST_BYTES = 64


def new_secret() -> str:
    """Return a new secret for a subscription: ``whsec_`` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def standard_key(secret: object) -> bytes:
    """Return the key of a secret of Standard Webhooks.

    Args:
        secret: 24 to 64 bytes in base64, with or without ``whsec_`` before it.

    Raises:
        WebhookSetupError: If it is anything else. A secret that lost a character is rejected
            instead of becoming another key.
    """
    text = plain_secret(secret)
    key = decoded_base64(text.removeprefix(_PREFIX))
    if key is None:
        raise WebhookSetupError("a webhook secret is not whsec_ followed by base64")
    if not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise WebhookSetupError(
            f"a webhook secret is not {_LEAST_BYTES} to {_MOST_BYTES} bytes long"
        )
    return key


def plain_secret(secret: object) -> str:
    """Return a secret unchanged, if it can be one: a string without white space at its ends.

    Raises:
        WebhookSetupError: If it is not, for example because it still has the last line break of a
            file.
    """
    if not isinstance(secret, str):
        raise WebhookSetupError("a webhook secret is not a string")
    if not secret or secret != secret.strip():
        raise WebhookSetupError("a webhook secret is empty, or has white space at its ends")
    return secret
