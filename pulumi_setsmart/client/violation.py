"""What a server finds wrong with an object that it was sent: a field and the reason."""

from __future__ import annotations

import re

from attrs import field as attrs_field
from attrs import frozen

from pulumi_setsmart.client.confidential import quoted, reason_of
from pulumi_setsmart.models.json import dotted, pointer, steps

LONGEST_MESSAGE = 300
"""How many characters of a server's reason are shown."""

_LONGEST_FIELD = 100
_STEPS = re.compile(r"[^./\[\]]+")
OUTSIDE = frozenset({"$", "#", "body", "json", "query", "path", "header", "headers", "form"})
"""First steps of a path that say which part of the request has the field."""

_OF_JSON_API = ("data", "attributes"), ("data", "relationships")
_NO_FIELDS = frozenset(
    {
        *("", "$", "#", "__all__", "__root__", "_error", "_errors", "_schema"),
        *("formErrors", "form_errors", "non_field_errors", "nonFieldErrors"),
    }
)
"""Names in place of a field if the reason is about the whole object."""


@frozen
class Violation:
    """One reason for which a server does not accept what it was sent.

    Attributes:
        reason: The reason in the server's words: one line, at most 300 characters, no secrets.
        field: The field as the server names it, or None where it names none.
        path: The keys that lead to the field, the outermost first; empty if it names none. They
            are the server's own, to be compared and never shown.
        withheld: Whether a sentence of ours replaces the reason, because it may contain a secret.
    """

    reason: str
    field: str | None = None
    path: tuple[str, ...] = attrs_field(default=(), repr=False)
    withheld: bool = False

    def __str__(self) -> str:
        """Return the reason with its field, in one line."""
        if self.field is None or _begins_with(self.reason, self.field):
            return self.reason
        return f"{self.field}: {self.reason}"


def violation_of(reason: str, within: tuple[str, ...] = (), said: str | None = None) -> Violation:
    """Return a violation whose strings are safe to show on a terminal.

    Args:
        reason: The reason.
        within: The keys that lead to the field, as far as they are known.
        said: The field in the server's notation, which is shown unless it contains more.
    """
    path = _of_the_object(within)
    if path and path[-1] in _NO_FIELDS:
        path = path[:-1]
    field = dotted("".join(pointer("", step) for step in path)) if path else None
    if field is not None and said is not None and path == tuple(_STEPS.findall(said)):
        field = said
    shown, withheld = reason_of(reason, LONGEST_MESSAGE, path)
    return Violation(
        reason=shown,
        field=None if field is None else quoted(field, _LONGEST_FIELD),
        path=path,
        withheld=withheld,
    )


def path_of(field: str) -> tuple[str, ...]:
    """Return the keys that lead to a field, from its name in any of the usual notations.

    These are ``a.b``, ``a[0].b``, ``a[b]``, ``/a/b``, ``#/a/b`` and ``$.a['b']``.
    """
    field = field.strip()
    if field.startswith(("/", "#/")):
        return tuple(filter(None, steps(field.removeprefix("#"))))
    return tuple(step.strip("'\"`") for step in _STEPS.findall(field))


def _of_the_object(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path without the first steps, which lead to the object that was sent."""
    for prefix in _OF_JSON_API:
        if path[:2] == prefix and len(path) > len(prefix):
            return path[2:]
    if len(path) > 1 and path[0] in OUTSIDE:
        return path[1:]
    return path


def _begins_with(reason: str, field: str) -> bool:
    """Return whether a reason names its field at once: ``"name" is required``."""
    name = re.escape(field)
    return (
        re.match(rf"(the |property )?[\"'`]?{name}(?![\w.\[])", reason, re.IGNORECASE) is not None
    )
