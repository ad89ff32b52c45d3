"""Which parts of a request are secret, and what is shown in their place.

A name decides: that of a field, a header or a parameter. What is secret under its name is secret
wherever else it stands in the same exchange, such as in the message of an error.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar
from urllib.parse import unquote_plus

from attrs import field, frozen

from pulumi_setsmart.sandbox.json import Json
from pulumi_setsmart.sandbox.printable import printable

Item = TypeVar("Item")

MASK = "••••"
_PARTS = (
    *("accesskey", "apikey", "authorization", "bearer", "combination", "cookie", "credential"),
    *("passcode", "passphrase", "passwd", "password", "privatekey", "secret", "signature", "token"),
)
"""What makes a name secret wherever it stands in it."""
_WORDS = frozenset({"auth", "key", "keys", "otp", "pin", "pins", "pwd"})
"""What makes a name secret as one of its words."""
_PLAIN_CODES = frozenset(
    {
        *("airport", "area", "bar", "city", "country", "currency", "error", "geo", "iata", "iso"),
        *("lang", "language", "locale", "post", "postal", "promo", "region", "response", "state"),
        *("status", "tax", "zip"),
    }
)
"""What codes are for that open no door."""
_PLAIN_NAMES = frozenset({"idempotency-key"})
_NAMING = frozenset({"field", "key", "label", "name", "param", "path", "property"})
"""Members that may say what their neighbour, the value, is called."""
_NAMED = re.compile(r"value|received|input|content")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAME = re.compile(r"""(?<![\w%.-])([\w%.-]+)\\*["']?\s*[:=]\s*\\*""")
"""What a value follows in a text, a query, or what looks like JSON."""
_VALUE = re.compile(r""""[^"]*"?|'[^']*'?|[^\s"'&,;}<>]+""")
_USER = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_TOKEN = re.compile(r"whsec_[\w+/=-]+|(?<=\bBearer )\S+|(?<=\bBasic )\S+")
_ERROR_CODE = re.compile(r"[a-z]+(_[a-z]+)*")
_SHORTEST = 3
_SHORTEST_ANYWHERE = 6
"""A shorter secret is looked for as a word of its own: a door code is also a part of numbers."""


