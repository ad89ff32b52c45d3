"""Which fields a server refuses to take back (pure).

An update sends the whole object, and some servers refuse the fields in it that only they set. Each
says so in its own words. A field counts as refused where the server names it as a field, or where
its name stands in the text of a reason in a way that leaves no doubt: in quotation marks, as no
other word is written, as the subject of the sentence, or beside words such as "unknown".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from attrs import frozen

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.violation import Violation
from pulumi_setsmart.models.json import Json, JsonObject

_MOST_LISTED = 10
_LONGEST_NAME = 60

Path: TypeAlias = tuple[str, ...]
"""The keys that lead to a field, the outermost first; elements of lists by their index."""

_QUOTES = "[\"'`‘’“”«»]"  # noqa: RUF001 -- the quotation marks of texts for people
_REFUSING = re.compile(
    r"unknown|unrecogni[sz]ed|unexpected|unpermitted|unsupported|undefined|extra\b|additional|"
    r"read[- ]?only|immutable|forbidden|no such|"
    r"not (be )?(permitted|allowed|writ(e?able|ten)|recogni[sz]ed|supported|editable|known)|"
    r"(should|must|may|does|did) ?n[o']t exist|"
    r"(should|must|may) ?n[o']t be (present|sent|set|specified|provided|included)|"
    r"(must not|may not|cannot|can't|can not|could not) be "
    r"(set|changed|modified|updated|written|mapped|specified|edited)|"
    r"not a (known|valid|recogni[sz]ed) (field|property|attribute|parameter|key|column|member)",
    re.IGNORECASE,
)
"""How servers say that they do not take a field, whatever its value is."""

_AFTER_A_SUBJECT = r"(?=\s*:|\s+(?:is|are|must|should|can|cannot|can't|may|has|was|does|did)\b)"
_AFTER_A_NOUN = (
    r"(?:field|propert|key|attribute|parameter|param|argument|member|column|input|unknown|unexpected"
    r"|unsupported|unpermitted|additional|extra)(?:y|ies|s|\(s\))?\s*:?\s*"
    r"(?:[:\w.-]+(?:\s*,\s*|\s+and\s+|\s+or\s+))*:?"
)
"""What stands before the name of a field that is not in quotation marks: `unknown fields: a, b`."""

_GENERIC = frozenset(
    {
        *("property", "properties", "field", "fields", "key", "keys", "attribute", "attributes"),
        *(
            "parameter",
            "parameters",
            "object",
            "input",
            "inputs",
            "value",
            "values",
            "body",
            "json",
        ),
        *("data", "name", "names", "member", "members", "extra", "additional", "column", "request"),
        *("unknown", "unexpected", "unsupported", "undefined", "immutable", "forbidden", "not"),
        *("error", "errors", "invalid", "valid", "type", "in", "on", "of", "for", "is", "a", "the"),
    }
)
"""Words that such texts have anyway, so that they name a field only in quotation marks."""


@frozen
class RejectedField:
    """A field that the server refuses and the program does not declare.

    Attributes:
        path: Where it is in what was sent.
        said: How the server names it.
    """

    path: Path
    said: str


@frozen
class Judgement:
    """What a server finds wrong with an object are about.

    Attributes:
        names_declared: Whether any of them is about something that the program declares.
        refused: The undeclared fields that are refused.
        candidates: The undeclared fields that may be meant by a violation that names none.
    """

    names_declared: bool
    rejected: tuple[RejectedField, ...]
    candidates: tuple[Path, ...]


def judge(violations: tuple[Violation, ...], sent: JsonObject, declared: JsonObject) -> Judgement:
    """Return what the violations of a server in ``sent`` are about.

    Args:
        violations: The violations.
        sent: The whole object as it was sent.
        declared: What of it the program declares.
    """
    whole, ours = dict(sent), dict(declared)
    fields = [*_fields_of(whole)]
    named = [field for each in violations for field in _fields_named_by(each, whole, fields)]
    names_declared = any(_reaches(ours, field.path) for field in named)
    is_open = all(not each.path or _REFUSING.search(each.reason) for each in violations)
    undeclared = {path: None for path in fields if not _reaches(ours, path)}
    outer = [
        path for path in undeclared if not any(path[:n] in undeclared for n in range(1, len(path)))
    ]
    return Judgement(
        names_declared=names_declared,
        rejected=() if names_declared else tuple(dict.fromkeys(named)),
        candidates=tuple(outer) if is_open and not named else (),
    )


def setting_of(path: Path) -> str:
    """Return by which name a setting knows a field: less the places in lists."""
    return ".".join(step for step in path if not step.isdecimal())


def listed(names: Iterable[str]) -> str:
    """Return names as a message shows them: in one line, and not too many."""
    shown = [quoted(name, _LONGEST_NAME) for name in names]
    more = len(shown) - _MOST_LISTED
    return ", ".join(shown[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _reaches(declared: Json, path: Path) -> bool:
    """Return whether a path leads to something that is declared, or into it."""
    match declared, path:
        case dict(), [step, *rest]:
            return step in declared and _reaches(declared[step], tuple(rest))
        case list(), [step, *rest]:
            return not step.isdecimal() or (
                int(step) < len(declared) and _reaches(declared[int(step)], tuple(rest))
            )
    return True


def _fields_of(value: Json, within: Path = ()) -> Iterator[Path]:
    """Return the paths of all members of objects in a value, the outer ones first."""
    match value:
        case dict():
            yield from ((*within, name) for name in value)
            for name, member in value.items():
                yield from _fields_of(member, (*within, name))
        case list():
            for index, element in enumerate(value):
                yield from _fields_of(element, (*within, str(index)))


def _fields_named_by(violation: Violation, sent: Json, fields: list[Path]) -> list[RejectedField]:
    """Return the fields of what was sent that a violation names, declared ones too."""
    field, path = violation.field, violation.path
    # The field may have dots in its name, and the name of a class before it.
    ways = [path, (field,) if field else (), path[1:]]
    place = next((found for way in ways if (found := _place(sent, way))), None)
    inside = [path for path in fields if place is None or path[: len(place)] == place != path]
    mentioned = _mentioned(violation.reason, inside)
    if place and not (mentioned and _REFUSING.search(violation.reason)):
        return [RejectedField(place, field or place[-1])]
    return [RejectedField(path, ".".join(path)) for path in mentioned]


def _place(sent: Json, path: Path) -> Path | None:
    """Return where in what was sent a path leads, or None; names may be written otherwise."""
    found: list[str] = []
    for step in path:
        match sent:
            case dict():
                alike = [name for name in sent if _folded(name) == _folded(step)]
                name = step if step in sent else alike[0] if len(alike) == 1 else None
                if name is None:
                    return None
                sent = sent[name]
                found.append(name)
            case list() if step.isdecimal() and int(step) < len(sent):
                sent = sent[int(step)]
                found.append(step)
            case _:
                return None
    return tuple(found) or None


def _mentioned(reason: str, fields: list[Path]) -> list[Path]:
    """Return the fields whose names stand in a text."""
    text = _folded(reason)
    by_name: dict[str, list[Path]] = {}
    for path in fields:
        if path[-1] and _folded(path[-1]) in text:
            by_name.setdefault(path[-1], []).append(path)
    nested = [path for paths in by_name.values() for path in paths if len(path) > 1]
    dotted = [path for path in nested if _is_quoted(reason, ".".join(path))]
    if dotted:
        return dotted
    quoted = [name for name in by_name if _is_quoted(reason, name)]
    names = quoted or [name for name in by_name if _is_said(reason, name)]
    return [path for name in names for path in _outermost(by_name[name])]


def _outermost(paths: list[Path]) -> list[Path]:
    """Return those of the paths with one name that it stands for, or none if that is open."""
    depth = min(map(len, paths))
    outer = [path for path in paths if len(path) == depth]
    places = {tuple("" if step.isdecimal() else step for step in path) for path in outer}
    return outer if len(places) == 1 else []


def _is_quoted(reason: str, name: str) -> bool:
    return re.search(f"{_QUOTES}{_spelled(name)}{_QUOTES}", reason, re.IGNORECASE) is not None


def _is_said(reason: str, name: str) -> bool:
    """Return whether a text has the name of a field as a word of its own, and means the field."""
    spelled = _spelled(name)
    if re.match(f"(the )?{spelled}{_AFTER_A_SUBJECT}", reason, re.IGNORECASE):
        return True
    ending = r"(?![\w\[])(?!\.\w)"
    if re.search(r"[_\d]|[a-z][A-Z]", name):  # no word of a sentence looks like that
        return re.search(rf"(?<![\w.]){spelled}{ending}", reason, re.IGNORECASE) is not None
    return (
        _REFUSING.search(reason) is not None
        and _folded(name) not in _GENERIC
        and re.search(rf"\b{_AFTER_A_NOUN}{spelled}{ending}", reason, re.IGNORECASE) is not None
    )


def _spelled(name: str) -> str:
    """Return a pattern for a name however its words are joined: `max_guests`, `Max guests`."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W_]+|[^\w\s-]", name)
    return r"[\s_-]?".join(re.escape(word) for word in words) or re.escape(name)


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()
