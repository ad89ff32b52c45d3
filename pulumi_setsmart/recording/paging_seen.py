"""What the pages of a list tell of how far it goes, in relation to what was read of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard
from urllib.parse import parse_qsl, urlsplit

from attrs import frozen

from pulumi_setsmart.client.signals import Member, members_of, whole_number
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.headers import address_seen, is_recordable
from pulumi_setsmart.recording.recording import Signal
from pulumi_setsmart.recording.response_body import Path
from pulumi_setsmart.recording.survey import ReceivedResponse
from pulumi_setsmart.recording.words import Names

_LARGEST_LIMIT = 10_000
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


def asked_with(received: ReceivedResponse, names: Names) -> tuple[str, ...]:
    """Return the names of the query parameters of a request."""
    query = parse_qsl(urlsplit(received.response.url).query, keep_blank_values=True)
    return tuple(names.shown(name) for name, _ in query)


def signals_of(
    received: ReceivedResponse, items_at: Path | None, progress: Progress, names: Names
) -> tuple[Signal, ...]:
    """Return what a page tells of its list.

    Args:
        received: The page.
        items_at: Where its items are.
        progress: How far the list has been read with it.
        names: What the names of members and parameters are called.
    """
    in_headers = members_of(received.response.headers, None)
    in_body = members_of({}, received.json())
    # Links are recorded with the response; an unknown header is not recorded at all.
    headers = [
        (f"header {signal.name.lower()}", signal)
        for signal in in_headers
        if signal.name != "Link" and is_recordable(signal.name)
    ]
    inside = ".".join(items_at or ())
    body = [
        (".".join(names.shown(name) for name in _steps(signal)), signal)
        for signal in in_body
        if not (inside and signal.name.startswith(f"{inside}."))
    ]
    return tuple(_signal(at, signal, received, progress, names) for at, signal in (*body, *headers))


def _steps(member: Member) -> list[str]:
    """Return the names on the way to a member; one of them may have a full stop in it."""
    around = member.name.removesuffix(member.own_name).rstrip(".")
    return [*(around.split(".") if around else []), member.own_name]


def _signal(
    at: str, member: Member, received: ReceivedResponse, progress: Progress, names: Names
) -> Signal:
    role = member.meaning.name.lower().replace("_", " ")
    value = member.value
    number = None if isinstance(value, bool) else whole_number(value)
    if isinstance(value, str) and ("://" in value or value.startswith(("/", "?"))):
        return Signal(at, role, "an address", address_seen(received.response.url, value, names))
    if number is not None:
        return Signal(at, role, _relation(role, number, progress))
    says = _WORDS.get(value, "a string") if _is_scalar(value) else "something else"
    return Signal(at, role, says)


def _is_scalar(value: Json) -> TypeGuard[str | bool | None]:
    return value is None or isinstance(value, str | bool)


def _relation(role: str, value: int, progress: Progress) -> str | int:
    if role == "limit":
        return min(value, _LARGEST_LIMIT)
    relations = _RELATIONS.get(role, _FLAG)
    return next((says for says, holds in relations if holds(value, progress)), "less")


_Relations = Sequence[tuple[str, Callable[[int, Progress], bool]]]

_OBJECTS: _Relations = (
    ("what was read", lambda value, seen: value == seen.before + seen.items),
    ("what is on this page", lambda value, seen: value == seen.items),
    ("more than was read", lambda value, seen: value > seen.before + seen.items),
)
_PAGES: _Relations = (
    ("this page", lambda value, seen: value == seen.number),
    ("this page, counted from 0", lambda value, seen: value == seen.number - 1),
    ("the next page", lambda value, seen: value == seen.number + 1),
    ("more", lambda value, seen: value > seen.number),
)
_FLAG: _Relations = (
    ("0", lambda value, _seen: value == 0),
    ("1", lambda value, _seen: value == 1),
    ("more", lambda value, _seen: value > 1),
)
_RELATIONS: dict[str, _Relations] = {
    "total": _OBJECTS,
    "count": _OBJECTS,
    "page": _PAGES,
    "pages": (_PAGES[0], _PAGES[-1]),
    "next": _PAGES,
    "offset": (
        ("what was read before", lambda value, seen: value == seen.before),
        ("more", lambda value, seen: value > seen.before),
    ),
    "next offset": _OBJECTS,
    "cursor": _OBJECTS,
}
