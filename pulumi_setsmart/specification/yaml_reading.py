"""Reads the part of YAML 1.2 that JSON can express: from parser events to plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import yaml
from attrs import define, field, frozen
from yaml import events

from pulumi_setsmart.models.json import DEEPEST, Json, pointer
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.document import (
    ABOVE_FIELDS,
    PORTFOLIO_BOUNDS,
    Bounds,
    Document,
    FileLocation,
    Report,
    is_quotable,
    stop,
)
from pulumi_setsmart.specification.yaml_loader import LOADER
from pulumi_setsmart.specification.yaml_scalar import TEXT, UnclearScalarError, resolved, scalar

_PREFIX = "tag:yaml.org,2002:"
_COLLECTIONS = {f"{_PREFIX}map", f"{_PREFIX}seq", "!", None}
_MERGE = "<<"
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_MARK_INSIDE = re.compile(r"(?<=[\n\r\x85\u2028\u2029\ufeff])\ufeff")
"""A byte order mark that libyaml skips, and that PyYAML's own parser takes for a character."""

_TRUNCATED = "it ends too soon"
_VERSION_1_1 = (1, 1)
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_TOKEN = re.compile(r"'(?:<[a-z ]+>|[^\w\s])'")


def read_yaml(
    text: str, file: str, report: Report = stop, bounds: Bounds = PORTFOLIO_BOUNDS
) -> Document:
    """Return the content of a YAML file.

    Args:
        text: Its text.
        file: The file's name.
        report: Called with what JSON cannot express, and with each key that an object has twice.
        bounds: How large it may be.

    Raises:
        PortfolioFileError: It is not YAML, or too large or too deep.
    """
    root = _root(text, file, bounds)
    if root is None:
        return Document(None, {"": FileLocation(file, 1, 1)})
    unfolder = _Unfolder(file, report, bounds.most_values, _location(file, root))
    return Document(unfolder.value(root, "", _location(file, root)), unfolder.locations)


@frozen
class _Scalar:
    text: str
    tag: str | None
    is_plain: bool
    line: int
    column: int


@frozen(eq=False)
class _Sequence:
    tag: str | None
    line: int
    column: int
    elements: list[_Node] = field(factory=list)


@frozen(eq=False)
class _Mapping:
    tag: str | None
    line: int
    column: int
    members: list[_Node] = field(factory=list)
    """Keys and values in turn."""


_Node: TypeAlias = "_Scalar | _Sequence | _Mapping"


def _location(file: str, node: _Node, member: _Node | None = None) -> FileLocation:
    """Return where a node is, and where its value begins if that is in the same line.

    Nothing begins nowhere: parsers differ in where they see it.
    """
    is_nothing = isinstance(member, _Scalar) and member.is_plain and not member.text
    if member is None or is_nothing or member.line != node.line:
        return FileLocation(file, node.line, node.column)
    return FileLocation(file, node.line, node.column, member.column)


