"""What an unsuccessful response says, in every form that is in use. All is assumed.

A body is read part by part. Each reader knows one shape, whatever framework makes it, and returns
the violations and the smaller parts that it finds, or None if the part has another shape. Texts are
taken only from members that hold texts for people. So what a server repeats of the request
(``input``, ``ctx``, ``received``, ``value``, ``rejectedValue``) is never shown.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TypeAlias

from attrs import evolve, frozen

from pulumi_setsmart.client.confidential import quoted, reason_of
from pulumi_setsmart.client.errors import InvalidResponseError, StatusError, status_error_class
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.client.violation import (
    LONGEST_MESSAGE,
    OUTSIDE,
    Violation,
    path_of,
    violation,
)
from pulumi_setsmart.models.json import Json, JsonObject

# The names of members are compared without case, hyphens and underscores.

_TEXTS = (
    *("message", "msg", "detail", "defaultmessage", "errormessage", "title"),
    *("description", "errordescription", "reason", "error"),
)
"""The members that hold a text for people, the best one first."""

_MESSAGES = ("message", "msg", "defaultmessage", "errormessage")
"""Those of them that no object has that is data or holds reasons under the names of fields."""

_FIELDS = (
    *("field", "param", "loc", "path", "pointer", "property", "propertypath", "propertyname"),
    *("fieldname", "attr", "attribute", "instancepath", "datapath", "target", "location"),
)
"""The members of one error that name its field, as a text or as a list of keys."""

_LISTS_OF_FIELDS = ("fields", "membernames")
"""The members of one error that name all its fields."""

_HOLDERS = (
    *("errors", "error", "detail", "details", "issues", "violations", "message", "messages"),
    *("fielderrors", "formerrors", "fieldviolations", "parameterviolations", "propertyviolations"),
    *("invalidparams", "validationerrors", "suberrors", "modelstate", "embedded"),
)
"""The members that hold errors: a list of them, or an object with some for each field."""

_HOLDERS_OF_TEXTS = frozenset(
    {"errors", "message", "messages", "fielderrors", "validationerrors", "modelstate"}
)
"""The holders in which a text under the name of a field is a reason and not data."""

_ASIDES = frozenset(
    {
        *("code", "type", "status", "statuscode", "success", "ok", "timestamp", "path", "instance"),
        *("traceid", "requestid", "correlationid"),
    }
)
"""The single values that stand beside errors and say nothing of a field."""

_TREES = ("properties", "items", "data")
"""The members beside which errors are held that have the shape of the request."""

_ECHOES = frozenset(
    {
        *("input", "ctx", "context", "received", "expected", "value", "values", "params"),
        *("rejectedvalue", "attemptedvalue", "url", "stack", "stacktrace", "trace", "traceback"),
        *("exception", "debug", "request", "arguments", "codes", "target", "meta", "metadata"),
    }
)
"""The members that repeat the request or show the inside of the server."""

_DEEPEST = 30
_MARKUP_OR_JSON = ("<", "{", "[")
_INSIDE_OF_A_SERVER = ("Traceback", "at ", 'File "')
"""How lines begin that show where a server failed rather than why."""


@frozen
class _Part:
    """A part of a body that may hold errors.

    Attributes:
        value: The part.
        within: The keys of the field that it is about, the outermost first.
        texts: Whether a text in it is a reason.
        words: The members of which one makes an object an error.
        depth: How deep it is; 0 is the body.
    """

    value: Json
    within: tuple[str, ...] = ()
    texts: bool = False
    words: tuple[str, ...] = _TEXTS
    depth: int = 0

    def inside(
        self,
        value: Json,
        name: str = "",
        *,
        texts: bool = False,
        words: tuple[str, ...] = _TEXTS,
    ) -> _Part:
        """Return a part of this one, about the field called ``name`` in what it is about."""
        within = (*self.within, *path_of(name))
        return _Part(value, within, texts=texts, words=words, depth=self.depth + 1)


_Found: TypeAlias = "list[Violation | _Part]"


@frozen
class ErrorBody:
    """What a body says went wrong.

    Attributes:
        heading: What it says on the whole, where that is more than its reasons say.
        code: The code of the first error.
        violations: The reasons, each with its field where it names one.
    """

    heading: str | None
    code: str | None
    violations: tuple[Violation, ...]

    @property
    def message(self) -> str | None:
        """The heading, or else the first reason."""
        reasons = (one.reason for one in self.violations)
        return self.heading or next(reasons, None)

    @property
    def field(self) -> str | None:
        """The first field that is named."""
        return next((one.field for one in self.violations if one.field is not None), None)


def status_error(response: Response) -> StatusError:
    """Return the error that an unsuccessful ``response`` stands for."""
    error_class = status_error_class(response.status)
    said = error_body(response)
    return error_class(
        f"{error_class.summary}: {said.message}" if said.message else error_class.summary,
        response.context(said.code, said.field),
        violations=said.violations,
        heading=said.heading,
    )


def error_details(response: Response) -> tuple[str | None, str | None, str | None]:
    """Return the message, the code and the field that a response names, as far as it does."""
    said = error_body(response)
    return said.message, said.code, said.field


def error_body(response: Response) -> ErrorBody:
    """Return what the body of ``response`` says went wrong."""
    try:
        body = response.json()
    except InvalidResponseError:
        body = _plain_text(response.body)
    heading = _heading(body, response.status)
    violations = _distinct(_violations(_Part(body)))
    if heading is not None and not violations:
        violations = _distinct(violation(heading, *one) for one in _fields(_one_in(body), ()))
    code = _text_of(_one_in(body), ("code",))
    return ErrorBody(
        None if heading is None else _told_beside(violations, heading),
        None if code is None else quoted(code, LONGEST_MESSAGE),
        violations,
    )


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(dict.fromkeys(one for one in violations if one.reason))


def _told_beside(violations: tuple[Violation, ...], heading: str) -> str | None:
    """Return a heading as it is shown, or None where the reasons say as much."""
    told, withheld = reason_of(heading, LONGEST_MESSAGE, *(one.path for one in violations))
    if withheld and any(one.withheld for one in violations):
        return None
    return None if any(told.startswith(one.reason) for one in violations) else told or None


def _violations(part: _Part) -> Iterator[Violation]:
    """Return every violation in a part, as the first reader that knows its shape finds them."""
    shapes = (reader(part) for reader in _READERS)
    found = next((shape for shape in shapes if shape is not None), [])
    for one in found if part.depth < _DEEPEST else []:
        if isinstance(one, Violation):
            yield one
        else:
            yield from _violations(one)


def _reason(part: _Part) -> _Found | None:
    """Read a text: a reason, or all errors as JSON once more."""
    if not isinstance(part.value, str):
        return None
    inner = _json_in(part.value)
    if inner is not None:
        return [part.inside(inner)]
    return [violation(part.value, part.within)] if part.texts and part.value.strip() else []


def _elements(part: _Part) -> _Found | None:
    """Read a list of errors, or one with the reasons of each element of a list in the request."""
    if not isinstance(part.value, list):
        return None
    return [
        part.inside(one, str(index))
        if isinstance(one, dict) and not _is_error(one, _TEXTS) and not _held(part.inside(one))
        else part.inside(one, texts=True)
        for index, one in enumerate(part.value)
    ]


def _error(part: _Part) -> _Found | None:
    """Read one error, perhaps with its field, and perhaps with others inside."""
    error = part.value
    if part.depth == 0 or not isinstance(error, dict) or not _is_error(error, part.words):
        return None
    fields = _fields(error, part.within)
    about = evolve(part, within=fields[0][0])
    inside = [*_held(about), *_children(about)]
    reason = _text_of(error, part.words)
    if reason is None or _json_in(reason) is not None or any(map(_has_violations, inside)):
        return inside  # its own text is a heading
    return [violation(reason, *one) for one in fields]


def _holder(part: _Part) -> _Found | None:
    """Read an object that holds errors under usual names, and perhaps others under fields."""
    if not isinstance(part.value, dict):
        return None
    held = _held(part)
    others = {
        name: one
        for name, one in part.value.items()
        if _folded(name) not in (*_HOLDERS, *_ECHOES, *_TREES)
        and (_is_list_of_texts(one) or (part.depth > 0 and isinstance(one, dict)))
    }
    return [*held, *_members(part, others)] if held else None


def _by_field(part: _Part) -> _Found | None:
    """Read an object that has the reasons under the names of fields."""
    if not isinstance(part.value, dict):
        return None
    if part.texts:
        return _members(part, part.value)
    is_data = any(
        not isinstance(one, list | dict) and _folded(name) not in (*_ASIDES, *_TEXTS)
        for name, one in part.value.items()
    )
    reasons = {
        name: one
        for name, one in part.value.items()
        if isinstance(one, list | dict) and (part.depth == 0 or _folded(name) not in _ECHOES)
    }
    return [] if is_data else _members(part, reasons)


def _members(part: _Part, reasons: JsonObject) -> _Found:
    """Return the parts of an object that has the reasons under the names of fields."""
    return [
        part.inside(one, name, texts=not isinstance(one, dict), words=_MESSAGES)
        for name, one in reasons.items()
    ]


def _is_list_of_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_Reader: TypeAlias = Callable[[_Part], "_Found | None"]
_READERS: tuple[_Reader, ...] = (_reason, _elements, _error, _holder, _by_field)
"""The shapes, in the order in which they are looked for."""


def _held(part: _Part) -> list[Violation | _Part]:
    """Return what an object holds under the names that holders of errors have."""
    if not isinstance(part.value, dict):
        return []
    found: list[Violation | _Part] = []
    for name, one in part.value.items():
        folded = _folded(name)
        if folded == "data" and part.depth == 0 and isinstance(one, dict):
            found += _data(part.inside(one, texts=part.value.get("status") == "fail"))
        elif folded in _HOLDERS and isinstance(one, list | dict):
            has_texts = folded in _HOLDERS_OF_TEXTS
            words = _MESSAGES if has_texts else _TEXTS
            found.append(part.inside(one, texts=has_texts, words=words))
        elif folded in _HOLDERS and isinstance(one, str) and _json_in(one) is not None:
            found.append(part.inside(one))
        elif folded == "details" and _text_of(part.value, _TEXTS) is not None:
            continue  # beside a message, databases repeat the whole row there
        elif folded in _HOLDERS and isinstance(one, str) and folded not in _TEXTS:
            found.append(part.inside(one, texts=True))
    if isinstance(part.value.get("errors"), list):
        found += _tree(part)
    if isinstance(part.value.get("_errors"), list):
        found += _members(part, {n: one for n, one in part.value.items() if isinstance(one, dict)})
    return found


def _data(part: _Part) -> list[Violation | _Part]:
    """Return the errors among what else is data: objects, and texts where all are reasons."""
    members = part.value.items() if isinstance(part.value, dict) else ()
    return [
        part.inside(one, name, texts=True, words=_MESSAGES)
        for name, one in members
        if (isinstance(one, dict) and _is_error(one, _MESSAGES))
        or (isinstance(one, str) and part.texts)
    ]


def _tree(part: _Part) -> list[Violation | _Part]:
    """Return the branches of a tree that has the shape of the request."""
    value = part.value if isinstance(part.value, dict) else {}
    members, elements = value.get("properties"), value.get("items")
    branches = dict(members) if isinstance(members, dict) else {}
    if isinstance(elements, list):
        branches |= {str(index): one for index, one in enumerate(elements)}
    return _members(part, {name: one for name, one in branches.items() if isinstance(one, dict)})


def _children(part: _Part) -> list[Violation | _Part]:
    """Return the reasons by the names of the rules that are broken, and those of what is inside."""
    value = part.value if isinstance(part.value, dict) else {}
    constraints, children = value.get("constraints"), value.get("children")
    reasons = constraints.values() if isinstance(constraints, dict) else ()
    inner = children if isinstance(children, list) else []
    return [part.inside(one, texts=True) for one in (*reasons, *inner)]


def _has_violations(one: Violation | _Part) -> bool:
    return isinstance(one, Violation) or next(_violations(one), None) is not None


def _is_error(error: JsonObject, words: tuple[str, ...]) -> bool:
    """Return whether an object is one error rather than an object of errors by their fields."""
    return (
        _text_of(error, words) is not None
        or isinstance(error.get("constraints"), dict)
        or isinstance(error.get("children"), list)
    )


def _fields(error: JsonObject, within: tuple[str, ...]) -> list[tuple[tuple[str, ...], str | None]]:
    """Return the fields that an error names, each as its keys and in the server's notation."""
    own = [*_named(error)]
    base = own[0][0] if own else ()
    own = [((*base, key), None) for key in _members_too_many(error)] or own
    if not own:
        return [(within, None)]
    return [(_joined(within, path), None if within else said) for path, said in own]


