"""Which part of an object a backup holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from support.json_values import ANY_OBJECT

from pulumi_setsmart.backup.public_part import PublicPart, is_access_name
from pulumi_setsmart.models.json import Json


@pytest.mark.parametrize(
    "name",
    [
        *("secret", "webhook_secret", "wifiPassword", "api_key", "apiKey", "accessToken"),
        *("door_code", "doorCode", "Door code", "code", "codes", "keycode", "entry_codes"),
        *("wifi_pass", "wifiPw", "pass_word", "WPA key", "psk"),
        *("pin", "PIN", "safe_pin", "key_box", "lockbox_combination", "house-keys", "otp"),
    ],
)
def test_what_may_open_something_is_left_out(name: str) -> None:
    """However its name is spelled."""
    assert is_access_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("name", "address", "postal_code", "zipCode", "country_code", "currencyCode", "keyword"),
        *("key", "monkey", "pinned", "shipping", "spinning_bikes", "barcode", "tax_code", "author"),
    ],
)
def test_what_opens_nothing_is_kept(name: str) -> None:
    """As a backup without it would bring nothing back."""
    assert not is_access_name(name)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/hook?token=abc",
        "https://a.example/hook?x=1&apiKey=abc#here",
        "https://maps.example/?q=1&key=abc",
        "https://user:hush@a.example/",
        "see https://ical.a.example/v1/export?t=abc, please",
        "webcal://a.example/calendar/12.ICS?s=abc",
    ],
)
def test_an_address_that_gives_access_is_left_out(address: str) -> None:
    """Whatever the field is called, in lists too."""
    part = PublicPart()
    assert part.of({"a": address, "b": [["x", address]], "c": [{"d": address}]}) == {"c": [{}]}
    assert part.left_out == ["/a", "/b", "/c/0/d"]


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/photo.jpg?im_w=720&q=80",
        "https://a.example/@host/musical?sort=price#top",
        "mailto:me@a.example",
    ],
)
def test_an_address_that_gives_no_access_is_kept(address: str) -> None:
    """Such as those of photos."""
    assert PublicPart().of({"a": [address]}) == {"a": [address]}


def test_it_is_left_out_at_any_depth_and_named() -> None:
    """Also a value whose label stands beside it; true, false and null are no secrets."""
    part = PublicPart()
    fields: dict[str, Json] = {
        "door_code": None,
        "has_pin": True,
        "safe": {"pin": 1, "shelf": 2},
        "notes": [{"label": "WiFi password", "value": "a"}, {"label": "Floor", "value": 3}, 4],
        "access": {"type": "door_code", "text": "4711"},
        "codes": ["1", "2"],
        "rooms": [{"lock": "smart"}],
    }
    assert part.of(fields, ["/rooms/0/lock", "/absent"]) == {
        "door_code": None,
        "has_pin": True,
        "safe": {"shelf": 2},
        "notes": [{"label": "WiFi password"}, {"label": "Floor", "value": 3}, 4],
        "access": {"type": "door_code"},
        "rooms": [{}],
    }
    assert part.left_out == [
        "/rooms/0/lock",
        "/safe/pin",
        "/notes/0/value",
        "/access/text",
        "/codes",
    ]


@given(ANY_OBJECT)
def test_what_is_public_stays_public(fields: dict[str, Json]) -> None:
    """A restoration takes the same part of what is there as the backup did."""
    once = PublicPart().of(fields)
    again = PublicPart()
    assert (again.of(once), again.left_out) == (once, [])
