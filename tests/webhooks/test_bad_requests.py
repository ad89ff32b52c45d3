"""Every way we know for a request to be wrong: none is accepted, none raises anything else."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from support.signed_delivery import EVENT, NOW, OTHER_SECRET, PAYLOAD, SECRET, SignedDelivery

from pulumi_setsmart.webhooks import HexHmac, WebhookVerificationError, verify

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "webhooks.md").read_text()
RIGHT = SignedDelivery.standard()
SIGNATURE = RIGHT.headers["webhook-signature"]


def with_headers(**changed: Any) -> SignedDelivery:
    """Return the right request with other headers; None takes one away."""
    named = {f"webhook-{name}": value for name, value in changed.items()}
    headers = {name: value for name, value in {**RIGHT.headers, **named}.items() if value}
    return SignedDelivery(RIGHT.payload, headers)


def signed(payload: bytes) -> SignedDelivery:
    """Return a request with any payload, signed well."""
    return SignedDelivery.standard(payload)


def telling(**changed: Any) -> SignedDelivery:
    """Return a request that is signed well and tells something else of the event."""
    return signed(json.dumps({**EVENT, **changed}).encode())


def sent(timestamp: str) -> SignedDelivery:
    """Return a request whose signature covers this time."""
    return SignedDelivery.standard(timestamp=timestamp)


def named(event_id: str) -> SignedDelivery:
    """Return a request whose signature covers this id."""
    return SignedDelivery.standard(event_id=event_id)


def named_otherwise(prefix: str, headers: dict[str, str] = RIGHT.headers) -> dict[str, str]:
    """Return headers whose names begin in another way."""
    return {name.replace("webhook", prefix): one for name, one in headers.items()}


def without(delivery: SignedDelivery, name: str) -> SignedDelivery:
    """Return a request less one of its headers."""
    headers = {key: one for key, one in delivery.headers.items() if key != name}
    return SignedDelivery(delivery.payload, headers)


def with_number(number: str) -> dict[str, SignedDelivery]:
    """Return requests with a number that JSON or programs have not, wherever it may be."""
    return {
        f"{number[:9]}{where}": signed(payload.replace("?", number).encode())
        for where, payload in (
            ("", '{"data": ?}'),
            (" deep inside", '{"data": {"a": [0, {"b": [?]}]}}'),
            (" for a type", '{"type": ?}'),
            (" for a time", '{"timestamp": ?}'),
            (" in what nobody reads", '{"type": "a.b", "data": 1, "else": [?]}'),
        )
    }


OLDER = SignedDelivery(PAYLOAD, named_otherwise("svix"))


STANDARD: dict[str, SignedDelivery] = {
    "no headers": SignedDelivery(PAYLOAD, {}),
    "no id": with_headers(id=None),
    "no timestamp": with_headers(timestamp=None),
    "no signature": with_headers(signature=None),
    "other names of the headers": SignedDelivery(PAYLOAD, named_otherwise("x-webhook")),
    "older names of the headers, no id": without(OLDER, "svix-id"),
    "older names of the headers, no timestamp": without(OLDER, "svix-timestamp"),
    "older names of the headers, no signature": without(OLDER, "svix-signature"),
    "older names of the headers, another secret": SignedDelivery(
        PAYLOAD,
        named_otherwise("svix", SignedDelivery.standard(secret=OTHER_SECRET).headers),
    ),
    **{
        f"older names of the headers, beside a wrong {name}": SignedDelivery(
            PAYLOAD, {**OLDER.headers, **RIGHT.headers, name: wrong}
        )
        for name, wrong in (
            ("webhook-id", "msg_2"),
            ("webhook-timestamp", str(NOW - 1)),
            ("webhook-signature", f"v1,{base64.b64encode(bytes(32)).decode()}"),
        )
    },
    **{
        f"older names of the headers, {name} under both": SignedDelivery(
            PAYLOAD, {**OLDER.headers, name: RIGHT.headers[name]}
        )
        for name in RIGHT.headers
    },
    **{
        f"{name} under its older name alone": SignedDelivery(
            PAYLOAD,
            {
                **without(RIGHT, name).headers,
                name.replace("webhook", "svix"): RIGHT.headers[name],
            },
        )
        for name in RIGHT.headers
    },
    "id not the signed one": with_headers(id="msg_2"),
    "empty id": named(""),
    "id with a full stop": named("msg.1"),
    "id with a space": named("msg 1"),
    "id with a line break": named("msg_1\n"),
    "id not ASCII": named("msg_é"),
    "id too long": named("m" * 257),
    "timestamp not the signed one": with_headers(timestamp=str(NOW - 1)),
    "stale": sent(str(NOW - 301)),
    "very old": sent("0"),
    "future": sent(str(NOW + 301)),
    "timestamp beyond all calendars": sent("99999999999"),
    "timestamp of 5,000 digits": sent("9" * 5000),
    "timestamp negative": sent(f"-{NOW}"),
    "timestamp with a sign": sent(f"+{NOW}"),
    "timestamp with a fraction": sent(f"{NOW}.0"),
    "timestamp in milliseconds": sent(f"{NOW}000"),
    "timestamp with an exponent": sent("1.763935200e9"),
    "timestamp in hex": sent(hex(NOW)),
    "timestamp with an underscore": sent(f"{str(NOW)[0]}_{str(NOW)[1:]}"),
    "timestamp with a leading zero": sent(f"0{NOW}"),
    "timestamp with spaces": sent(f" {NOW} "),
    "timestamp with a line break": sent(f"{NOW}\n"),
    "timestamp in Arabic digits": sent(
        str(NOW).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    ),
    "timestamp in fullwidth digits": sent("".join(chr(0xFF10 + int(digit)) for digit in str(NOW))),
    **{
        f"signed timestamp, written as {other!r}": with_headers(timestamp=other)
        for other in (
            f"0{NOW}",
            f"{NOW}.0",
            f"+{NOW}",
            f"{NOW} ",
            f"{str(NOW)[0]}_{str(NOW)[1:]}",
            "".join(chr(0xFF10 + int(digit)) for digit in str(NOW)),
            f"{NOW // 10}{chr(0xFF10 + NOW % 10)}",
        )
    },
    "timestamp a word": sent("now"),
    "timestamp not a number": sent("nan"),
    "timestamp infinite": sent("inf"),
    "timestamp ISO 8601": sent("2025-11-23T22:00:00Z"),
    "timestamp empty": sent(""),
    "signed with another secret": SignedDelivery.standard(secret=OTHER_SECRET),
    "signature empty": with_headers(signature=" "),
    "signature without a version": with_headers(signature=SIGNATURE.removeprefix("v1,")),
    "signature of no bytes": with_headers(signature="v1,"),
    "signature of another version only": with_headers(signature=SIGNATURE.replace("v1", "v2")),
    "asymmetric signature only": with_headers(
        signature=f"v1a,{base64.b64encode(bytes(64)).decode()}"
    ),
    "right signature of another version": with_headers(signature=SIGNATURE.replace("v1", "v1a")),
    "version in capitals": with_headers(signature=SIGNATURE.replace("v1", "V1")),
    "signature cut off": with_headers(signature=SIGNATURE[:-4]),
    "signature one byte short": with_headers(
        signature="v1," + base64.b64encode(base64.b64decode(SIGNATURE[3:])[:-1]).decode()
    ),
    "signature one byte long": with_headers(
        signature="v1," + base64.b64encode(base64.b64decode(SIGNATURE[3:]) + b"\0").decode()
    ),
    "signature without padding": with_headers(signature=SIGNATURE.rstrip("=")),
    "signature with too much padding": with_headers(signature=SIGNATURE + "="),
    "signature with stray bits": with_headers(
        signature=SIGNATURE[:-2] + chr(ord(SIGNATURE[-2]) + 1) + "="
    ),
    "signature with a line break": with_headers(signature=SIGNATURE + "\n"),
    "signature with junk inside": with_headers(signature=SIGNATURE[:9] + "!" + SIGNATURE[9:]),
    "signature not ASCII": with_headers(signature="v1,é" + SIGNATURE[4:]),
    "signature in hex": with_headers(signature="v1," + base64.b64decode(SIGNATURE[3:]).hex()),
    "signature of zeros": with_headers(signature="v1," + base64.b64encode(bytes(32)).decode()),
    "two signatures parted by a comma": with_headers(signature=f"{SIGNATURE},{SIGNATURE}"),
    "two signatures, two spaces": with_headers(signature=f"{SIGNATURE}  {SIGNATURE}"),
    "a thousand signatures": with_headers(signature=" ".join([SIGNATURE] * 1000)),
    "payload altered": SignedDelivery(PAYLOAD.replace(b"3", b"4"), RIGHT.headers),
    "payload written anew": SignedDelivery(
        json.dumps(EVENT, separators=(",", ":")).encode(), RIGHT.headers
    ),
    "payload with a line break": SignedDelivery(PAYLOAD + b"\n", RIGHT.headers),
    "payload empty": signed(b""),
    "payload not JSON": signed(b"type=property.updated"),
    "payload half": signed(PAYLOAD[:-1]),
    "payload twice": signed(PAYLOAD * 2),
    "payload not UTF-8": signed(b'{"type": "\xff\xfe"}'),
    "payload in UTF-16": signed('{"type": "a.b"}'.encode("utf-16")),
    "payload with a byte order mark": signed(b"\xef\xbb\xbf{}"),
    "payload huge": signed(b'{"a": "' + b"x" * 1024 * 1024 + b'"}'),
    "payload nested 100,000 deep": signed(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "payload with a number of 5,000 digits": signed(b'{"a": ' + b"9" * 5000 + b"}"),
    "payload with a fraction of a number of 5,000 digits": signed(b'{"a": ' + b"9" * 5000 + b".5}"),
    "payload with a number of 100,000 digits": signed(b'{"a": -' + b"9" * 100_000 + b"}"),
    "payload a list": signed(b"[]"),
    "payload a string": signed(b'"property.updated"'),
    "payload null": signed(b"null"),
    **{
        case: request
        for number in ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1E+400", "9.9e308")
        for case, request in with_number(number).items()
    },
    "type a number": telling(type=5),
    "type a list": telling(type=["property.updated"]),
    "time of the event a word": telling(timestamp="yesterday"),
    "time of the event a list": telling(timestamp=[]),
    "time of the event true": telling(timestamp=True),
    "time of the event beyond all calendars": telling(timestamp=1e300),
    "time of the event before all calendars": telling(timestamp=-1e300),
    "time of the event in microseconds": telling(timestamp=NOW * 1_000_000),
    "time of the event of 4,000 digits": telling(timestamp=10**4000),
    "time of the event a string of 5,000 digits": telling(timestamp="9" * 5000),
    "time of the event a string with spaces": telling(timestamp=f" {NOW} "),
    "time of the event a string in fullwidth digits": telling(
        timestamp="".join(chr(0xFF10 + int(digit)) for digit in str(NOW))
    ),
    "time of the event an empty string": telling(timestamp=""),
    "time of the event a string with an exponent": telling(timestamp="1.763935200e9"),
    "time of the event not a number": telling(timestamp="nan"),
    "time of the event infinite": telling(timestamp="inf"),
}

WRONG_TYPES: dict[str, tuple[Any, Any]] = {
    "payload a string and not bytes": (PAYLOAD.decode(), RIGHT.headers),
    "payload parsed already": (EVENT, RIGHT.headers),
    "payload None": (None, RIGHT.headers),
    "payload bytearray": (bytearray(PAYLOAD), RIGHT.headers),
    "headers None": (PAYLOAD, None),
    "headers a list": (PAYLOAD, [*RIGHT.headers.items()]),
    "headers a string": (PAYLOAD, "webhook-id: msg_1"),
    "header a number": (PAYLOAD, {**RIGHT.headers, "webhook-timestamp": NOW}),
    "header bytes": (PAYLOAD, {**RIGHT.headers, "webhook-id": b"msg_1"}),
    "header's name bytes": (PAYLOAD, {**RIGHT.headers, b"webhook-id": "msg_1"}),
    "header a list": (PAYLOAD, {**RIGHT.headers, "webhook-signature": [SIGNATURE]}),
    "header twice, in two cases": (PAYLOAD, {**RIGHT.headers, "Webhook-Id": "msg_1"}),
    "signature twice, in two cases": (PAYLOAD, {**RIGHT.headers, "Webhook-Signature": SIGNATURE}),
}

HEX_RIGHT = SignedDelivery.hexadecimal()
DIGEST = HEX_RIGHT.headers["X-SetSmart-Signature"].removeprefix("sha256=")


def with_digest(digest: str) -> SignedDelivery:
    return SignedDelivery(PAYLOAD, {"X-SetSmart-Signature": digest})


HEX: dict[str, SignedDelivery] = {
    "no header": SignedDelivery(PAYLOAD, {}),
    "header of the other scheme": RIGHT,
    "another secret": SignedDelivery.hexadecimal(secret=OTHER_SECRET),
    "payload altered": SignedDelivery(PAYLOAD + b" ", HEX_RIGHT.headers),
    "empty": with_digest(""),
    "prefix only": with_digest("sha256="),
    "another algorithm": with_digest(f"sha1={DIGEST}"),
    "prefix twice": with_digest(f"sha256=sha256={DIGEST}"),
    "half": with_digest(DIGEST[:32]),
    "odd": with_digest(DIGEST[:-1]),
    "too long": with_digest(DIGEST + "00"),
    "with spaces": with_digest(" ".join(DIGEST[i : i + 2] for i in range(0, 64, 2))),
    "with a line break": with_digest(DIGEST + "\n"),
    "in base64": with_digest(base64.b64encode(bytes.fromhex(DIGEST)).decode()),
    "not ASCII": with_digest("é" * 64),
    "fullwidth digits": with_digest("\uff10" * 64),
    "payload not UTF-8": SignedDelivery.hexadecimal(b"\xff"),
    "payload not an object": SignedDelivery.hexadecimal(b"[]"),
    "payload with a number beyond all bounds": SignedDelivery.hexadecimal(b'{"a": [1e999]}'),
    "older names of the other scheme's headers": OLDER,
}


def test_the_right_ones_are_right() -> None:
    """What the tables alter is accepted as it is, so that each refusal is for what was altered."""
    assert verify(RIGHT.payload, RIGHT.headers, SECRET, clock=lambda: NOW).id == "msg_1"
    assert verify(HEX_RIGHT.payload, HEX_RIGHT.headers, SECRET, scheme=HexHmac()).type


@pytest.mark.parametrize("kind", STANDARD)
def test_a_bad_request_is_rejected(kind: str) -> None:
    """In Standard Webhooks; where it is about form, the signature itself is right."""
    refused(STANDARD[kind].payload, STANDARD[kind].headers)


@pytest.mark.parametrize("kind", WRONG_TYPES)
def test_an_invalid_request_is_rejected(kind: str) -> None:
    """A mistake of the receiver's own code is reported in the same way."""
    refused(*WRONG_TYPES[kind])


