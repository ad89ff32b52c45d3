"""Which part of an object a backup holds: not what may be a secret, since many may read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import Factory, define

from pulumi_setsmart.lifecycle.comparison import without
from pulumi_setsmart.lifecycle.masking import is_secret_name
from pulumi_setsmart.models.json import Json, JsonObject, pointer, steps, value_at

_ACCESS_NAME = re.compile(
    r"pass_?code|pass_?wd|pass_?word|combination|private_?key|access_?key|signature|authorization"
    r"|cookie"
)
_ACCESS_WORDS = frozenset(
    {
        *("auth", "bearer", "cvc", "cvv", "hmac", "jwt", "otp", "pass", "pin", "pins", "psk"),
        *("pw", "pwd", "sig", "wpa"),
    }
)
_KEYS = frozenset({"key", "keys"})
"""What is secret as one of several words: a member that is only called so is a label."""
_PLAIN_CODES = frozenset(
    {
        *("airport", "area", "bar", "city", "country", "currency", "error", "geo", "iata", "iso"),
        *("lang", "language", "locale", "post", "postal", "promo", "region", "state", "status"),
        *("tax", "zip", "amenity", "dress", "policy", "rate", "vat"),
    }
)
"""What codes are for that open no door."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LABELS = ("name", "label", "key", "field", "title", "type", "kind", "id", "slug", "question")
_VALUES = ("value", "values", "content", "text", "answer", "data", "body")
"""Members that hold what a label beside them names: ``{"name": "Door code", "value": 4711}``."""

_ADDRESS = re.compile(r"://[^\s\"'<>]+")
"""An address less its scheme: to look for that would take a long text too much time."""

_CALENDAR = re.compile(r"\bi?cal(endar)?\b|\.ics\b", re.IGNORECASE)
"""What the address of a calendar has: whoever knows the address can read the bookings."""


@define
class PublicPart:
    """Takes the part of fields that anybody may read.

    Attributes:
        left_out: The JSON pointers of what was left out.
    """

    left_out: list[str] = Factory(list)

    def of(self, fields: JsonObject, secret_paths: Iterable[str] = ()) -> dict[str, Json]:
        """Return fields without what may be a secret.

        A name decides, at any depth, and an address (URL) that gives access. True, false and null
        are no secrets.

        Args:
            fields: The fields.
            secret_paths: The JSON pointers of further secrets.
        """
        known = [path for path in secret_paths if value_at(dict(fields), steps(path)) is not None]
        self.left_out += known
        return self._members(without(fields, *map(steps, known)), "")

    def _members(self, members: Mapping[str, Json], path: str) -> dict[str, Json]:
        labels = [members[name] for name in _LABELS if isinstance(members.get(name), str)]
        is_labelled = any(is_access_name(str(label)) for label in labels)
        public = {}
        for name, value in members.items():
            place = pointer(path, name)
            is_secret = is_access_name(name) or (is_labelled and name in _VALUES)
            if _gives_access(value) or (is_secret and not isinstance(value, bool | None)):
                self.left_out.append(place)
            else:
                public[name] = self._value(value, place)
        return public

    def _value(self, value: Json, path: str) -> Json:
        match value:
            case dict():
                return self._members(value, path)
            case list():
                return [
                    self._value(element, pointer(path, index))
                    for index, element in enumerate(value)
                ]
        return value


def is_access_name(name: str) -> bool:
    """Return whether what has this name may open something: a door, or an account."""
    if is_secret_name(name):
        return True
    words = [word.lower() for word in _WORD.findall(name)]
    return (
        _ACCESS_NAME.search("_".join(words)) is not None
        or not _ACCESS_WORDS.isdisjoint(words)
        or (len(words) > 1 and not _KEYS.isdisjoint(words))
        or any(_opens(word, before) for before, word in zip(["", *words], words, strict=False))
    )


def _opens(word: str, before: str) -> bool:
    """Return whether a word is a code, or ends with it, that may open a door."""
    stem = word.removesuffix("s")
    if not stem.endswith("code"):
        return False
    return (stem.removesuffix("code") or before) not in _PLAIN_CODES


def _gives_access(value: Json) -> bool:
    """Return whether a value, or an element of a list, has an address that gives access."""
    match value:
        case str():
            return any(map(_is_access_address, _ADDRESS.findall(value)))
        case list():
            return any(map(_gives_access, value))
    return False


def _is_access_address(address: str) -> bool:
    """Return whether an address is that of a calendar, or holds a password, key or token."""
    beginning, _, query = address.partition("?")
    parameters = [part.partition("=")[0] for part in re.split("[&;#]", query)]
    return (
        "@" in beginning.removeprefix("://").partition("/")[0]
        or _CALENDAR.search(address) is not None
        or any(name.lower() in _KEYS or is_access_name(name) for name in parameters)
    )