def _root(text: str, file: str, bounds: Bounds) -> _Node | None:
    composer = _Composer(file, bounds.most_values)
    inside = _MARK_INSIDE.search(text)
    if inside is not None:
        location = FileLocation(file, len(_LINE_BREAK.findall(text, 0, inside.start())) + 1, 1)
        raise location.error(
            "has a byte order mark at the beginning of a line; remove it",
            MessageCode.UNSUPPORTED_YAML,
        )
    try:
        for event in yaml.parse(text, Loader=LOADER):
            composer.process(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        location = FileLocation(file, 1, 1)
        if mark is not None:
            location = FileLocation(file, mark.line + 1, mark.column + 1)
        raise location.error(
            f"is not YAML: {_without_content(error.problem)}", MessageCode.INVALID_SYNTAX
        ) from None
    except yaml.reader.ReaderError as error:
        raise _location_of(error, text, file).error(
            "contains a control character, which YAML does not allow", MessageCode.UNSUPPORTED_YAML
        ) from None
    except yaml.YAMLError:
        raise FileLocation(file, 1, 1).error(
            f"is not YAML: {_TRUNCATED}", MessageCode.INVALID_SYNTAX
        ) from None
    return composer.root


def _without_content(problem: str | None) -> str:
    """Return a parser's message without quotations from the file, which may contain secrets."""
    return _QUOTED.sub(
        lambda found: found[0] if _TOKEN.fullmatch(found[0]) else "…", problem or _TRUNCATED
    )


def _location_of(error: yaml.reader.ReaderError, text: str, file: str) -> FileLocation:
    # libyaml counts bytes, the parser in Python characters.
    before = text[: error.position]
    if yaml.__with_libyaml__:
        before = text.encode()[: error.position].decode(errors="ignore")
    lines = _LINE_BREAK.split(before)
    return FileLocation(file, len(lines), len(lines[-1]) + 1)


@define
class _Composer:
    """Turns events into nodes; aliases share nodes."""

    file: str
    most_values: int
    root: _Node | None = None
    _open: list[list[_Node]] = field(factory=list, init=False)
    """What the lists and objects that have not ended hold so far."""
    _anchors: dict[str, _Node] = field(factory=dict, init=False)
    _count: int = field(default=0, init=False)

    def process(self, event: events.Event) -> None:
        """Process the next event."""
        mark = event.start_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        match event:
            case events.DocumentStartEvent():
                self._begin_document(event, FileLocation(self.file, line, column))
            case events.ScalarEvent():
                is_plain = event.tag in (None, "!") and not event.style
                self._add(_Scalar(event.value, event.tag, is_plain, line, column), event.anchor)
            case events.AliasEvent():
                location = FileLocation(self.file, line, column)
                self._add(self._anchored(str(event.anchor), location), None)
            case events.SequenceStartEvent():
                self._begin(_Sequence(event.tag, line, column), event.anchor)
            case events.MappingStartEvent():
                self._begin(_Mapping(event.tag, line, column), event.anchor)
            case events.CollectionEndEvent():
                self._open.pop()

    def _begin_document(self, event: events.DocumentStartEvent, location: FileLocation) -> None:
        if self.root is not None:
            raise location.error(
                "contains more than one YAML document", MessageCode.UNSUPPORTED_YAML
            )
        if event.version == _VERSION_1_1:
            raise location.error(
                "is YAML 1.1, where yes is not a string; remove the %YAML line",
                MessageCode.UNSUPPORTED_YAML,
            )

    def _anchored(self, anchor: str, location: FileLocation) -> _Node:
        if anchor not in self._anchors:
            raise location.error("has an alias without an anchor", MessageCode.UNSUPPORTED_YAML)
        return self._anchors[anchor]

    def _begin(self, node: _Sequence | _Mapping, anchor: str | None) -> None:
        self._add(node, anchor)
        self._open.append(node.elements if isinstance(node, _Sequence) else node.members)
        if len(self._open) > DEEPEST + ABOVE_FIELDS:
            raise _location(self.file, node).error(
                f"is nested more than {DEEPEST} deep", MessageCode.TOO_DEEP
            )

    def _add(self, node: _Node, anchor: str | None) -> None:
        self._count += 1
        if self._count > 2 * self.most_values:  # keys are counted as well
            raise _location(self.file, node).error(
                f"holds more than {self.most_values:,} values", MessageCode.TOO_MANY_VALUES
            )
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].append(node)
        else:
            self.root = node


@define
class _Unfolder:
    """Turns nodes into plain values."""

    file: str
    report: Report
    most_values: int
    key: FileLocation
    """The last key that was met, since what an alias unfolds to is elsewhere."""
    locations: dict[str, FileLocation] = field(factory=dict, init=False)

    def value(self, node: _Node, path: str, location: FileLocation, depth: int = 1) -> Json:
        """Return the value of a node, and note the locations of it and all its members."""
        self.locations[path] = location
        if len(self.locations) > self.most_values:
            raise self.key.error(
                f"unfolds to more than {self.most_values:,} values", MessageCode.TOO_MANY_VALUES
            )
        if not isinstance(node, _Scalar) and depth > DEEPEST + ABOVE_FIELDS:
            raise location.error(f"is nested more than {DEEPEST} deep", MessageCode.TOO_DEEP)
        if not isinstance(node, _Scalar) and node.tag not in _COLLECTIONS:
            return self._unknown(location.of_value, "has a tag, which is not supported")
        match node:
            case _Mapping():
                return {
                    key: self.value(member, pointer(path, key), here, depth + 1)
                    for key, member, here in self._members(node, path, location)
                }
            case _Sequence():
                return [
                    self.value(
                        element, pointer(path, index), _location(self.file, element), depth + 1
                    )
                    for index, element in enumerate(node.elements)
                ]
        return self._scalar(node, location)

    def _members(
        self, node: _Mapping, path: str, location: FileLocation
    ) -> Iterator[tuple[str, _Node, FileLocation]]:
        seen: set[str] = set()
        for key_node, member in zip(node.members[::2], node.members[1::2], strict=True):
            here = _location(self.file, key_node, member)
            if not isinstance(key_node, _Scalar):
                self._unknown(here, "a key must be a string")
                continue
            key = key_node.text
            if key == _MERGE and key_node.is_plain:
                self._unknown(here, "merge keys (<<) are not part of YAML 1.2; use an overlay")
                continue
            if key in seen:
                name = key if is_quotable(pointer(path, key)) else "a name"
                self.report(
                    here.violation(
                        f"{name} is twice in the object that begins in line {location.line}",
                        MessageCode.DUPLICATE_KEY,
                    )
                )
                continue
            seen.add(key)
            self.key = here
            yield key, member, here

    def _scalar(self, node: _Scalar, location: FileLocation) -> Json:
        try:
            if node.is_plain:
                return scalar(node.text, resolved(node.text))
            tag = TEXT if node.tag in (None, "!") else str(node.tag).removeprefix(_PREFIX)
            return scalar(node.text, tag)
        except UnclearScalarError as error:
            return self._unknown(location.of_value, str(error))

    def _unknown(self, location: FileLocation, reason: str) -> Json:
        self.report(location.violation(reason, MessageCode.UNSUPPORTED_YAML))
        return UNKNOWN
