"""Secrets as servers show them: masked, or not at all. What is masked must never be written back.

A server may show a secret only once, in its response to the POST that made it. So every step takes
what it knows of the secrets along, wherever the server hides them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, TypeAlias

from pulumi_setsmart.models.json import Json, JsonObject, pointer, value_at

SecretPath: TypeAlias = tuple[str, ...]
"""The keys that lead to a secret, the outermost first."""

_MASK = re.compile(r".{0,12}(?:[*•●]{3,}|\.{3,}|…|x{6,}|X{6,}).{0,8}")
_SECRET_NAME = re.compile(r"secret|password|passphrase|token|api_?key|credential", re.IGNORECASE)
_ABSENT: Final = object()
"""Where a server shows nothing at all, which is not null."""


def is_masked(value: Json) -> bool:
    """Return whether ``value`` stands for a secret that the server does not show."""
    return isinstance(value, str) and _MASK.fullmatch(value) is not None


def is_secret_name(name: str) -> bool:
    """Return whether a field is called as secrets are."""
    return _SECRET_NAME.search(name) is not None


def without_masked(fields: JsonObject) -> dict[str, Json]:
    """Return ``fields`` less the masked secrets, at any depth.

    Only members whose name says that they are secrets are looked at, since asterisks in a
    description are no mask.
    """
    return {
        name: _without_masked(value)
        for name, value in fields.items()
        if not (is_secret_name(name) and is_masked(value))
    }


def _without_masked(value: Json) -> Json:
    match value:
        case dict():
            return dict(without_masked(value))
        case list():
            return [_without_masked(element) for element in value]
    return value


def with_known_secrets(
    shown: JsonObject,
    known: JsonObject,
    paths: Collection[SecretPath],
    hides_by_null: Callable[[str], bool],
) -> dict[str, Json]:
    """Return what a server shows, with the secrets that we know where it hides them.

    A secret that is absent or masked is hidden. A masked one that we do not know is null.

    Args:
        shown: The fields as the server shows them.
        known: What we know of them.
        paths: What leads to the secrets.
        hides_by_null: Whether a null at this JSON pointer, where we know a value, stands for a
            hidden secret; if not, the secret was cleared.
    """
    filled = _filled(dict(shown), dict(known), frozenset(paths), hides_by_null, "")
    return filled if isinstance(filled, dict) else dict(shown)


def _filled(
    shown: Any,
    known: Json,
    paths: frozenset[SecretPath],
    hides_by_null: Callable[[str], bool],
    path: str,
) -> Any:
    """Return what stands at a path, or `_ABSENT`."""
    if () in paths:
        return _secret(shown, known, hides_by_null, path)
    if not paths:
        return shown
    match shown, known:
        case list(), list():
            return [
                _filled(
                    element,
                    known[index] if index < len(known) else None,
                    _below(paths, str(index)),
                    hides_by_null,
                    pointer(path, index),
                )
                for index, element in enumerate(shown)
            ]
        case (dict(), _) | (None, dict()):
            pass
        case _, dict() if shown is _ABSENT:
            pass
        case _:
            return shown
    members = dict(shown) if isinstance(shown, dict) else {}
    beneath = shown if shown is None else _ABSENT
    knows = known if isinstance(known, dict) else {}
    for name in {path[0] for path in paths}:
        member = _filled(
            members.get(name, beneath),
            knows.get(name),
            _below(paths, name),
            hides_by_null,
            pointer(path, name),
        )
        if member is not _ABSENT and (name in members or member is not None):
            members[name] = member
    return members or shown


def _secret(shown: Any, known: Json, hides_by_null: Callable[[str], bool], path: str) -> Any:
    """Return a secret, or what holds several, as it is known where the server hides it."""
    match shown, known:
        case dict(), dict():
            inner = {
                name: _secret(shown.get(name, _ABSENT), value, hides_by_null, pointer(path, name))
                for name, value in known.items()
            }
            return {**shown, **inner}
        case list(), list() if len(shown) == len(known):
            return [
                _secret(one, other, hides_by_null, pointer(path, index))
                for index, (one, other) in enumerate(zip(shown, known, strict=True))
            ]
    if shown is _ABSENT or is_masked(shown):
        return known
    if shown is None and known is not None:
        return known if hides_by_null(path) else None
    return shown


def shown_secrets(fields: JsonObject, paths: Collection[SecretPath]) -> Iterator[str]:
    """Yield the names of the secrets that a server shows in clear text."""
    for path in paths:
        value = value_at(dict(fields), path)
        if path and value is not None and not is_masked(value):
            yield path[-1]


def _below(paths: frozenset[SecretPath], key: str) -> frozenset[SecretPath]:
    return frozenset(path[1:] for path in paths if path and path[0] == key)
