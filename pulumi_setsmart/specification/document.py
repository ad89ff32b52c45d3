"""A file as plain values that know where they are, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeAlias

import attrs
from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.json import Json, dotted, pointer, steps
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.text import one_line, visible
from pulumi_setsmart.specification.sections import SECTIONS

ABOVE_FIELDS = 4
"""How many objects can be around a field: the file, a section, an entry, its ``attributes``."""

LARGEST_FILE = 8 * 1024 * 1024
"""How many bytes a portfolio file may have: enough for some 20,000 listings."""

MOST_VALUES = 400_000
"""How many values a portfolio file may contain: those of some 20,000 listings."""


@frozen
class Bounds:
    """How large a file may be. Memory and time go with both.

    Attributes:
        most_bytes: How many bytes it may have.
        most_values: How many values it may contain.
    """

    most_bytes: int = LARGEST_FILE
    most_values: int = MOST_VALUES


PORTFOLIO_BOUNDS = Bounds()
"""Those of a portfolio file, which people write."""

BACKUP_BOUNDS = Bounds(16 * LARGEST_FILE, 10 * MOST_VALUES)
"""Those of a backup: every field and note of some 50,000 listings."""

_MOST_SHOWN = 10
"""How many violations the text of an error shows."""

_ENTRIES = 1
"""How deep in a file the entries are."""


@frozen
class FileLocation:
    """Where a value is, or the key of one.

    Attributes:
        file: The file, as the user named it.
        line: The line, counted from 1, or None for the file.
        column: The character in the line, counted from 1, or None for the line.
        value_column: Where the value of a key begins, or None if that is in another line.
    """

    file: str
    line: int | None = None
    column: int | None = None
    value_column: int | None = None

    def __str__(self) -> str:
        """Return it as messages begin: ``portfolio.yaml:7:5``."""
        return ":".join(str(each) for each in (self.file, self.line, self.column) if each)

    @property
    def of_value(self) -> FileLocation:
        """Where the value is, if it is in the line of its key."""
        if self.value_column is None:
            return self
        return FileLocation(self.file, self.line, self.value_column)

    def violation(
        self, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> FileViolation:
        """Return a violation at this location."""
        return FileViolation(self, one_line(reason), code)

    def error(
        self, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> ViolationsError:
        """Return the error about this location."""
        return ViolationsError([self.violation(reason, code)])


@frozen
class FileViolation:
    """What is wrong with a portfolio file, or probably wrong.

    Attributes:
        location: Where.
        reason: What is wrong, with the name of the field; one line.
        code: What the message is about.
        suggestion: What was probably meant, or None.
        is_warning: Whether it is only probably wrong.
    """

    location: FileLocation
    reason: str
    code: MessageCode
    suggestion: str | None = None
    is_warning: bool = False

    @property
    def message(self) -> str:
        """The location and the reason, without the code."""
        return f"{self.location}: {self.reason}"

    def __str__(self) -> str:
        """Return it as a user reads it."""
        return with_code(self.message, self.code)

    @property
    def place(self) -> tuple[int, int]:
        """Where it is in its file; what comes first is less."""
        return self.location.line or 0, self.location.column or 0


class ViolationsError(PortfolioFileError):
    """A file does not describe a portfolio; the text has the first violations, one in each line.

    Attributes:
        violations: All of them, at least one.
    """

    def __init__(self, violations: Sequence[FileViolation]) -> None:
        first, *others = violations
        lines = [first.message, *map(str, others[: _MOST_SHOWN - 1])]
        if len(violations) > _MOST_SHOWN:
            lines.append(f"and {len(violations) - _MOST_SHOWN} more")
        super().__init__("\n".join(lines), code=first.code)
        self.violations = tuple(violations)

    @property
    def message(self) -> str:
        """What is wrong, in several lines."""
        return "\n".join(map(visible, str(self.args[0]).split("\n")))


Report: TypeAlias = Callable[[FileViolation], None]
"""What a reader calls with a violation that need not stop it."""


def stop(violation: FileViolation) -> None:
    """Stop at the first violation.

    Raises:
        ViolationsError: Always.
    """
    raise ViolationsError([violation])


class Locations(Protocol):
    """Where values are, by JSON pointer."""

    def get(self, path: str, /) -> FileLocation | None:
        """Return where the value at a path is, or None if there is none."""


@frozen
class Document:
    """The content of a file, or of several that were merged.

    Attributes:
        value: The values; `UNKNOWN` stands for one that could not be read.
        locations: Where each of them is, by JSON pointer.
    """

    value: Json
    locations: Locations

    @property
    def entry_keys(self) -> frozenset[str]:
        """The keys of the entries in all sections, whatever is wrong with them."""
        sections = self.value.values() if isinstance(self.value, dict) else ()
        return frozenset(
            key for entries in sections if isinstance(entries, dict) for key in entries
        )

    def violation(
        self, path: str, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> FileViolation:
        """Return a violation of the value at ``path``, which may be missing."""
        violation = self.key_violation(path, reason, code)
        if self.locations.get(path) is None:
            return violation
        return attrs.evolve(violation, location=violation.location.of_value)

    def key_violation(
        self, path: str, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> FileViolation:
        """Return a violation of the key that ``path`` ends with."""
        name = dotted(path) if self.is_portfolio or is_quotable(path) else ""
        return self.location_of(path).violation(f"{name}: {reason}" if name else reason, code)

    def location_of(self, path: str) -> FileLocation:
        """Return where the key is that ``path`` ends with, or the nearest one above it."""
        while (location := self.locations.get(path)) is None:
            path = path.rpartition("/")[0]
        return location

    @property
    def is_portfolio(self) -> bool:
        """Whether it has a section of a portfolio, so that messages may quote its names."""
        return isinstance(self.value, dict) and not self.value.keys().isdisjoint(SECTIONS)


def is_quotable(path: str) -> bool:
    """Return whether a message may quote the names in ``path``, in a file that may be any file.

    Names outside the sections of a portfolio are not quoted: the file may be anything, such as a
    key or a list of passwords, and messages go into logs.
    """
    return bool(path) and steps(path)[0] in SECTIONS


@frozen
class _Overlaid:
    """Where the values of two merged documents are.

    Attributes:
        below: Where those of the base are.
        above: Where those of the overlay are.
        replaced: The paths of values that are those of the overlay, with all that is in them. A
            table may know a place for others as well: an empty cell, which declares nothing.
    """

    below: Locations
    above: Locations
    replaced: Collection[str]

    def get(self, path: str, /) -> FileLocation | None:
        """Return where the value at a path is, or None if there is none."""
        sides = (self.above, self.below)
        first, second = sides if self._is_replaced(path) else reversed(sides)
        found = first.get(path)
        return second.get(path) if found is None else found

    def _is_replaced(self, path: str) -> bool:
        while path and path not in self.replaced:
            path = path.rpartition("/")[0]
        return path in self.replaced


def overlaid(base: Document, overlay: Document, report: Report = stop) -> Document:
    """Return ``base`` merged with ``overlay``, which wins.

    Objects are merged member by member; anything else is replaced. A listing or subscription that
    is null in the overlay is left out.

    Args:
        base: What is below.
        overlay: What is laid over it.
        report: Called with each entry that the overlay leaves out and the base does not have.
    """
    replaced: set[str] = set()

    def merged(below: Json, above: Json, path: str, depth: int) -> Json:
        if above is None and depth <= _ENTRIES:  # an empty section in the overlay
            return below
        if not (isinstance(below, dict) and isinstance(above, dict)):
            replaced.add(path)
            return above
        result = dict(below)
        for key, value in above.items():
            member = pointer(path, key)
            if depth == _ENTRIES and value is None:
                if key not in below:
                    report(
                        overlay.key_violation(
                            member,
                            "is null, which leaves an entry out, but there is no such entry",
                            MessageCode.NOTHING_TO_REMOVE,
                        )
                    )
                result.pop(key, None)
            else:
                result[key] = merged(below.get(key), value, member, depth + 1)
        return result

    value = merged(base.value, overlay.value, "", 0)
    return Document(value, _Overlaid(base.locations, overlay.locations, replaced))
