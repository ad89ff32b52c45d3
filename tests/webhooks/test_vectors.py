"""What the specification's own libraries publish as examples of its signatures.

The text of the specification shows headers as well, but neither payload nor secret that belong to
them; secret, id, time, payload and signature together stand in the tests of its libraries.
"""

import pytest

from pulumi_setsmart.webhooks import WebhookVerificationError, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
PAYLOAD = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
ANOTHER_SIGNATURE = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def headers(**changed: str) -> dict[str, str]:
    named = {"id": ID, "timestamp": str(TIMESTAMP), "signature": SIGNATURE} | changed
    return {f"webhook-{name}": value for name, value in named.items()}


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
def test_the_published_signature_is_right(secret: str) -> None:
    """With and without the prefix of the secret."""
    event = verify(PAYLOAD, headers(), secret, clock=lambda: TIMESTAMP)
    assert (event.id, event.type, event.data) == (ID, None, {"test": 2432232314})
    assert event.timestamp is not None
    assert event.timestamp.timestamp() == TIMESTAMP


def test_one_right_signature_among_several_is_enough() -> None:
    """Others may be of another key, or of a version that nobody knows."""
    several = " ".join(
        (ANOTHER_SIGNATURE, ANOTHER_SIGNATURE.replace("v1", "v2"), SIGNATURE, ANOTHER_SIGNATURE)
    )
    assert verify(PAYLOAD, headers(signature=several), SECRET, clock=lambda: TIMESTAMP).id == ID


@pytest.mark.parametrize(
    "signature",
    [
        ANOTHER_SIGNATURE,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=",
        "v1,dawfeoifkpqwoekfpqoekf",
        SIGNATURE[:8],
        "v1,",
        SIGNATURE.replace("v1", "v2"),
    ],
)
def test_the_published_wrong_signatures_are_wrong(signature: str) -> None:
    """Those of another key, altered and cut off ones."""
    with pytest.raises(WebhookVerificationError):
        verify(PAYLOAD, headers(signature=signature), SECRET, clock=lambda: TIMESTAMP)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_are_too_many(seconds: int) -> None:
    """Before and behind."""
    with pytest.raises(WebhookVerificationError):
        verify(PAYLOAD, headers(), SECRET, clock=lambda: TIMESTAMP + seconds)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(name: str) -> None:
    """None can be left out."""
    given = headers()
    del given[name]
    with pytest.raises(WebhookVerificationError):
        verify(PAYLOAD, given, SECRET, clock=lambda: TIMESTAMP)
