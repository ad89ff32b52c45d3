"""A request and its response as they may be shown: without secrets, and in printable characters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import parse_qsl

from attrs import frozen
from starlette.datastructures import Headers

from pulumi_setsmart.sandbox.json import Json
from pulumi_setsmart.sandbox.masking import MASK, Beginning, Masking, masked_key
from pulumi_setsmart.sandbox.printable import printable

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]

_KEY_HEADER = "x-api-key"
_ERRORS = 400
"""From this status on, a response says what is wrong."""
_DEEPEST = 100
_MOST_SHOWN = 64 * 1024


@frozen
class MaskedBody:
    """A body as it may be shown.

    Attributes:
        text: The text, which is indented JSON if it was JSON.
        note: Why there is no text, or none of it, in a sentence.
    """

    text: str = ""
    note: str = ""


@frozen
class RawMessage:
    """One side of an exchange.

    Attributes:
        headers: Its headers.
        body: Its body, or None if it was not kept.
        status: The status of a response.
    """

    headers: RawHeaders = ()
    body: bytes | None = b""
    status: int | None = None

    @property
    def is_error(self) -> bool:
        """Whether it says what is wrong."""
        return self.status is not None and self.status >= _ERRORS


def masking_of(
    messages: Iterable[RawMessage],
    fields: frozenset[str],
    *,
    query: bytes = b"",
    secrets: Iterable[str] = (),
) -> Masking:
    """Return what masks all secrets of an exchange, wherever they stand in it.

    Args:
        messages: Its request and its response.
        fields: The names of fields that the contract marks as secret.
        query: The query of the request.
        secrets: Secrets that are known beforehand.
    """
    masking = Masking(fields)
    found = [*secrets]
    for name, value in _parameters(query):
        found += [value] if masking.is_secret(name) else []
    for message in messages:
        for name, value in _pairs(message.headers):
            found += [value, *value.split()[1:]] if masking.is_secret(name) else []
        if message.body:
            with suppress(ValueError):
                found += masking.values(_parsed(message.body), is_error=message.is_error)
    return masking.knowing(found)


def shown_headers(headers: RawHeaders, masking: Masking) -> list[tuple[str, str]]:
    """Return headers as they may be shown, in their order."""
    return [
        (printable(name), printable(_shown_header(name, value, masking)))
        for name, value in _pairs(headers)
    ]


def shown_query(query: bytes, masking: Masking) -> str:
    """Return a query as it may be shown, decoded, with its question mark, if there is one."""
    shown = "&".join(
        f"{masking.text(name)}={MASK if masking.is_secret(name) else masking.text(value)}"
        for name, value in _parameters(query)
    )
    return printable(f"?{shown}") if shown else ""


def shown_body(message: RawMessage, masking: Masking) -> MaskedBody:
    """Return a body as it may be shown.

    What is neither JSON nor plain text is not: secrets cannot be found in it for certain.
    """
    if message.body is None:
        return MaskedBody(note="It is too long, and was not kept.")
    if not message.body.strip():
        return MaskedBody(note="It is empty.")
    try:
        value = _parsed(message.body)
    except ValueError:
        return _shown_text(message, message.body, masking)
    beginning = Beginning(_MOST_SHOWN)
    masked = masking.value(value, is_error=message.is_error, beginning=beginning)
    text = json.dumps(masked, ensure_ascii=False, indent=2)
    return _in_lines(text if beginning.is_all else f"{text}\n…")


def _shown_text(message: RawMessage, body: bytes, masking: Masking) -> MaskedBody:
    kind = Headers(raw=[*message.headers]).get("content-type", "text/plain")
    text = body.decode(errors="replace")
    if not kind.startswith("text/plain") or text.lstrip().startswith(("{", "[", "<", '"')):
        return MaskedBody(
            note=f"{len(body)} bytes that cannot be read as JSON are not shown: secrets in them"
            " could not be found."
        )
    return _in_lines(masking.text(text))


def _in_lines(text: str) -> MaskedBody:
    return MaskedBody("\n".join(map(printable, text.splitlines())))


def _parsed(body: bytes) -> Json:
    """Return the JSON in a body.

    Raises:
        ValueError: If there is none, or if it is too deep to be shown.
    """
    try:
        value: Json = json.loads(body)
    except RecursionError:
        raise ValueError("too deep") from None
    if _depth(value) > _DEEPEST:
        raise ValueError("too deep")
    return value


def _depth(value: Json) -> int:
    depth, level = 0, [value]
    while level:
        containers = [each for each in level if isinstance(each, dict | list)]
        level = [
            inner
            for each in containers
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        depth += 1
    return depth


def _pairs(headers: RawHeaders) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _parameters(query: bytes) -> list[tuple[str, str]]:
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True)


def _shown_header(name: str, value: str, masking: Masking) -> str:
    if name.lower() == _KEY_HEADER:
        return masked_key(value)
    return MASK if masking.is_secret(name) else masking.text(value)
