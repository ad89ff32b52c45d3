"""Secrets that tests set out, and every form in which one may turn up again.

A witness: nothing of it is the product's, so what the product forgets is found here.
"""

import base64
import codecs
import html
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

API_KEY = 'sk_canary/7Q+"é2w'
"""A key with everything in it that some form writes otherwise; no header can hold it."""

HEADER_KEY = "sk_canary_7Q/w+29.Zx~4"
"""A key that a header can hold."""

DOOR_CODE = "4821"
PIN = "482"
PASSPHRASE = 'Zürich "blue" owl/79'

SHORTEST_ANYWHERE = 6
"""How many characters a secret has that is looked for inside of other words."""


def forms(secret: str) -> set[str]:
    """Return every form of a secret that a text may hold, less those that are too short to tell."""
    found = {secret}
    for case in _cases(secret):
        for normal in _normal_forms(case):
            for encode in _ENCODINGS:
                encoded = encode(normal)
                found |= {encoded, *_encoded_once_more(encoded)}
    for form in (secret, secret.upper(), secret.lower()):
        for normal in _normal_forms(form):
            found |= {*_in_base64(normal)}
    return {form for form in found if len(form) >= min(len(secret), 3)}


def halves(secret: str) -> set[str]:
    """Return the first halves of a secret that a limit leaves, as it is and encoded."""
    return {secret[: len(secret) - len(secret) // 2], _percent(secret[: -(len(secret) // 2)])}


def assert_absent(secret: str, text: str) -> None:
    """Fail where a text holds a secret in any form."""
    seen = sorted(form for form in forms(secret) if form in text)
    assert not seen, f"{seen[:3]} in {text}"


def assert_all_absent(secrets: Iterable[str], text: str) -> None:
    """Fail where a text holds any of the secrets in any form."""
    for secret in secrets:
        assert_absent(secret, text)


def _cases(secret: str) -> Iterator[str]:
    yield from {secret, secret.upper(), secret.lower(), secret.swapcase(), secret.title()}


def _normal_forms(text: str) -> set[str]:
    return {text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}


def _percent(text: str) -> str:
    return quote(text, safe="")


def _percent_all(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _percent_all_lower(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_upper(text: str) -> str:
    units = text.encode("utf-16-be")
    pairs = (units[index : index + 2] for index in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair):04X}" for pair in pairs)


def _json_with_slashes(text: str) -> str:
    return _json(text).replace("/", "\\/")


def _entities(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def _entities_in_hex(text: str) -> str:
    return "".join(f"&#x{ord(character):x};" for character in text)


def _hex(text: str) -> str:
    return codecs.encode(text.encode(), "hex").decode()


_ENCODINGS: tuple[Callable[[str], str], ...] = (
    str,
    _json,
    _json_upper,
    lambda text: _json_upper(text).lower(),
    _json_with_slashes,
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: repr(text)[1:-1],
    lambda text: ascii(text)[1:-1],
    lambda text: repr(text.encode())[2:-1],
    _percent,
    quote,
    quote_plus,
    _percent_all,
    _percent_all_lower,
    html.escape,
    _entities,
    _entities_in_hex,
    _hex,
    lambda text: _hex(text).upper(),
)


def _encoded_once_more(encoded: str) -> Iterator[str]:
    for encode in (_json, _percent, html.escape):
        yield encode(encoded)


def _in_base64(text: str) -> Iterator[str]:
    """Yield what a secret makes of base64, wherever in a larger text it begins."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(text.encode()).decode()
        yield from (whole, whole.rstrip("="))
        for before in (1, 2):
            # The characters that the secret alone decides: those at the edges hold bits of others.
            around = encode(b"\0" * before + text.encode() + b"\0" * 3).decode()
            first = -(-before * 8 // 6)
            last = (before + len(text.encode())) * 8 // 6
            if len(text) >= SHORTEST_ANYWHERE:
                yield around[first:last]
