"""What the pages of a list tell of how far it goes, in relation to what was read of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard
from urllib.parse import parse_qsl, urlsplit

from attrs import frozen

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.answer_body import Path, members
from pulumi_setsmart.recording.headers import Address, address_seen
from pulumi_setsmart.recording.looking import Heard
from pulumi_setsmart.recording.recording import Signal
from pulumi_setsmart.recording.signals import HEADER_ROLES, role_of
from pulumi_setsmart.recording.words import Names

_LARGEST_SIZE = 10_000
_WORDS = {None: "null", True: "true", False: "false", "": "empty"}


@frozen
class Progress:
    """How far a list has been read, with a page.

    Attributes:
        number: The how-many-th page it is, from 1.
        items: How many items it holds.
        before: How many items the pages before it hold.
        is_last: Whether it is known to be the last one.
    """

    number: int
    items: int
    before: int
    is_last: bool


def asked_with(heard: Heard, names: Names) -> tuple[str, ...]:
    """Return the names of the query parameters of a request."""
    query = parse_qsl(urlsplit(heard.answer.url).query, keep_blank_values=True)
    return tuple(names.shown(name) for name, _ in query)


def signals_of(
    heard: Heard, items_at: Path | None, progress: Progress, names: Names
) -> tuple[Signal, ...]:
    """Return what a page tells of its list.

    Args:
        heard: The page.
        items_at: Where its items are.
        progress: How far the list has been read with it.
        names: What the names of members and parameters are called.
    """
    found = []
    for path, value in members(heard.json()):
        role = role_of(path[-1]) if path and path != items_at else None
        if role is None or not _fits(role, value):
            continue
        at = ".".join(names.shown(name) for name in path)
        found.append(_signal(at, role, value, heard, progress, names))
    for name, role in HEADER_ROLES.items():
        text = heard.answer.headers.get(name)
        if text is not None:
            value = int(text) if text.isascii() and text.isdigit() else text
            found.append(_signal(f"header {name}", role, value, heard, progress, names))
    return tuple(found)


def _fits(role: str, value: Json) -> bool:
    match role:
        case "more" | "end":
            return isinstance(value, bool)
        case "cursor" | "next":
            return value is None or (
                isinstance(value, str | int | dict) and not isinstance(value, bool)
            )
    return isinstance(value, int) and not isinstance(value, bool)


def _signal(
    at: str, role: str, value: Json, heard: Heard, progress: Progress, names: Names
) -> Signal:
    match value:
        case {"href": str(address)}:
            return Signal(f"{at}.href", role, "an address", _address(heard, address, names))
        case str(address) if role == "next" and address:
            return Signal(at, role, "an address", _address(heard, address, names))
        case int() if not isinstance(value, bool):
            return Signal(at, role, _relation(role, value, progress))
    return Signal(at, role, _WORDS.get(value, "a string") if _is_scalar(value) else "an object")


def _is_scalar(value: Json) -> TypeGuard[str | bool | None]:
    return value is None or isinstance(value, str | bool)


def _address(heard: Heard, address: str, names: Names) -> Address:
    return address_seen(heard.answer.url, address, names)


def _relation(role: str, value: int, progress: Progress) -> str | int:
    if role == "size":
        return value if 0 <= value <= _LARGEST_SIZE else "another number"
    return next((says for says, holds in _RELATIONS[role] if holds(value, progress)), "less")


_Relations = Sequence[tuple[str, Callable[[int, Progress], bool]]]

_THIS_PAGE: _Relations = (
    ("this page", lambda value, seen: value == seen.number),
    ("this page, counted from 0", lambda value, seen: value == seen.number - 1),
    ("more", lambda value, seen: value > seen.number),
)
_RELATIONS: dict[str, _Relations] = {
    "total": (
        ("what was read", lambda value, seen: value == seen.before + seen.items),
        ("what is on this page", lambda value, seen: value == seen.items),
        ("more than was read", lambda value, seen: value > seen.before + seen.items),
    ),
    "page": _THIS_PAGE,
    "pages": (
        ("this page", lambda value, seen: value == seen.number),
        ("more", lambda value, seen: value > seen.number),
    ),
    "offset": (
        ("what was read before", lambda value, seen: value == seen.before),
        ("more", lambda value, seen: value > seen.before),
    ),
    "next": (
        ("the next page", lambda value, seen: value == seen.number + 1),
        ("the next page, counted from 0", lambda value, seen: value == seen.number),
        ("more", lambda value, seen: value > seen.number),
    ),
    "cursor": (
        ("what was read", lambda value, seen: value == seen.before + seen.items),
        ("more", lambda value, seen: value > seen.before + seen.items),
    ),
    "more": (),
    "end": (),
}
