"""Addresses as messages show them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.models.web_address import ascii_host, masked, masked_address

SECRET = "hush-hush"
ADDRESSES = (
    (
        "postgres://user:hush-hush@db.example:5432/state",
        "postgres://[secret]@db.example:5432/state",
    ),
    ("postgres://user:hush-hush@ss/word@host/db", "postgres://[secret]@host/db"),
    ("postgres://user:12/hush-hush@host", "postgres://[secret]@host"),
    (
        "postgres://user:hush-hush?#/@host/db?sslmode=disable",
        "postgres://[secret]@host/db?sslmode=disable",
    ),
    (
        "mongodb+srv://user:hush-hush@h/db?authSource=admin",
        "mongodb+srv://[secret]@h/db?authSource=[secret]",
    ),
    ("https://hush-hush@api.example/v1", "https://[secret]@api.example/v1"),
    ("https://user:hush-hush@api.example:8443", "https://[secret]@api.example:8443"),
    ("https://user@api.example", "https://[secret]@api.example"),
    ("HTTPS://user:hush-hush@api.example", "HTTPS://[secret]@api.example"),
    (
        "s3://states?region=eu&awsAccessKeyId=AKIA&secretKey=hush-hush",
        "s3://states?region=eu&awsAccessKeyId=[secret]&secretKey=[secret]",
    ),
    ("s3://states?endpoint=https://u:hush-hush@minio", "s3://[secret]@minio"),
    ("azblob://states?sas=hush-hush&hush-hush", "azblob://states?sas=[secret]&[secret]"),
    ("gs://states?x=1#hush-hush", "gs://states?x=[secret]#[secret]"),
    ("postgres%3A%2F%2Fuser%3Ahush-hush%40host%2Fdb", "postgres%3A%2F%2F[secret]@host%2Fdb"),
    (r"https:\/\/user:hush-hush@host", r"https:\/\/[secret]@host"),
    ("file:///home/me@work/state", "file:///home/me@work/state"),
    ("https://api.pulumi.com", "https://api.pulumi.com"),
    ("unknown", "unknown"),
    ("user:hush-hush@host", "[secret]@host"),
)


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_an_address_is_shown_without_what_gives_access(address: str, shown: str) -> None:
    """User names, passwords, and what a query may hold, also where the address is malformed."""
    assert masked_address(address) == shown


@pytest.mark.parametrize(("address", "shown"), ADDRESSES[:-1])
@pytest.mark.parametrize(
    "form", ["{}", 'open "{}": refused', "at {} now", "'{}'", "({})", '{{"url": "{}"}}']
)
def test_addresses_in_a_text_are_masked(address: str, shown: str, form: str) -> None:
    """Wherever they are; the words around them stay."""
    shown_text = masked(form.format(address))
    assert SECRET not in shown_text
    if not (shown.endswith("[secret]") and form == "({})"):  # the bracket may be part of it
        assert shown_text == form.format(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            'database "postgres://u:p@ss/word@127.0.0.1/db": dial tcp: lookup ss: no such host',
            'database "postgres://[secret]@127.0.0.1/db": dial tcp: lookup [secret]: no such host',
        ),
        ("postgres://u:a%40b%2Fc@h, password a@b/c", "postgres://[secret]@h, password [secret]"),
        ('"postgres://u:p ss@h/db" and "x"', '"postgres://[secret]@h/db" and "x"'),
        ("postgres://u:p ss@h/db, x", "postgres://[secret]@h/db, x"),
        ('"postgres://u:p\\"ss@h/db"', '"postgres://[secret]@h/db"'),
        (
            "https://a.example:8080: mail to a@b.example",
            "https://a.example:8080: mail to a@b.example",
        ),
        ("https://[::1]:80/ a@b", "https://[::1]:80/ a@b"),
        ("no address: a@b", "no address: a@b"),
    ],
)
def test_a_password_is_masked_wherever_it_is_repeated(text: str, shown: str) -> None:
    """Programs repeat it decoded, and take parts of one that is not escaped for a host."""
    assert masked(text) == shown


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=1),
    st.sampled_from(["", "/db", "?sslmode=off"]),
)
def test_no_password_gets_through(password: str, ending: str) -> None:
    """Whatever is in it, and whether it is escaped or not."""
    address = f"postgres://user:canary{password}@host{ending}"
    assert "canary" not in masked_address(address)
    assert "canary" not in masked(f"x {address} y")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1"),
        ("https://Bücher.example:8443/v1", "https://xn--bcher-kva.example:8443/v1"),
        ("https://\u0430pi.setsmart.com/v1", "https://xn--pi-6kc.setsmart.com/v1"),
        ("https://\u0455\u0435t\u0455m\u0430rt.com", "https://xn--tmrt-63d1a7tc.com"),
        ("https://bücher。example", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/v1", "https://xn--bcher-kva.example/v1"),
        ("https://API.example:443/v1", "https://API.example:443/v1"),
        ("http://[::1]:8787/v1", "http://[::1]:8787/v1"),
    ],
)
def test_an_international_host_is_shown_as_dns_knows_it(address: str, shown: str) -> None:
    """Letters that only look like others are seen."""
    assert ascii_host(address) == shown


@pytest.mark.parametrize(
    "host",
    [
        "xn--a.com",
        "☃.example",
        "a..ü",
        "-ü.example",
        "ü\u200d.example",
        "ü" * 70,
        "ab\u202ec.example",
    ],
)
def test_an_impossible_host_is_rejected(host: str) -> None:
    """IDNA says which."""
    with pytest.raises(ValueError, match="no name of a host"):
        ascii_host(f"https://{host}/v1")