def _members_too_many(error: JsonObject) -> Iterator[str]:
    """Return the names of members that an object must not have, as libraries for schemas do."""
    params = error.get("params")
    for holder in (error, params if isinstance(params, dict) else {}):
        for name in ("additionalProperty", "unevaluatedProperty"):
            if isinstance(key := holder.get(name), str):
                yield key
    keys, reason = error.get("keys"), _text_of(error, _TEXTS) or ""
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, str) and key in reason:
            yield key


def _named(error: JsonObject) -> Iterator[tuple[tuple[str, ...], str | None]]:
    members = {_folded(name): one for name, one in error.items()}
    source = members.get("source")
    if isinstance(source, dict):
        members["pointer"] = source.get("pointer") or source.get("parameter")
    if "reason" in members and _folded("message") not in members:
        members.setdefault("field", members.get("name"))
    for name in _LISTS_OF_FIELDS:
        several = members.get(name)
        if isinstance(several, list) and several and all(isinstance(one, str) for one in several):
            yield from ((path_of(str(one)), str(one)) for one in several)
            return
    for name in _FIELDS:
        match members.get(name):
            case str(text) if text.strip() and not _is_place(name, text):
                yield path_of(text), text.strip()
                return
            case list(keys) if keys and all(type(key) in (str, int) for key in keys):
                yield tuple(str(key) for key in keys), None
                return


