"""Signature schemes of deliveries: two of them, and the protocol for others."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from attrs import Attribute, field, frozen
from standardwebhooks.webhooks import Webhook

from pulumi_setsmart.client.errors import WebhookSetupError, WebhookVerificationError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.webhooks.encoding import decoded_base64, decoded_hex
from pulumi_setsmart.webhooks.secret import plain_secret, standard_key

_STANDARD, _OLDER = "webhook", "svix"
"""Prefixes of the three headers: Standard Webhooks come from Svix."""

_PARTS = ("id", "timestamp", "signature")

_LONGEST_HEADER = 4096
"""Characters of a header; enough for forty signatures."""


@frozen
class Signed:
    """What a signature covers in addition to the payload.

    Attributes:
        event_id: The id of the event, the same in each attempt to deliver it; None if the scheme
            signs none.
        sent_at: When this attempt was made, in seconds since 1970; None if the scheme signs none.
    """

    event_id: str | None = None
    sent_at: int | None = None


class SignatureScheme(Protocol):
    """How deliveries are signed."""

    def check_secret(self, secret: str) -> None:
        """Raise `WebhookSetupError` if this cannot be a secret of the scheme."""

    def authenticate(
        self, payload: bytes, headers: Mapping[str, str], secrets: Sequence[str]
    ) -> Signed:
        """Return what is signed, or raise `WebhookVerificationError` if no signature is right.

        Args:
            payload: The body of the request.
            headers: Its headers; their names are in lower case.
            secrets: Secrets that were checked. The signature has to be made with one of them.
        """


@frozen
class StandardWebhooks:
    """Standard Webhooks 1.0 with HMAC-SHA256 (assumed to be SetSmart's scheme).

    It uses the headers ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``; if there is
    none of them, the older names ``svix-id``, ``svix-timestamp`` and ``svix-signature``. The
    signature covers id, time and payload. Signatures of other versions than ``v1`` are ignored.
    """

    def check_secret(self, secret: str) -> None:
        """Raise `WebhookSetupError` if this is not ``whsec_`` and 24 to 64 bytes in base64."""
        standard_key(secret)

    def authenticate(
        self, payload: bytes, headers: Mapping[str, str], secrets: Sequence[str]
    ) -> Signed:
        """Return id and time of the delivery, or raise `WebhookVerificationError`."""
        prefix = _prefix(headers)
        event_id = _header(headers, f"{prefix}-id")
        # The signed parts are separated by full stops, so only the payload may contain one.
        if not re.fullmatch(r"[!-\-/-~]{1,256}", event_id):
            raise WebhookVerificationError(f"{prefix}-id is malformed")
        timestamp = _header(headers, f"{prefix}-timestamp")
        if not re.fullmatch(r"0|[1-9][0-9]{0,10}", timestamp):
            raise WebhookVerificationError(f"{prefix}-timestamp is not a Unix time in seconds")
        signature_name = f"{prefix}-signature"
        given = _version_1(signature_name, _header(headers, signature_name))
        sent_at = int(timestamp)
        # The library signs strings; the payload was already checked to be UTF-8.
        moment, text = datetime.fromtimestamp(sent_at, UTC), payload.decode()
        expected = [
            signature
            for secret in secrets
            for signature in _version_1(
                signature_name, Webhook(standard_key(secret)).sign(event_id, moment, text)
            )
        ]
        _require_match(expected, given)
        return Signed(event_id, sent_at)


@frozen
class HexHmac:
    """The hex HMAC-SHA256 of the payload in one header, with or without ``sha256=`` before it.

    It covers only the payload, neither an id nor the time of sending. So only ``seen`` detects an
    old delivery that somebody else sends again.

    Attributes:
        header: The name of the header, in any case.
    """

    header: str = field(default="X-SetSmart-Signature")

    @header.validator
    def _check_header(self, _attribute: "Attribute[str]", header: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", header):
            raise WebhookSetupError("the header of the signature cannot be the name of a header")

    def check_secret(self, secret: str) -> None:
        """Raise `WebhookSetupError` if this is not a string, or has white space at its ends."""
        _hmac_key(secret)

    def authenticate(
        self, payload: bytes, headers: Mapping[str, str], secrets: Sequence[str]
    ) -> Signed:
        """Return an empty `Signed`, or raise `WebhookVerificationError`."""
        given = decoded_hex(_header(headers, self.header.lower()).removeprefix("sha256="))
        if given is None:
            raise WebhookVerificationError(f"{self.header} is not in hex")
        _require_match(
            [hmac.digest(_hmac_key(secret), payload, "sha256") for secret in secrets], [given]
        )
        return Signed()


def _prefix(headers: Mapping[str, str]) -> str:
    """Return the prefix of the headers; the two sets are never mixed."""
    is_standard = any(f"{_STANDARD}-{part}" in headers for part in _PARTS)
    is_older = any(f"{_OLDER}-{part}" in headers for part in _PARTS)
    return _OLDER if is_older and not is_standard else _STANDARD


def _version_1(header: str, value: str) -> list[bytes]:
    """Return the signatures of version 1 in a header."""
    signatures = []
    for each in value.split(" "):
        version, comma, encoded = each.partition(",")
        if not comma:
            raise WebhookVerificationError(f"{header} is malformed")
        if version == "v1":
            signature = decoded_base64(encoded)
            if signature is None:
                raise WebhookVerificationError(f"{header} is not in base64")
            signatures.append(signature)
    if not signatures:
        raise WebhookVerificationError(f"{header} has no signature of version v1")
    return signatures


def _require_match(expected: Sequence[bytes], given: Sequence[bytes]) -> None:
    # All pairs are compared, each in constant time, so the duration does not reveal the match.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in given]
    if not any(matches):
        raise WebhookVerificationError(
            "no signature was made with a secret of this receiver", code=MessageCode.WRONG_SIGNATURE
        )


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise WebhookVerificationError(f"the header {name} is missing")
    if len(value) > _LONGEST_HEADER:
        raise WebhookVerificationError(f"the header {name} is too long")
    return value


def _hmac_key(secret: object) -> bytes:
    return plain_secret(secret).encode("utf-8", "surrogatepass")
