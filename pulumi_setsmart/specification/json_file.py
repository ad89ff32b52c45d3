"""Portfolios in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import decoder, scanner
from typing import Any

from attrs import define, field

from pulumi_setsmart.models.json import DEEPEST, Json, pointer
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.document import (
    ABOVE_FIELDS,
    MOST_VALUES,
    Document,
    FileLocation,
    is_sayable,
)

_TOO_DEEP = f"is nested more than {DEEPEST} deep"


def read_json(text: str, file: str) -> Document:
    """Return what a JSON file holds.

    Raises:
        PortfolioFileError: It is not JSON.
    """
    lines = _Lines(text, file)
    try:
        parsed = _Decoder(lines).decode(text)
    except json.JSONDecodeError as error:
        raise FileLocation(file, error.lineno).error(
            f"is not JSON: {error.msg}", MessageCode.INVALID_SYNTAX
        ) from None
    except RecursionError:
        raise FileLocation(file, 1).error(_TOO_DEEP, MessageCode.TOO_DEEP) from None
    except ValueError:
        raise FileLocation(file, 1).error(
            "holds a number that is too long", MessageCode.NUMBER_TOO_LONG
        ) from None
    unfolding = _Unfolding()
    return Document(unfolding.value(parsed, "", FileLocation(file, 1)), unfolding.locations)


@define
class _Located:
    """An object whose members know their places."""

    members: list[tuple[str, Any, FileLocation]]


@define
class _Lines:
    """The lines of a text, counted on from the last place that was asked for."""

    text: str
    file: str
    _index: int = field(default=0, init=False)
    _line: int = field(default=1, init=False)

    def location(self, index: int) -> FileLocation:
        """Return the place of the character with this index, which never goes back."""
        self._line += self.text.count("\n", self._index, index)
        self._index = max(self._index, index)
        return FileLocation(self.file, self._line)


class _Decoder(json.JSONDecoder):
    """The decoder of the standard library, which tells where the members of objects begin."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self._lines = lines
        self.parse_object = self._object
        # The scanner in C does not ask for `parse_object`.
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]  # as below

    def _object(
        self,
        begin: tuple[str, int],
        strict: bool,  # noqa: FBT001 -- given by the standard library
        scan_once: Callable[[str, int], tuple[Any, int]],
        *_hooks: object,
    ) -> tuple[_Located, int]:
        locations: list[FileLocation] = []

        def scan(text: str, index: int) -> tuple[Any, int]:
            locations.append(self._lines.location(index))
            return scan_once(text, index)

        pairs, end = decoder.JSONObject(begin, strict, scan, None, lambda pairs: pairs)  # type: ignore[attr-defined]  # typeshed leaves it out
        members = [
            (key, value, location) for (key, value), location in zip(pairs, locations, strict=True)
        ]
        return _Located(members), end


@define
class _Unfolding:
    """The way from located objects to plain values."""

    locations: dict[str, FileLocation] = field(factory=dict)
    _count: int = field(default=0, init=False)

    def value(self, value: Any, path: str, location: FileLocation, depth: int = 1) -> Json:
        """Return a value as a plain one, and note the places of the members in it."""
        self._count += 1
        if self._count > MOST_VALUES:
            raise location.error(
                f"holds more than {MOST_VALUES:,} values", MessageCode.TOO_MANY_VALUES
            )
        if not path:
            self.locations[path] = location
        if isinstance(value, _Located | list) and depth > DEEPEST + ABOVE_FIELDS:
            raise location.error(_TOO_DEEP, MessageCode.TOO_DEEP)
        match value:
            case _Located(members):
                return self._object(members, path, depth)
            case list():
                return [
                    self.value(element, pointer(path, index), location, depth + 1)
                    for index, element in enumerate(value)
                ]
        scalar: Json = value
        return scalar

    def _object(
        self, members: list[tuple[str, Any, FileLocation]], path: str, depth: int
    ) -> dict[str, Json]:
        plain: dict[str, Json] = {}
        for key, member, location in members:
            inside = pointer(path, key)
            if key in plain:
                name = key if is_sayable(inside) else "a name"
                raise location.error(
                    f"{name} is twice in the same object", MessageCode.DUPLICATE_KEY
                )
            self.locations[inside] = location
            plain[key] = self.value(member, inside, location, depth + 1)
        return plain
