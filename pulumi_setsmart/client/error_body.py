"""What an unsuccessful response says, in every common form. All of it is assumed.

A body is read part by part. Each reader knows one shape, whatever framework makes it, and returns
the violations and the smaller parts that it finds, or None if the part has another shape. Strings
are read only from members for people, so what a server repeats of the request (``input``, ``ctx``,
``received``, ``value``, ``rejectedValue``) is never shown.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import islice
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
    violation_of,
)
from pulumi_setsmart.models.json import Json, JsonObject

# The names of members are compared without case, hyphens and underscores.

_REASONS = (
    *("message", "msg", "detail", "defaultmessage", "errormessage", "title"),
    *("description", "errordescription", "reason", "error"),
)
"""The members with a reason for people, the best one first."""

_MESSAGES = ("message", "msg", "defaultmessage", "errormessage")
"""Those of them that neither data nor an object of reasons by field has."""

_FIELDS = (
    *("field", "param", "loc", "path", "pointer", "property", "propertypath", "propertyname"),
    *("fieldname", "attr", "attribute", "instancepath", "datapath", "target", "location"),
)
"""The members of one error that name its field, as a string or as a list of keys."""

_LISTS_OF_FIELDS = ("fields", "membernames")
"""The members of one error that name all its fields."""

_HOLDERS = (
    *("errors", "error", "detail", "details", "issues", "violations", "message", "messages"),
    *("fielderrors", "formerrors", "fieldviolations", "parameterviolations", "propertyviolations"),
    *("invalidparams", "validationerrors", "suberrors", "modelstate", "embedded"),
)
"""The members that hold errors: a list of them, or an object with some for each field."""

_HOLDERS_OF_STRINGS = frozenset(
    {"errors", "message", "messages", "fielderrors", "validationerrors", "modelstate"}
)
"""The holders in which a string under the name of a field is a reason and not data."""

_METADATA = frozenset(
    {
        *("code", "type", "status", "statuscode", "success", "ok", "timestamp", "path", "instance"),
        *("traceid", "requestid", "correlationid"),
    }
)
"""The single values beside errors that say nothing about a field."""

_TREES = ("properties", "items", "data")
"""The members beside ``errors`` that hold errors in the shape of the request."""

_REPEATED_REQUEST = frozenset(
    {
        *("input", "ctx", "context", "received", "expected", "value", "values", "params"),
        *("rejectedvalue", "attemptedvalue", "url", "stack", "stacktrace", "trace", "traceback"),
        *("exception", "debug", "request", "arguments", "codes", "target", "meta", "metadata"),
    }
)
"""The members that repeat the request or show internals of the server."""

_DEEPEST = 30
_MOST_VIOLATIONS = 1000
"""How many reasons of one body are read: far more than an object has fields."""
_MARKUP_OR_JSON = ("<", "{", "[")
_INSIDE_OF_A_SERVER = ("Traceback", "at ", 'File "')
"""How lines begin that show where a server failed, not why."""


@frozen
class _Part:
    """A part of a body that may hold errors.

    Attributes:
        value: The part.
        within: The keys of the field that it is about, the outermost first.
        texts: Whether a string in it is a reason.
        words: The members, any of which makes an object an error.
        depth: How deep it is; 0 is the body.
    """

    value: Json
    within: tuple[str, ...] = ()
    texts: bool = False
    words: tuple[str, ...] = _REASONS
    depth: int = 0

    def inside(
        self,
        value: Json,
        name: str = "",
        *,
        texts: bool = False,
        words: tuple[str, ...] = _REASONS,
    ) -> _Part:
        """Return a part of this one, about the field called ``name`` in what it is about."""
        within = (*self.within, *path_of(name))
        return _Part(value, within, texts=texts, words=words, depth=self.depth + 1)


_Found: TypeAlias = "list[Violation | _Part]"


@frozen
class ErrorBody:
    """What a body says went wrong.

    Attributes:
        heading: What it says as a whole, if its reasons do not say it already.
        code: The code of the first error.
        violations: The reasons, each with its field where it names one; at most 1,000.
    """

    heading: str | None
    code: str | None
    violations: tuple[Violation, ...]

    @property
    def message(self) -> str | None:
        """The heading, or else the first reason."""
        reasons = (violation.reason for violation in self.violations)
        return self.heading or next(reasons, None)

    @property
    def field(self) -> str | None:
        """The first field that is named."""
        fields = (violation.field for violation in self.violations)
        return next((field for field in fields if field is not None), None)


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
        body = _text_lines(response.body)
    heading = _heading_of(body, response.status)
    violations = _distinct(islice(_violations(_Part(body)), _MOST_VIOLATIONS))
    if heading is not None and not violations:
        fields = _fields(_first_error(body), ())
        violations = _distinct(violation_of(heading, *field) for field in fields)
    code = _string_of(_first_error(body), ("code",))
    return ErrorBody(
        None if heading is None else _shown_heading(violations, heading),
        None if code is None else quoted(code, LONGEST_MESSAGE),
        violations,
    )


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(dict.fromkeys(violation for violation in violations if violation.reason))


def _shown_heading(violations: tuple[Violation, ...], heading: str) -> str | None:
    """Return a heading as it is shown, or None if the reasons say the same."""
    paths = (violation.path for violation in violations)
    shown, withheld = reason_of(heading, LONGEST_MESSAGE, *paths)
    if withheld and any(violation.withheld for violation in violations):
        return None
    if any(shown.startswith(violation.reason) for violation in violations):
        return None
    return shown or None


def _violations(part: _Part) -> Iterator[Violation]:
    """Return every violation in a part, as the first reader that knows its shape finds them."""
    shapes = (reader(part) for reader in _READERS)
    found = next((shape for shape in shapes if shape is not None), [])
    for inner in found if part.depth < _DEEPEST else []:
        if isinstance(inner, Violation):
            yield inner
        else:
            yield from _violations(inner)


def _reason(part: _Part) -> _Found | None:
    """Read a string: a reason, or all errors as JSON."""
    if not isinstance(part.value, str):
        return None
    inner = _json_within(part.value)
    if inner is not None:
        return [part.inside(inner)]
    return [violation_of(part.value, part.within)] if part.texts and part.value.strip() else []


def _elements(part: _Part) -> _Found | None:
    """Read a list of errors, or of the reasons for each element of a list in the request."""
    if not isinstance(part.value, list):
        return None
    return [
        part.inside(element, str(index))
        if isinstance(element, dict)
        and not _is_error(element, _REASONS)
        and not _nested_errors(part.inside(element))
        else part.inside(element, texts=True)
        for index, element in enumerate(part.value)
    ]


def _error(part: _Part) -> _Found | None:
    """Read one error, which may name its field and contain further errors."""
    error = part.value
    if part.depth == 0 or not isinstance(error, dict) or not _is_error(error, part.words):
        return None
    fields = _fields(error, part.within)
    about = evolve(part, within=fields[0][0])
    inside = [*_nested_errors(about), *_errors_in_children(about)]
    reason = _string_of(error, part.words)
    if reason is None or _json_within(reason) is not None or any(map(_has_violations, inside)):
        return inside  # its own reason is a heading
    return [violation_of(reason, *field) for field in fields]


def _holder(part: _Part) -> _Found | None:
    """Read an object with errors under usual names, and perhaps more under names of fields."""
    if not isinstance(part.value, dict):
        return None
    nested = _nested_errors(part)
    by_field = {
        name: value
        for name, value in part.value.items()
        if _folded(name) not in (*_HOLDERS, *_REPEATED_REQUEST, *_TREES)
        and (_is_list_of_strings(value) or (part.depth > 0 and isinstance(value, dict)))
    }
    return [*nested, *_reasons_by_field(part, by_field)] if nested else None


def _object_by_field(part: _Part) -> _Found | None:
    """Read an object with the reasons under the names of fields."""
    if not isinstance(part.value, dict):
        return None
    if part.texts:
        return _reasons_by_field(part, part.value)
    is_data = any(
        not isinstance(value, list | dict) and _folded(name) not in (*_METADATA, *_REASONS)
        for name, value in part.value.items()
    )
    reasons = {
        name: value
        for name, value in part.value.items()
        if isinstance(value, list | dict)
        and (part.depth == 0 or _folded(name) not in _REPEATED_REQUEST)
    }
    return [] if is_data else _reasons_by_field(part, reasons)


def _reasons_by_field(part: _Part, reasons: JsonObject) -> _Found:
    """Return the parts of an object with the reasons under the names of fields."""
    return [
        part.inside(reason, name, texts=not isinstance(reason, dict), words=_MESSAGES)
        for name, reason in reasons.items()
    ]


def _is_list_of_strings(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(element, str) for element in value)


_Reader: TypeAlias = Callable[[_Part], "_Found | None"]
_READERS: tuple[_Reader, ...] = (_reason, _elements, _error, _holder, _object_by_field)
"""The shapes, in the order in which they are looked for."""


def _nested_errors(part: _Part) -> list[Violation | _Part]:
    """Return the errors of an object under the names that usually hold errors."""
    if not isinstance(part.value, dict):
        return []
    found: list[Violation | _Part] = []
    for name, value in part.value.items():
        folded = _folded(name)
        if folded == "data" and part.depth == 0 and isinstance(value, dict):
            found += _errors_in_data(part.inside(value, texts=part.value.get("status") == "fail"))
        elif folded in _HOLDERS and isinstance(value, list | dict):
            has_strings = folded in _HOLDERS_OF_STRINGS
            words = _MESSAGES if has_strings else _REASONS
            found.append(part.inside(value, texts=has_strings, words=words))
        elif folded in _HOLDERS and isinstance(value, str) and _json_within(value) is not None:
            found.append(part.inside(value))
        elif folded == "details" and _string_of(part.value, _REASONS) is not None:
            continue  # beside a message, databases repeat the whole row there
        elif folded in _HOLDERS and isinstance(value, str) and folded not in _REASONS:
            found.append(part.inside(value, texts=True))
    if isinstance(part.value.get("errors"), list):
        found += _errors_in_tree(part)
    if isinstance(part.value.get("_errors"), list):
        found += _reasons_by_field(part, _objects_in(part.value))
    return found


def _objects_in(value: JsonObject) -> JsonObject:
    """Return the members of an object that are objects."""
    return {name: member for name, member in value.items() if isinstance(member, dict)}


def _errors_in_data(part: _Part) -> list[Violation | _Part]:
    """Return the errors in ``data``: objects with a message, and strings if all are reasons."""
    members = part.value.items() if isinstance(part.value, dict) else ()
    return [
        part.inside(value, name, texts=True, words=_MESSAGES)
        for name, value in members
        if (isinstance(value, dict) and _is_error(value, _MESSAGES))
        or (isinstance(value, str) and part.texts)
    ]


def _errors_in_tree(part: _Part) -> list[Violation | _Part]:
    """Return the branches of a tree in the shape of the request."""
    value = part.value if isinstance(part.value, dict) else {}
    members, elements = value.get("properties"), value.get("items")
    branches = dict(members) if isinstance(members, dict) else {}
    if isinstance(elements, list):
        branches |= {str(index): element for index, element in enumerate(elements)}
    return _reasons_by_field(part, _objects_in(branches))


def _errors_in_children(part: _Part) -> list[Violation | _Part]:
    """Return the reasons under the names of violated rules, and the errors of nested objects."""
    value = part.value if isinstance(part.value, dict) else {}
    constraints, children = value.get("constraints"), value.get("children")
    reasons = constraints.values() if isinstance(constraints, dict) else ()
    inner = children if isinstance(children, list) else []
    return [part.inside(value, texts=True) for value in (*reasons, *inner)]


def _has_violations(found: Violation | _Part) -> bool:
    return isinstance(found, Violation) or next(_violations(found), None) is not None


def _is_error(error: JsonObject, words: tuple[str, ...]) -> bool:
    """Return whether an object is one error rather than an object of errors by their fields."""
    return (
        _string_of(error, words) is not None
        or isinstance(error.get("constraints"), dict)
        or isinstance(error.get("children"), list)
    )


def _fields(error: JsonObject, within: tuple[str, ...]) -> list[tuple[tuple[str, ...], str | None]]:
    """Return the fields that an error names, each as its keys and in the server's notation."""
    own = [*islice(_named_fields(error), _MOST_VIOLATIONS)]
    base = own[0][0] if own else ()
    too_many = islice(_members_too_many(error), _MOST_VIOLATIONS)
    own = [((*base, key), None) for key in too_many] or own
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
    keys, reason = error.get("keys"), _string_of(error, _REASONS) or ""
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, str) and key in reason:
            yield key


