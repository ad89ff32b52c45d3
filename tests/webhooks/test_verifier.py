"""What is accepted, and that nothing else is, whatever is sent."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from support.json_values import ANY_OBJECT
from support.messages import raises
from support.signed_delivery import EVENT, NOW, OTHER_SECRET, PAYLOAD, SECRET, SignedDelivery

from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.webhooks import (
    HexHmac,
    StandardWebhooks,
    WebhookEvent,
    WebhookReplayedError,
    WebhookSetupError,
    WebhookVerificationError,
    WebhookVerifier,
    new_secret,
    verify,
)

RIGHT = SignedDelivery.standard()


def event_of(delivery: SignedDelivery, secret: Any = SECRET, **how: Any) -> WebhookEvent:
    return verify(delivery.payload, delivery.headers, secret, clock=lambda: NOW, **how)


def test_an_event_has_the_id_of_the_header_and_the_payload() -> None:
    """Its id of the header, all else of the payload."""
    assert event_of(RIGHT) == WebhookEvent(
        id="msg_1",
        type="property.updated",
        timestamp=datetime(2025, 11, 23, 22, tzinfo=UTC),
        data=EVENT["data"],
    )


def test_a_payload_without_an_envelope_is_the_data() -> None:
    """Nobody documents the form of the payload; when it was sent stands for when it happened."""
    event = event_of(SignedDelivery.standard(b'{"listing": 5}'))
    assert (event.type, event.data) == (None, {"listing": 5})
    assert event.timestamp == datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        ("2025-11-23T22:00:00.5+01:00", datetime(2025, 11, 23, 21, 0, 0, 500_000, UTC)),
        ("2025-11-23T22:00:00", datetime(2025, 11, 23, 22, tzinfo=UTC)),
        (NOW, datetime.fromtimestamp(NOW, UTC)),
        (NOW + 0.25, datetime.fromtimestamp(NOW + 0.25, UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-86_400, datetime(1969, 12, 31, tzinfo=UTC)),
        (NOW * 1000 + 250, datetime.fromtimestamp(NOW + 0.25, UTC)),
        (NOW * 1000.0, datetime.fromtimestamp(NOW, UTC)),
        (99_999_999_999, datetime(5138, 11, 16, 9, 46, 39, tzinfo=UTC)),
        (100_000_000_000, datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
        (-100_000_000_000, datetime(1966, 10, 31, 14, 13, 20, tzinfo=UTC)),
        (str(NOW), datetime.fromtimestamp(NOW, UTC)),
        (f"{NOW}.25", datetime.fromtimestamp(NOW + 0.25, UTC)),
        (f"{NOW}250", datetime.fromtimestamp(NOW + 0.25, UTC)),
        ("20251123", datetime(2025, 11, 23, tzinfo=UTC)),
        ("20251123T220000Z", datetime(2025, 11, 23, 22, tzinfo=UTC)),
    ],
)
def test_the_time_of_an_event_is_read_in_each_form(timestamp: Any, moment: datetime) -> None:
    """ISO 8601, without an offset in UTC, or seconds or milliseconds since 1970."""
    assert event_of(
        SignedDelivery.standard(json.dumps({"timestamp": timestamp}).encode())
    ).timestamp == (moment)


def older(headers: dict[str, str]) -> dict[str, str]:
    """Return headers under their older names."""
    return {name.replace("webhook", "svix"): value for name, value in headers.items()}


@pytest.mark.parametrize("change", [str.upper, str.title, str.lower])
@pytest.mark.parametrize("names", [dict, older])
def test_headers_have_names_in_any_case(change: Any, names: Any) -> None:
    """And come as a dictionary or as what a framework makes of them; older names are as good."""
    headers = {change(name): value for name, value in names(RIGHT.headers).items()}
    assert event_of(SignedDelivery(PAYLOAD, headers))
    assert verify(PAYLOAD, Headers(headers), SECRET, clock=lambda: NOW)


@pytest.mark.parametrize("age", [-300, -1, 0, 299, 300])
def test_the_tolerance_counts_in_both_directions(age: int) -> None:
    """What lies within it is accepted, its ends included."""
    assert event_of(SignedDelivery.standard(timestamp=str(NOW - age)))


def test_the_tolerance_can_be_another() -> None:
    """Longer and shorter than five minutes."""
    old = SignedDelivery.standard(timestamp=str(NOW - 3600))
    assert event_of(old, tolerance=3600)
    with raises(WebhookVerificationError, MessageCode.OUTDATED_DELIVERY):
        event_of(SignedDelivery.standard(timestamp=str(NOW - 2)), tolerance=1)
    assert event_of(RIGHT, tolerance=0)


def test_while_a_secret_rotates_either_is_right() -> None:
    """Whichever stands first, and given as any collection."""
    for secrets in ([OTHER_SECRET, SECRET], (SECRET, OTHER_SECRET), {SECRET}, iter([SECRET])):
        assert event_of(RIGHT, secrets)
    with raises(WebhookVerificationError, MessageCode.WRONG_SIGNATURE):
        event_of(RIGHT, [OTHER_SECRET, new_secret()])


def test_one_of_two_sets_of_headers_is_read() -> None:
    """That of Standard Webhooks; what the other says means nothing then."""
    other = older(SignedDelivery.standard(event_id="msg_2", secret=OTHER_SECRET).headers)
    assert event_of(SignedDelivery(PAYLOAD, {**other, **RIGHT.headers})).id == "msg_1"
    assert event_of(SignedDelivery(PAYLOAD, {**RIGHT.headers, **other})).id == "msg_1"
    assert event_of(SignedDelivery(PAYLOAD, other), OTHER_SECRET).id == "msg_2"


def test_what_is_wrong_with_older_headers_is_reported_by_their_names() -> None:
    """The log says what was sent."""
    for name in ("svix-id", "svix-timestamp", "svix-signature"):
        with raises(WebhookVerificationError, MessageCode.MALFORMED_DELIVERY, name):
            event_of(SignedDelivery(PAYLOAD, {**older(RIGHT.headers), name: "a.b"}))


@pytest.mark.parametrize("digits", ["9" * 4000, "-" + "9" * 4000])
def test_long_whole_numbers_are_exact(digits: str) -> None:
    """As far as Python reads them."""
    event = event_of(SignedDelivery.standard(f'{{"data": {{"a": {digits}}}}}'.encode()))
    assert event.data == {"a": int(digits)}


def test_a_sender_that_signs_with_both_secrets_is_understood_by_either_receiver() -> None:
    """As Standard Webhooks has it for rotations without an outage."""
    other = SignedDelivery.standard(secret=OTHER_SECRET).headers["webhook-signature"]
    both = f"{other} {RIGHT.headers['webhook-signature']}"
    delivery = SignedDelivery(PAYLOAD, {**RIGHT.headers, "webhook-signature": both})
    assert event_of(delivery, SECRET) == event_of(delivery, OTHER_SECRET)


def test_a_replay_has_an_error_of_its_own() -> None:
    """So that the receiver can respond with 2xx; `seen` is read and not changed."""
    seen = {"msg_2"}
    assert event_of(RIGHT, seen=seen).id == "msg_1"
    assert seen == {"msg_2"}
    with pytest.raises(WebhookReplayedError) as caught:
        event_of(RIGHT, seen={"msg_1"})
    assert caught.value.event_id == "msg_1"


def test_a_forged_replay_is_rejected_as_forged() -> None:
    """Who cannot sign does not learn which ids were seen."""
    with raises(WebhookVerificationError, MessageCode.WRONG_SIGNATURE) as caught:
        event_of(SignedDelivery.standard(secret=OTHER_SECRET), seen={"msg_1"})
    assert not isinstance(caught.value, WebhookReplayedError)


def test_a_store_that_fails_is_the_receivers_problem() -> None:
    """It is reported as such, so that the response is 500 and the delivery is sent again."""

    class Broken:
        def __contains__(self, event_id: object) -> bool:
            raise OSError("disk full")

    with raises(WebhookSetupError, MessageCode.RECEIVER_SETUP) as caught:
        event_of(RIGHT, seen=Broken())
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("prefix", ["sha256=", ""])
@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_a_hex_signature_is_right_in_both_forms(prefix: str, change: Any) -> None:
    """With or without the name of the algorithm, in either case."""
    digest = SignedDelivery.hexadecimal(prefix="").headers["X-SetSmart-Signature"]
    headers = {"x-signature": prefix + change(digest)}
    event = event_of(SignedDelivery(PAYLOAD, headers), scheme=HexHmac("X-Signature"))
    assert event.type == "property.updated"


def test_without_a_signed_id_the_payload_has_one() -> None:
    """Its own, or else one made of it: the same payload is the same event."""
    event = event_of(SignedDelivery.hexadecimal(b'{"id": "evt_7"}'), scheme=HexHmac())
    assert (event.id, event.timestamp) == ("evt_7", None)
    first, again, *other_ids = (
        event_of(SignedDelivery.hexadecimal(payload), scheme=HexHmac()).id
        for payload in (b"{}", b"{}", b'{"id": 5}', b'{"id": ""}')
    )
    assert first == again
    assert len({first, *other_ids} - {""}) == 3
    with pytest.raises(WebhookReplayedError):
        event_of(SignedDelivery.hexadecimal(b"{}"), scheme=HexHmac(), seen={first})


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), True, "300", None])
def test_an_invalid_tolerance_is_rejected(tolerance: Any) -> None:
    """Above all one with which every age would pass."""
    with raises(WebhookSetupError, MessageCode.RECEIVER_SETUP, "tolerance"):
        event_of(RIGHT, tolerance=tolerance)


def test_an_invalid_header_name_is_rejected() -> None:
    """When the scheme is made, not when the first delivery comes."""
    with raises(WebhookSetupError, MessageCode.RECEIVER_SETUP, "header"):
        HexHmac("X Signature")


def test_a_verifier_serves_many_requests_and_hides_its_secrets() -> None:
    """It is what a receiver makes when it starts."""
    verifier = WebhookVerifier([SECRET, OTHER_SECRET], clock=lambda: NOW)
    for delivery in (RIGHT, SignedDelivery.standard(event_id="msg_2")):
        assert verifier.verify(delivery.payload, delivery.headers)
    assert SECRET not in repr(verifier)


def test_an_error_names_the_version_of_signatures_that_is_missing() -> None:
    """A sender that moved on to another version looks otherwise than a wrong secret."""
    headers = {**RIGHT.headers, "webhook-signature": "v1a,c2lnbmF0dXJl"}
    with raises(WebhookVerificationError, MessageCode.MALFORMED_DELIVERY, "v1"):
        event_of(SignedDelivery(PAYLOAD, headers))


anything: st.SearchStrategy[Any] = st.none() | st.integers() | st.text() | st.binary()
near_headers = st.dictionaries(
    st.sampled_from(
        [*RIGHT.headers, *older(RIGHT.headers), "X-SetSmart-Signature", "Webhook-Id", "Svix-Id"]
    )
    | st.text(),
    st.sampled_from([*RIGHT.headers.values()]) | anything,
)


def schemes() -> Iterator[Any]:
    yield StandardWebhooks()
    yield HexHmac()


@settings(max_examples=300)
@given(
    payload=anything | st.just(PAYLOAD),
    headers=near_headers | anything,
    secret=anything | st.lists(anything) | st.just(SECRET),
    scheme=st.sampled_from([*schemes()]),
)
def test_any_arguments_give_an_event_or_a_verification_error(
    payload: Any, headers: Any, secret: Any, scheme: Any
) -> None:
    """And nothing is accepted but the one request that is right."""
    try:
        event = verify(payload, headers, secret, scheme=scheme, clock=lambda: NOW)
    except WebhookVerificationError:
        return
    assert (event.id, payload) == ("msg_1", PAYLOAD)
    given_headers = {name.lower(): value for name, value in headers.items()}
    right = RIGHT.headers if given_headers.keys() & RIGHT.headers.keys() else older(RIGHT.headers)
    assert given_headers.items() >= right.items()


@given(st.binary(min_size=24, max_size=64), ANY_OBJECT, st.integers(0, 99_999_999_999))
def test_what_is_signed_well_is_accepted(key: bytes, body: dict[str, Any], sent_at: int) -> None:
    """Whatever the secret, the time and the data are."""
    secret = "whsec_" + base64.b64encode(key).decode()
    payload = json.dumps({"data": body}).encode()
    delivery = SignedDelivery.standard(payload, secret=secret, timestamp=str(sent_at))
    assert verify(payload, delivery.headers, secret, clock=lambda: sent_at).data == body


@given(st.data())
def test_one_altered_byte_is_enough_to_reject(data: st.DataObject) -> None:
    """Wherever it is: in the payload or in a header."""
    part = data.draw(st.sampled_from(["payload", *RIGHT.headers]))
    payload, headers = RIGHT.payload, dict(RIGHT.headers)
    text = payload.decode("latin-1") if part == "payload" else headers[part]
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=255).filter(lambda one: one != text[place]))
    altered = text[:place] + other + text[place + 1 :]
    if part == "payload":
        payload = altered.encode("latin-1")
    else:
        headers[part] = altered
    with pytest.raises(WebhookVerificationError):
        verify(payload, headers, SECRET, clock=lambda: NOW)
