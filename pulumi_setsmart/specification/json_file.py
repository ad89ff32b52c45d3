"""Portfolios in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from attrs import define, field

from pulumi_setsmart.models.json import DEEPEST, Json, pointer
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
from pulumi_setsmart.specification.place import Place

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_SCALARS = json.JSONDecoder()


def read_json(
    text: str, file: str, report: Report = stop, bounds: Bounds = PORTFOLIO_BOUNDS
) -> Document:
    """Return the content of a JSON file.

    Args:
        text: Its text.
        file: The file's name.
        report: Called with each key that an object has twice.
        bounds: How large it may be.

    Raises:
        PortfolioFileError: It is not JSON, or too large or too deep.
    """
    reader = _Reader(text, file, report, bounds.most_values)
    try:
        return Document(reader.document(), reader.locations)
    except json.JSONDecodeError as error:
        raise FileLocation(file, error.lineno, error.colno).error(
            f"is not JSON: {error.msg}", MessageCode.INVALID_SYNTAX
        ) from None
    except ValueError:
        raise reader.location().error(
            "contains a number that is too long", MessageCode.NUMBER_TOO_LONG
        ) from None


def json_places(text: str) -> Place:
    """Return where the values in a JSON file are, and how others are written there.

    Args:
        text: A text that can be read.
    """
    reader = _Reader(text, "", stop, PORTFOLIO_BOUNDS.most_values)
    value = reader.document()

    def place(value: Json, path: str) -> Place:
        members = elements = None
        if isinstance(value, dict):
            members = {key: place(member, pointer(path, key)) for key, member in value.items()}
        elif isinstance(value, list):
            elements = [place(each, pointer(path, index)) for index, each in enumerate(value)]
        return Place(text, *reader.spans[path], _json, members, elements or ())

    return place(value, "")


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


@define
class _Reader:
    """Reads a text from its beginning to its end, and knows where each value begins.

    The standard library decodes strings, numbers and words. Its decoder does not say where the
    members of an object are, so objects and lists are read here.
    """

    text: str
    file: str
    report: Report
    most_values: int
    locations: dict[str, FileLocation] = field(factory=dict, init=False)
    spans: dict[str, tuple[int, int]] = field(factory=dict, init=False)
    """Where values begin and end, by JSON pointer."""
    _index: int = field(default=0, init=False)
    _end: int = field(default=0, init=False)
    """Where the last value or delimiter ends, before the whitespace after it."""
    _line: int = field(default=1, init=False)
    _line_start: int = field(default=0, init=False)
    _count: int = field(default=0, init=False)

    def document(self) -> Json:
        """Return the only value of the text."""
        self._skip_whitespace()
        location = self.locations[""] = self.location()
        value = self._value("", location, depth=1)
        if self._index < len(self.text):
            raise self._syntax_error("Extra data")
        return value

    def location(self) -> FileLocation:
        """Return where the reader is."""
        return FileLocation(self.file, self._line, self._index - self._line_start + 1)

    def _value(self, path: str, location: FileLocation, depth: int) -> Json:
        """Read a value and the whitespace after it."""
        start = self._index
        value = self._read(path, location, depth)
        self.spans[path] = (start, self._end)
        return value

    def _read(self, path: str, location: FileLocation, depth: int) -> Json:
        self._count += 1
        if self._count > self.most_values:
            raise location.error(
                f"holds more than {self.most_values:,} values", MessageCode.TOO_MANY_VALUES
            )
        opening = self.text[self._index : self._index + 1]
        if opening in ("{", "[") and opening and depth > DEEPEST + ABOVE_FIELDS:
            raise location.error(f"is nested more than {DEEPEST} deep", MessageCode.TOO_DEEP)
        match opening:
            case "{":
                return self._members(path, depth)
            case "[":
                return [
                    self._element(pointer(path, index), depth)
                    for index, _ in enumerate(self._elements("]"))
                ]
        value, end = _SCALARS.raw_decode(self.text, self._index)
        self._go_to(end)
        scalar: Json = value
        return scalar

    def _element(self, path: str, depth: int) -> Json:
        location = self.locations[path] = self.location()
        return self._value(path, location, depth + 1)

    def _members(self, path: str, depth: int) -> dict[str, Json]:
        members: dict[str, Json] = {}
        for _ in self._elements("}"):
            if not self.text.startswith('"', self._index):
                raise self._syntax_error("Expecting property name enclosed in double quotes")
            line, start, column = self._line, self._line_start, self._index
            key, end = _SCALARS.raw_decode(self.text, self._index)
            self._go_to(end)
            self._expect(":")
            value_column = None if line != self._line else self._index - start + 1
            location = FileLocation(self.file, line, column - start + 1, value_column)
            inside = pointer(path, key)
            if key in members:
                name = key if is_quotable(inside) else "a name"
                self.report(
                    location.violation(
                        f"{name} is twice in the same object", MessageCode.DUPLICATE_KEY
                    )
                )
                # No pointer has this form, so the locations below the first key stay.
                self._value(f"{inside}~", location, depth + 1)
                continue
            self.locations[inside] = location
            members[key] = self._value(inside, location, depth + 1)
        return members

    def _elements(self, closing: str) -> Iterator[None]:
        """Read the brackets and commas of a list or object, and yield before each of its values."""
        self._go_to(self._index + 1)
        if not self.text.startswith(closing, self._index):
            yield
            while not self.text.startswith(closing, self._index):
                self._expect(",")
                yield
        self._go_to(self._index + 1)

    def _expect(self, delimiter: str) -> None:
        if not self.text.startswith(delimiter, self._index):
            raise self._syntax_error(f"Expecting '{delimiter}' delimiter")
        self._go_to(self._index + 1)

    def _go_to(self, index: int) -> None:
        """Move to ``index``, and past the whitespace after it."""
        # A string holds no line feed, nor does anything else that is not whitespace.
        self._index = self._end = index
        self._skip_whitespace()

    def _skip_whitespace(self) -> None:
        match = _WHITESPACE.match(self.text, self._index)
        end = self._index if match is None else match.end()
        lines = self.text.count("\n", self._index, end)
        if lines:
            self._line += lines
            self._line_start = self.text.rindex("\n", self._index, end) + 1
        self._index = end

    def _syntax_error(self, reason: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(reason, self.text, self._index)
