"""Where the values of a YAML file are, and how others are written there."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from attrs import define, field
from yaml import events

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.place import Block, Place
from pulumi_setsmart.specification.yaml_loader import LOADER
from pulumi_setsmart.specification.yaml_writing import (
    double_quoted,
    element_text,
    inline_text,
    is_printable,
    scalar_text,
    single_quoted,
)

_IN_LINES = ("|", ">")
_HEADER = re.compile(
    r"[|>][-+0-9]*(?P<comment>[ \t]+#[^\r\n]*)?\r?\n(?:[ \t]*\r?\n)*(?P<indent> *)"
)
_DASH = re.compile(r" *-(?:[ \t]+(?:[&!]\S*[ \t]*)*(?:#.*)?)?\r?")
"""What is before an element in its line, or is the line above those of an element."""


def yaml_places(text: str) -> Place:
    """Return where the values in a YAML file are.

    An alias is one value: what it stands for is elsewhere.

    Args:
        text: A text that can be read, and holds a value.
    """
    stream = yaml.parse(text, Loader=LOADER)
    first = next(event for event in stream if isinstance(event, events.NodeEvent))
    return _Reader(text, stream).place(first, None)


@define
class _Reader:
    """Turns the parser's events into places.

    Attributes:
        text: The text.
        stream: The events that are left.
        brackets: In how many lists and objects in brackets the next value is.
        end: Where the last list or object ended.
        anchors: The strings that have anchors, since a key may be an alias.
    """

    text: str
    stream: Iterator[Any]
    brackets: int = 0
    end: int = 0
    anchors: dict[str, str] = field(factory=dict)

    def place(self, event: Any, after: int | None) -> Place:
        """Return where the value is that begins with an event.

        Args:
            event: The event.
            after: Where the colon or dash before the value ends, or None if there is none.
        """
        text, start = self.text, int(event.start_mark.index)
        self._note_anchor(event)
        if isinstance(event, events.CollectionStartEvent):
            return self._collection(event, start, after)
        style = event.style if isinstance(event, events.ScalarEvent) else None
        if style in _IN_LINES:
            end = start + len(text[start : event.end_mark.index].rstrip())
            write = functools.partial(_in_lines, text[start:end], style)
            return Place(text, start, end, self._lines_writer(write))
        return Place(text, start, int(event.end_mark.index), self._writer(style))

    def _note_anchor(self, event: Any) -> None:
        if isinstance(event, events.ScalarEvent) and event.anchor is not None:
            self.anchors[event.anchor] = event.value

    def _collection(self, event: Any, start: int, after: int | None) -> Place:
        self.brackets += bool(event.flow_style)
        write = self._writer(None)
        is_object = isinstance(event, events.MappingStartEvent)
        members = dict(self._members()) if is_object else None
        elements = [] if is_object else [*self._elements()]
        self.brackets -= bool(event.flow_style)
        if event.flow_style:
            return Place(self.text, start, self.end, write, members, elements)
        inside = [*elements, *(members or {}).values()]
        end = max((place.end for place in inside), default=start)
        block = self._block(start, after, elements)
        return Place(self.text, start, end, write, members, elements, block)

    def _members(self) -> Iterator[tuple[str, Place]]:
        for key in self._nodes():
            self._note_anchor(key)
            name = key.value if isinstance(key, events.ScalarEvent) else self.anchors[key.anchor]
            colon = self.text.find(":", key.end_mark.index) + 1
            yield name, self.place(next(self.stream), colon)

    def _elements(self) -> Iterator[Place]:
        for element in self._nodes():
            dash = self._dash(int(element.start_mark.index))
            yield self.place(element, dash)

    def _nodes(self) -> Iterator[Any]:
        """Yield the events that begin what is in a list or object, up to its end."""
        for event in self.stream:
            if isinstance(event, events.CollectionEndEvent):
                self._note_end(event)
                return
            yield event

    def _note_end(self, event: Any) -> None:
        self.end = int(event.end_mark.index)

    def _dash(self, start: int) -> int | None:
        """Return where the dash before an element ends, if nothing but blanks is before it.

        Blank lines and comments may be between the two.
        """
        line = self.text.rfind("\n", 0, start) + 1
        before = self.text[line:start]
        while line and (not before.strip() or before.lstrip().startswith("#")):
            end, line = line - 1, self.text.rfind("\n", 0, line - 1) + 1
            before = self.text[line:end]
        return line + before.index("-") + 1 if _DASH.fullmatch(before) else None

    def _block(self, start: int, after: int | None, elements: list[Place]) -> Block:
        is_below = after is not None and "\n" in self.text[after:start]
        dashes = [self._dash(place.start) for place in elements]
        lines = [self.text.rfind("\n", 0, dash) + 1 for dash in dashes if dash is not None]
        indent = "" if not lines else " " * (int(dashes[0] or 1) - 1 - lines[0])
        return Block(
            after if is_below else None,
            lines if len(lines) == len(elements) else None,
            self._lines_writer(lambda value: f"{indent}{element_text(value, indent)}"),
        )

    def _lines_writer(self, write: Callable[[Json], str]) -> Callable[[Json], str]:
        """Return what ends lines as the file does."""
        end = "\r\n" if "\r\n" in self.text else "\n"
        return lambda value: write(value).replace("\n", end)

    def _writer(self, style: str | None) -> Callable[[Json], str]:
        return functools.partial(_inline, style, is_in_brackets=bool(self.brackets))


def _inline(style: str | None, value: Json, *, is_in_brackets: bool) -> str:
    """Return a value in one line, a string with the quotes of another one."""
    match value, style:
        case str(), "'":
            return single_quoted(value)
        case str(), '"':
            return double_quoted(value)
        case str(), _ if not is_in_brackets:
            return scalar_text(value)
    return inline_text(value)


def _in_lines(before: str, style: str, value: Json) -> str:
    """Return a value in the place of a string in lines of its own, likewise if that is possible."""
    header = _HEADER.match(before)
    if header is None:
        return inline_text(value)
    comment = header["comment"] or ""
    if not isinstance(value, str):
        return f"{inline_text(value)}{comment}"
    body = value.removesuffix("\n")
    lines = body.split("\n")
    is_writable = body.strip() and not body.startswith((" ", "\n")) and not body.endswith("\n")
    if not is_writable or not all(map(is_printable, lines)) or (style == ">" and len(lines) > 1):
        return f"{scalar_text(value)}{comment}"
    indent = header["indent"]
    written = [f"{indent}{line}" if line else "" for line in lines]
    mark = f"{style}{'' if value.endswith(chr(10)) else '-'}{comment}"
    return "\n".join([mark, *written])