@pytest.mark.parametrize("kind", HEX)
def test_a_bad_hex_signature_is_rejected(kind: str) -> None:
    """In the other scheme."""
    refused(HEX[kind].payload, HEX[kind].headers, scheme=HexHmac())


@pytest.mark.parametrize(
    ("what", "table"),
    [
        ("bad requests, Standard Webhooks", STANDARD),
        ("not a request: wrong types, duplicate headers", WRONG_TYPES),
        ("bad requests, hex", HEX),
    ],
)
def test_the_documentation_has_the_number_of_bad_requests(what: str, table: dict[str, Any]) -> None:
    """As they are counted here."""
    assert f"| {what} | {len(table)} | 0 | 0 |" in GUIDE


def refused(payload: Any, headers: Any, **how: Any) -> None:
    with pytest.raises(WebhookVerificationError) as refusal:
        verify(payload, headers, SECRET, clock=lambda: NOW, **how)
    assert_reveals_nothing(str(refusal.value))
    assert refusal.value.__cause__ is None


def assert_reveals_nothing(reason: str) -> None:
    """A reason for the log is one short line with nothing of the request or the secret in it."""
    assert 10 < len(reason) < 80
    assert reason.isascii()
    assert "\n" not in reason
    for hidden in (SECRET, SIGNATURE, DIGEST, "prop_1", str(NOW), "msg_1"):
        assert hidden not in reason
