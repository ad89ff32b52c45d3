"""The keys that an entry had before: a resource that is renamed keeps its listing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from pulumi_setsmart.lifecycle.check import is_name
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode

FORMERLY: Final = "formerly"
"""The member of an entry that names them."""

DESCRIPTION = (
    "The key that the entry had before, or a list of keys, so that it keeps its object. A resource "
    "outside this portfolio has its name in the program here."
)

SCHEMA: Mapping[str, Json] = {
    "anyOf": [
        {"type": "string", "pattern": r"\S"},
        {"type": "array", "items": {"type": "string", "pattern": r"\S"}},
        {"type": "null"},
    ]
}


@frozen
class FormerKeyViolation:
    """What is wrong with the former keys of an entry.

    Attributes:
        key: The key of the entry.
        reason: What is wrong, as the end of a sentence.
        code: What the message is about.
    """

    key: str
    reason: str
    code: MessageCode


def former_keys(value: Json) -> list[str]:
    """Return the keys that ``formerly`` names."""
    return [*map(str, _values(value))]


def former_key_violations(formerly: Mapping[str, Json]) -> Iterator[FormerKeyViolation]:
    """Yield what is wrong with the former keys of the entries in a section.

    Args:
        formerly: What each entry of the section has as `FORMERLY`, None included, by its key.
    """
    usable = {}
    for key, value in formerly.items():
        if not all(map(is_name, _values(value))):
            yield FormerKeyViolation(
                key, "must be a key or a list of keys", MessageCode.INVALID_VALUE
            )
        else:
            usable[key] = former_keys(value)
    named = Counter(former for keys in usable.values() for former in {*keys})
    for key, keys in usable.items():
        for former in dict.fromkeys(keys):
            reason = None
            if former == key:
                reason = f"{former} is the key that it has"
            elif former in formerly:
                reason = f"{former} is the key of another entry, which keeps its listing"
            elif named[former] > 1:
                reason = f"{former} is named by {named[former]} entries"
            if reason is not None:
                yield FormerKeyViolation(key, reason, MessageCode.FORMER_KEY_USED)


def _values(value: Json) -> list[Json]:
    if isinstance(value, list | tuple):
        return [*value]
    return [] if value is None else [value]