def _named_fields(error: JsonObject) -> Iterator[tuple[tuple[str, ...], str | None]]:
    members = {_folded(name): value for name, value in error.items()}
    source = members.get("source")
    if isinstance(source, dict):
        members["pointer"] = source.get("pointer") or source.get("parameter")
    if "reason" in members and _folded("message") not in members:
        members.setdefault("field", members.get("name"))
    for name in _LISTS_OF_FIELDS:
        fields = members.get(name)
        if isinstance(fields, list) and fields and _is_list_of_strings(fields):
            yield from ((path_of(str(field)), str(field)) for field in fields)
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
    """Return whether a string names the request's path, or the part of it that has the field."""
    if name == "path" and text.startswith("/"):
        return path_of(text)[:1] == () or path_of(text)[0] not in OUTSIDE
    return name in ("location", "target") and text in OUTSIDE


def _joined(within: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path of a field that an error about another field names."""
    if path[: len(within)] == within:
        return path
    return within if within[-len(path) :] == path else (*within, *path)


def _first_error(body: Json) -> JsonObject:
    """Return the first error of a body, which has its code and field."""
    match body:
        case {"error": dict(error)} | {"errors": [dict(error), *_]} | [dict(error), *_]:
            return error
        case dict():
            return {name: body[name] for name in ("code", "field", "param") if name in body}
    return {}


def _heading_of(body: Json, status: int) -> str | None:
    """Return what a body says about the request as a whole, unless it repeats the status."""
    match body:
        case str():
            texts = [body]
        case dict():
            error = body.get("error")
            inner = _strings_of(error, _REASONS) if isinstance(error, dict) else ()
            texts = [*_strings_of(body, _REASONS), *inner]
        case _:
            texts = []
    headings = (
        text for text in texts if _json_within(text) is None and not _is_phrase_of(text, status)
    )
    return next(headings, None)


def _is_phrase_of(text: str, status: int) -> bool:
    with contextlib.suppress(ValueError):
        words = _folded(text).replace(" ", "").rstrip(".")
        return words == HTTPStatus(status).phrase.casefold().replace(" ", "")
    return False


def _string_of(error: JsonObject, names: tuple[str, ...]) -> str | None:
    return next(_strings_of(error, names), None)


def _strings_of(error: JsonObject, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the strings of an object that are not blank, in the order of the names."""
    members = {_folded(name): value for name, value in error.items()}
    for name in names:
        text = members.get(name)
        if isinstance(text, str) and text.strip():
            yield text


def _text_lines(body: bytes) -> Json:
    """Return the lines of a plain-text body, or nothing: an HTML page is not a reason."""
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


def _json_within(text: str) -> Json:
    """Return the object or list that a string contains as JSON, or None."""
    if text.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            value: Json = json.loads(text)
            return value
    return None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