def masked_key(key: str | None) -> str:
    """Return what is shown of an API key: its last characters, at most a quarter of it."""
    if not key:
        return "none"
    return MASK + printable(key)[-min(4, len(key) // 4) :] if len(key) >= 4 else MASK  # noqa: PLR2004 - a quarter of it


class Beginning:
    """As much of a value as anybody reads: all of a long list would be masked for nothing.

    Args:
        most: How many characters that is, about.
    """

    def __init__(self, most: float = math.inf) -> None:
        self._left = most

    @property
    def is_all(self) -> bool:
        """Whether nothing was left out."""
        return self._left > 0

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """Return the members of a dict or a list that belong to it."""
        for item in items:
            if self._left <= 0:
                return
            self._left -= 1
            yield item

    def count(self, value: Json) -> None:
        """Count a value that belongs to it."""
        self._left -= len(str(value))


@frozen
class Masking:
    """Masks the secrets of one exchange.

    Attributes:
        fields: The names of fields that the contract marks as secret.
        secrets: The secrets of the exchange, to be found wherever else they stand.
    """

    fields: frozenset[str]
    secrets: frozenset[str] = frozenset()
    _known: re.Pattern[str] | None = field(init=False, eq=False, repr=False)

    @_known.default
    def _pattern(self) -> re.Pattern[str] | None:
        found = sorted((each for each in self.secrets if len(each) >= _SHORTEST), key=len)
        alternatives = [
            re.escape(each)
            if len(each) >= _SHORTEST_ANYWHERE
            else rf"(?<!\w){re.escape(each)}(?!\w)"
            for each in reversed(found)
        ]
        return re.compile("|".join(alternatives)) if alternatives else None

    def knowing(self, secrets: Iterable[str]) -> Masking:
        """Return the masking that also knows these secrets."""
        return Masking(self.fields, self.secrets | {each for each in secrets if each})

    def is_secret(self, name: str) -> bool:
        """Return whether what has this name is secret."""
        if name in self.fields:
            return True
        if name.lower() in _PLAIN_NAMES:
            return False
        words = [word.lower() for word in _WORD.findall(name)]
        joined = "".join(words)
        return (
            any(part in joined for part in _PARTS)
            or not _WORDS.isdisjoint(words)
            or any(
                _is_code(word, before) for before, word in zip(["", *words], words, strict=False)
            )
        )

    def values(self, value: Json, *, is_error: bool = False) -> Iterator[str]:
        """Return the secrets in a value: what stands under a secret name, at every depth."""
        match value:
            case dict():
                for name, member in value.items():
                    if self._hides(name, member, value, is_error=is_error):
                        yield from _strings(member)
                    else:
                        yield from self.values(member, is_error=is_error)
            case list():
                for item in value:
                    yield from self.values(item, is_error=is_error)
            case str():
                yield from (match[0].strip("\"'") for match in self._assigned(value))

    def value(
        self, value: Json, *, is_error: bool = False, beginning: Beginning | None = None
    ) -> Json:
        """Return a value without its secrets.

        What is secret is decided by the whole value, of which no more than its beginning is masked.

        Args:
            value: The value.
            is_error: Whether it is of a response that says what is wrong, whose ``code`` is shown.
            beginning: How much of it to return; all if None.
        """
        part = Beginning() if beginning is None else beginning
        match value:
            case dict():
                return {
                    self.text(name): _hidden(member)
                    if self._hides(name, member, value, is_error=is_error)
                    else self.value(member, is_error=is_error, beginning=part)
                    for name, member in part.of(value.items())
                }
            case list():
                return [
                    self.value(item, is_error=is_error, beginning=part) for item in part.of(value)
                ]
        part.count(value)
        match value:
            case str():
                return self.text(value)
            case bool() | None:
                return value
        return MASK if json.dumps(value) in self.secrets else value

    def excerpt(self, text: str, most: int) -> str:
        """Return the beginning of a text, without its secrets.

        It is masked before it is cut: half a secret would not be found.
        """
        return self.text(text)[:most]

    def text(self, text: str) -> str:
        """Return a text without the secrets that are known, or that it names itself."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        text = _TOKEN.sub(MASK, _USER.sub(MASK, text))
        parts, end = [], 0
        for match in self._assigned(text):
            parts += [text[end : match.start()], MASK]
            end = match.end()
        return "".join([*parts, text[end:]])

    def _assigned(self, text: str) -> Iterator[re.Match[str]]:
        """Return the values that follow a secret name in a text."""
        end = 0
        for name in _NAME.finditer(text):
            # The address in `url: http://…?token=…` is the value of another name.
            if name.start() < end or not self.is_secret(unquote_plus(name[1])):
                continue
            value = _VALUE.match(text, name.end())
            if value is not None:
                yield value
                end = value.end()

    def _hides(self, name: str, member: Json, siblings: dict[str, Json], *, is_error: bool) -> bool:
        if is_error and name == "code" and _ERROR_CODE.fullmatch(str(member)):
            return False
        return self.is_secret(name) or (
            _NAMED.search(name.lower()) is not None
            and any(
                isinstance(label, str) and self.is_secret(label)
                for key, label in siblings.items()
                if key.lower() in _NAMING
            )
        )


def _is_code(word: str, before: str) -> bool:
    """Return whether a word is a code, or ends with it, that may open a door."""
    stem = word.removesuffix("s")
    if not stem.endswith("code"):
        return False
    return (stem.removesuffix("code") or before) not in _PLAIN_CODES


def _strings(value: Json) -> Iterator[str]:
    match value:
        case dict():
            for member in value.values():
                yield from _strings(member)
        case list():
            for item in value:
                yield from _strings(item)
        case bool() | None:
            return
        case str():
            yield value
        case _:
            yield json.dumps(value)


def _hidden(value: Json) -> Json:
    return value if value is None or isinstance(value, bool) else MASK
