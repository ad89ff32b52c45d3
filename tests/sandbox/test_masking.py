"""What of a request is secret: by its name, and wherever else it stands."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.json_values import ANY_OBJECT

from pulumi_setsmart.sandbox.masked_exchange import (
    RawMessage,
    masking_of,
    shown_body,
    shown_headers,
    shown_query,
)
from pulumi_setsmart.sandbox.masking import MASK, Masking

FIELDS = frozenset({"secret", "entry_phrase"})
SECRET = "Zx9-canary-Qw7"


def shown(body: Any, status: int | None = None, *others: RawMessage) -> str:
    """Return what is shown of a body, masked by what is in it and in other messages."""
    message = RawMessage((), json.dumps(body).encode(), status)
    return shown_body(message, masking_of([message, *others], FIELDS)).text


@pytest.mark.parametrize(
    "name",
    [
        *("secret", "entry_phrase", "webhook_secret", "clientSecret", "SECRETS", "new-secret"),
        *("door_code", "doorCode", "doorcode", "DOOR_CODE", "gate_codes", "code", "accessCode2"),
        *("code_front_door", "lockbox_combination", "wifi_password", "WiFiPassword", "passcode"),
        *("api_key", "apiKey", "APIKey", "apikey", "key", "X-API-Key", "private_key", "pin"),
        *("pin_code", "PIN", "token", "accessToken", "Authorization", "Set-Cookie", "auth", "otp"),
        *("webhook-signature", "X-SetSmart-Signature", "credentials", "alarm.pin", "key_code"),
    ],
)
def test_names_say_what_is_secret(name: str) -> None:
    """In any spelling: as a member of a body, a header, a parameter, and within a text."""
    masking = Masking(FIELDS)
    assert masking.is_secret(name)
    assert SECRET not in shown({"a": [{name: SECRET}]})
    assert SECRET not in shown({"notes": f"{name}: {SECRET}, and more"})
    assert SECRET not in shown({"url": f"https://a.example/x?{name}={SECRET}&b=c"})
    [(_, value)] = shown_headers([(name.encode(), SECRET.encode())], masking)
    assert SECRET not in value
    assert SECRET not in shown_query(f"{name}={SECRET}".encode(), masking)


@pytest.mark.parametrize(
    "name",
    [
        *("name", "notes", "status", "address", "id", "url", "events", "bedrooms", "author"),
        *("postal_code", "postcode", "zipCode", "zip_codes", "country_code", "currencyCode"),
        *("Idempotency-Key", "idempotency-key", "keyless_entry", "spinner", "monkey", "encoded"),
        *("Content-Type", "x-request-id", "shopping", "decoder", "authored_by"),
    ],
)
def test_other_names_are_shown(name: str) -> None:
    """A log that masks everything is of no use."""
    assert not Masking(FIELDS).is_secret(name)
    assert SECRET in shown({name: SECRET})


@pytest.mark.parametrize("value", ["4711", 4711, 47.11, ["4711"], {"front": "4711"}, [[4711]]])
def test_secrets_of_any_type_are_masked(value: Any) -> None:
    """Numbers, lists and objects are."""
    assert json.loads(shown({"door_code": value})) == {"door_code": MASK}


@pytest.mark.parametrize("value", [None, True, False])
def test_what_hides_nothing_is_shown(value: Any) -> None:
    """That a secret is null is often what one looks for."""
    assert json.loads(shown({"secret": value})) == {"secret": value}


@pytest.mark.parametrize(
    "pair",
    [
        {"name": "door_code", "value": SECRET},
        {"key": "wifi_password", "new_value": SECRET},
        {"field": "secret", "received": SECRET},
        {"loc": ["body"], "property": "api_key", "input": SECRET},
    ],
)
def test_a_neighbour_may_name_a_secret(pair: Any) -> None:
    """As in lists of fields, and in errors that repeat a value."""
    assert SECRET not in shown({"fields": [pair]})


def test_a_secret_is_masked_wherever_else_it_stands() -> None:
    """In names, texts, numbers, headers, query and the other message of the exchange."""
    request = RawMessage(
        [(b"x-api-key", b"key-of-mine-77"), (b"authorization", b"Bearer other-key-88")],
        json.dumps({"secret": SECRET, "door_code": 4711, "gate_code": "no"}).encode(),
    )
    response = RawMessage(
        [(b"x-echo", SECRET.encode()), (b"x-note", b"who has key-of-mine-77?")],
        json.dumps(
            {
                "message": f"'{SECRET}' of key-of-mine-77 or other-key-88, in-the-query-5",
                SECRET: 1,
                "numbers": [4711, "4711", "44711", 14711],
                "answer": "no, nothing",
            }
        ).encode(),
        400,
    )
    query = b"token=in-the-query-5"
    masking = masking_of([request, response], FIELDS, query=query, secrets=["known-before-6"])
    assert json.loads(shown_body(response, masking).text) == {
        "message": f"'{MASK}' of {MASK} or {MASK}, {MASK}",
        MASK: 1,
        "numbers": [MASK, MASK, "44711", 14711],
        "answer": "no, nothing",
    }
    assert shown_headers(response.headers, masking) == [
        ("x-echo", MASK),
        ("x-note", f"who has {MASK}?"),
    ]
    assert masking.text("the known-before-6") == f"the {MASK}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://anna:pa55@a.example/x", f"https://{MASK}@a.example/x"),
        (
            "url: https://a.example/x?api%5Fkey=abc&b=c",
            f"url: https://a.example/x?api%5Fkey={MASK}&b=c",
        ),
        ("whsec_MfKQ9r8GKYqrTwjU sent", f"{MASK} sent"),
        ("Bearer abc.def and Basic Zm9v", f"Bearer {MASK} and Basic {MASK}"),
        ('{"secret": "a b", "name": "c"}', f'{{"secret": {MASK}, "name": "c"}}'),
        ("password = 'a b' c", f"password = {MASK} c"),
        ("door code: 4711; wifi: home", f"door code: {MASK}; wifi: home"),
        ("check-in: 15:00", "check-in: 15:00"),
        ("", ""),
    ],
)
def test_texts_are_searched(text: str, expected: str) -> None:
    """For addresses with a user or a key, tokens of known form, and names with values."""
    assert Masking(FIELDS).text(text) == expected


def test_the_code_of_an_error_is_shown() -> None:
    """It opens no door; but what does not look like one, or is not of an error, is masked."""
    error = {"error": {"code": "invalid_parameter", "message": "no"}}
    assert json.loads(shown(error, 400)) == error
    assert json.loads(shown(error)) == {"error": {"code": MASK, "message": "no"}}
    assert json.loads(shown({"code": "4711"}, 400)) == {"code": MASK}


@pytest.mark.parametrize("cut", range(len(SECRET) + 2))
def test_a_text_is_masked_before_it_is_cut(cut: int) -> None:
    """Wherever the cut is, no part of a secret is left."""
    text = f"/v1/{SECRET}/x?token={SECRET}"
    for most in (4 + cut, text.rindex(SECRET) + cut):
        excerpt = Masking(FIELDS, frozenset({SECRET})).excerpt(text, most)
        assert len(excerpt) <= most
        assert SECRET[:2] not in excerpt


@pytest.mark.parametrize(
    "body",
    [
        b'{"secret": "Zx9-canary-Qw7"',
        b'[{"\\u0073ecret": "Zx9-canary-Qw7"}',
        b"<secret>Zx9-canary-Qw7</secret>",
        b'\xff{"secret": "Zx9-canary-Qw7"}',
        b'{"a": ' * 101 + b'{"secret": "Zx9-canary-Qw7"}' + b"}" * 101,
        b'{"a": ' * 50_000 + b'"Zx9-canary-Qw7"' + b"}" * 50_000,
        b'{"n": ' + b"1" * 5000 + b', "secret": "Zx9-canary-Qw7"}',
    ],
)
def test_what_cannot_be_read_is_not_shown(body: bytes) -> None:
    """Secrets in it could not be found for certain; its size is said."""
    for kind in (b"application/json", b"application/octet-stream", b"text/html"):
        message = RawMessage([(b"content-type", kind)], body)
        found = shown_body(message, masking_of([message], FIELDS))
        assert found.text == ""
        assert f"{len(body)} bytes" in found.note


def test_plain_text_is_shown() -> None:
    """As receivers of webhooks respond with; control characters are not sent to a browser."""
    message = RawMessage(
        [(b"content-type", b"text/plain; charset=utf-8")], "é ok\n\x1b[1m".encode()
    )
    assert shown_body(message, Masking(FIELDS)).text == "é ok\n\\x1b[1m"
    assert shown_body(RawMessage((), b" "), Masking(FIELDS)).note == "It is empty."
    assert "was not kept" in shown_body(RawMessage((), None), Masking(FIELDS)).note


def test_only_the_beginning_of_a_long_body_is_masked_and_shown() -> None:
    """That is said by an ellipsis; what is secret anywhere in it is secret in the beginning."""
    long = [{"name": f"Villa {n}", "door_code": f"code-{n}"} for n in range(20_000)]
    long[0]["name"] = "code-19999"
    text = shown(long)
    assert text.endswith("\n…")
    assert len(text) < 500_000
    assert '"name": "Villa 1"' in text
    assert "code-" not in text


def test_a_neighbour_beyond_the_beginning_names_a_secret_too() -> None:
    """What is left out decides all the same: a value is masked before the rest is cut off."""
    body = {"value": "no", "notes": ["x" * 70_000, "y"], "name": "door_code"}
    text = shown(body)
    assert text.startswith(f'{{\n  "value": "{MASK}"')
    assert text.endswith("\n…")
    assert "door_code" not in text


@given(ANY_OBJECT, st.sampled_from(["secret", "doorCode", "api_key"]), st.data())
def test_no_secret_is_shown_at_any_depth(value: dict[str, Any], name: str, data: Any) -> None:
    """Whatever stands around it."""
    assume(SECRET not in json.dumps(value))
    containers: list[Any] = [value]
    for container in containers:
        members = container.values() if isinstance(container, dict) else container
        containers += [member for member in members if isinstance(member, dict | list)]
    place = data.draw(st.sampled_from(containers))
    if isinstance(place, dict):
        place[name] = SECRET
    else:
        place.append({name: SECRET})
    assert SECRET not in shown(value)