def _is_place(name: str, text: str) -> bool:
    """Return whether a text says where the request went, or in which part of it the field is."""
    if name == "path" and text.startswith("/"):
        return path_of(text)[:1] == () or path_of(text)[0] not in OUTSIDE
    return name in ("location", "target") and text in OUTSIDE


def _joined(within: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    """Return where a field is that an error names which itself is about a field."""
    if path[: len(within)] == within:
        return path
    return within if within[-len(path) :] == path else (*within, *path)


def _one_in(body: Json) -> JsonObject:
    """Return the object of a body that has the code and the field of the first error."""
    match body:
        case {"error": dict(error)} | {"errors": [dict(error), *_]} | [dict(error), *_]:
            return error
        case dict():
            return {name: body[name] for name in ("code", "field", "param") if name in body}
    return {}


def _heading(body: Json, status: int) -> str | None:
    """Return what a body says on the whole, unless it is just what the status means."""
    match body:
        case str():
            texts = [body]
        case dict():
            error = body.get("error")
            inner = _texts(error, _TEXTS) if isinstance(error, dict) else ()
            texts = [*_texts(body, _TEXTS), *inner]
        case _:
            texts = []
    told = (one for one in texts if _json_in(one) is None and not _is_phrase_of(one, status))
    return next(told, None)


def _is_phrase_of(text: str, status: int) -> bool:
    with contextlib.suppress(ValueError):
        words = _folded(text).replace(" ", "").rstrip(".")
        return words == HTTPStatus(status).phrase.casefold().replace(" ", "")
    return False


def _text_of(error: JsonObject, names: tuple[str, ...]) -> str | None:
    return next(_texts(error, names), None)


def _texts(error: JsonObject, names: tuple[str, ...]) -> Iterator[str]:
    """Return the texts of an object's members in the order of their names, without blank ones."""
    members = {_folded(name): one for name, one in error.items()}
    for name in names:
        text = members.get(name)
        if isinstance(text, str) and text.strip():
            yield text


def _plain_text(body: bytes) -> Json:
    """Return the lines of a body that is plain text, or nothing: a page is no reason."""
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        return None
    if not text or text.startswith(_MARKUP_OR_JSON):
        return None
    lines: list[Json] = []
    for line in text.splitlines():
        if line.strip().startswith(_INSIDE_OF_A_SERVER):
            break
        lines += [line.strip()] if line.strip() else []
    return lines[0] if len(lines) == 1 else lines


def _json_in(text: str) -> Json:
    """Return the object or list that a text is, or None."""
    if text.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            value: Json = json.loads(text)
            return value
    return None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
