"""Secrets as servers show them: masked. What is masked must never be written back."""

from __future__ import annotations

import re

from pulumi_setsmart.models.json import Json, JsonObject

_MASK = re.compile(r".{0,12}(?:[*•●]{3,}|\.{3,}|…|x{6,}|X{6,}).{0,8}")
_SECRET_NAME = re.compile(r"secret|password|passphrase|token|api_?key|credential", re.IGNORECASE)


def is_masked(value: Json) -> bool:
    """Return whether ``value`` stands for a secret that the server does not show."""
    return isinstance(value, str) and _MASK.fullmatch(value) is not None


def without_masked(fields: JsonObject) -> dict[str, Json]:
    """Return ``fields`` less the masked secrets, at any depth.

    Only members whose name says that they are secrets are looked at, since asterisks in a
    description are no mask.
    """
    return {
        name: _without_masked(value)
        for name, value in fields.items()
        if not (_SECRET_NAME.search(name) and is_masked(value))
    }


def _without_masked(value: Json) -> Json:
    match value:
        case dict():
            return dict(without_masked(value))
        case list():
            return [_without_masked(element) for element in value]
    return value
