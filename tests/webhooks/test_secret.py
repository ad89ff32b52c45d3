"""Secrets: the new ones, and those that are refused when they are given."""

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signed_delivery import SECRET, SignedDelivery

from pulumi_setsmart.webhooks import (
    HexHmac,
    SignatureScheme,
    StandardWebhooks,
    WebhookSetupError,
    WebhookVerifier,
    new_secret,
)


def encoded(length: int) -> str:
    return "whsec_" + base64.b64encode(bytes(range(length))).decode()


BAD_SECRETS: list[Any] = [
    None,
    5,
    SECRET.encode(),
    "",
    "whsec_",
    "whsec_ ",
    "my own secret",
    f" {SECRET}",
    f"{SECRET}\n",
    SECRET[:-1],
    SECRET.rstrip("="),
    SECRET + "=",
    SECRET.replace("A", "-", 1),
    SECRET.replace("A", "\n", 1),
    SECRET.replace("A", "é", 1),
    SECRET.replace("whsec_", "WHSEC_"),
    SECRET.replace("whsec_", "whsk_"),
    f"whsec_{SECRET}",
    "whsec_****LaSw",
    encoded(23),
    encoded(65),
    "whsec_" + "\ud800" * 32,
    [],
    [SECRET, ""],
    [SECRET, None],
]


def test_a_new_secret_is_accepted_by_both_schemes_and_is_another_each_time() -> None:
    """32 random bytes, as much as the signature has."""
    one, other = new_secret(), new_secret()
    assert one != other
    assert len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) == 32
    for scheme in (StandardWebhooks(), HexHmac()):
        assert WebhookVerifier([one, other], scheme=scheme)


@pytest.mark.parametrize("secret", BAD_SECRETS)
def test_an_invalid_secret_is_rejected_at_once(secret: Any) -> None:
    """Before any request, and without showing it; one bad one among good ones is enough."""
    with pytest.raises(WebhookSetupError) as refusal:
        WebhookVerifier(secret)
    assert not isinstance(secret, str) or secret[6:] == "" or secret not in str(refusal.value)


def test_the_documentation_has_the_number_of_invalid_secrets() -> None:
    """As they are counted here."""
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "webhooks.md").read_text()
    assert f"| bad secrets | {len(BAD_SECRETS)} | 0 | 0 |" in guide


@pytest.mark.parametrize("length", [24, 32, 64])
def test_secrets_of_the_allowed_lengths_are_accepted(length: int) -> None:
    """192 to 512 bits, as the specification has it."""
    assert WebhookVerifier(encoded(length))


@pytest.mark.parametrize("secret", [None, 5, b"secret", "", " ", "secret\n", []])
def test_the_other_scheme_takes_any_text_but_a_damaged_one(secret: Any) -> None:
    """A line break at its end is that of the file it came from."""
    with pytest.raises(WebhookSetupError):
        WebhookVerifier(secret, scheme=HexHmac())


@given(st.text(min_size=1).filter(lambda text: text == text.strip()))
def test_any_other_text_makes_signatures(secret: str) -> None:
    """The other scheme prescribes no format of secrets."""
    scheme: SignatureScheme = HexHmac()
    delivery = SignedDelivery.hexadecimal(secret=secret)
    assert WebhookVerifier(secret, scheme=scheme).verify(delivery.payload, delivery.headers)
