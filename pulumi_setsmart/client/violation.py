"""What a server objects to in an object that it was sent: a field and the reason."""

from __future__ import annotations

import re

from attrs import field as attrs_field
from attrs import frozen

from pulumi_setsmart.client.confidential import quoted, reason_of
from pulumi_setsmart.models.json import dotted, pointer, steps

LONGEST_MESSAGE = 300
"""How many characters of what a server says are shown."""

_LONGEST_FIELD = 100
_STEPS = re.compile(r"[^./\[\]]+")
OUTSIDE = frozenset({"$", "#", "body", "json", "query", "path", "header", "headers", "form"})
"""What stands before the field and says in which part of the request it is."""

_OF_JSON_API = ("data", "attributes"), ("data", "relationships")
_NO_FIELDS = frozenset(
    {
        *("", "$", "#", "__all__", "__root__", "_error", "_errors", "_schema"),
        *("formErrors", "form_errors", "non_field_errors", "nonFieldErrors"),
    }
)
"""What stands in the place of a field where the reason is about the whole object."""


@frozen
class Violation:
    """One reason for which a server does not accept what it was sent.

    Attributes:
        reason: The reason in the server's words: one line, at most 300 characters, no secrets.
        field: The field as the server names it, or None where it names none.
        path: The keys that lead to the field, the outermost first; empty where it names none. They
            are as the server has them, to be compared and never shown.
        withheld: Whether a sentence of ours stands for the reason, as a secret may be in it.
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


def violation(reason: str, within: tuple[str, ...] = (), said: str | None = None) -> Violation:
    """Return a violation whose texts are fit for a terminal.

    Args:
        reason: The reason.
        within: The keys that lead to the field, as far as they are known.
        said: The field as one text, which is shown as it is unless more than the field is in it.
    """
    path = _of_the_object(within)
    if path and path[-1] in _NO_FIELDS:
        path = path[:-1]
    field = dotted("".join(pointer("", step) for step in path)) if path else None
    if field is not None and said is not None and path == tuple(_STEPS.findall(said)):
        field = said
    told, withheld = reason_of(reason, LONGEST_MESSAGE, path)
    return Violation(
        reason=told,
        field=None if field is None else quoted(field, _LONGEST_FIELD),
        path=path,
        withheld=withheld,
    )


def path_of(field: str) -> tuple[str, ...]:
    """Return the keys that the name of a field goes through, in any of the usual notations.

    These are ``a.b``, ``a[0].b``, ``a[b]``, ``/a/b``, ``#/a/b`` and ``$.a['b']``.
    """
    field = field.strip()
    if field.startswith(("/", "#/")):
        return tuple(one for one in steps(field.removeprefix("#")) if one)
    return tuple(step.strip("'\"`") for step in _STEPS.findall(field))


def _of_the_object(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path less the steps before it that lead to the object that was sent."""
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
