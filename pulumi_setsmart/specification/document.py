"""A file as plain values that know their lines, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.json import Json, dotted, pointer, steps
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.specification.sections import SECTIONS

ABOVE_FIELDS = 4
"""In how many objects a field may be: the file, a section, an entry, its ``attributes``."""

MOST_VALUES = 400_000
"""How many values a portfolio file may hold: those of some 20,000 listings."""


@frozen
class FileLocation:
    """Where a value is.

    Attributes:
        file: The file, as the user named it.
        line: The line, counted from 1.
    """

    file: str
    line: int

    def error(
        self, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> PortfolioFileError:
        """Return the error that says what is wrong there."""
        return PortfolioFileError(f"{self.file}:{self.line}: {one_line(reason)}", code=code)


@frozen
class Document:
    """What one file holds, or several that were laid over one another.

    Attributes:
        value: The values.
        locations: Where each of them is, by JSON pointer.
    """

    value: Json
    locations: Mapping[str, FileLocation]

    def error(
        self, path: str, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> PortfolioFileError:
        """Return the error that says what is wrong, or missing, where ``path`` points to."""
        name = dotted(path) if self._is_portfolio or is_sayable(path) else ""
        while path not in self.locations:
            path = path.rpartition("/")[0]
        return self.locations[path].error(f"{name}: {reason}" if name else reason, code)

    @property
    def _is_portfolio(self) -> bool:
        return isinstance(self.value, dict) and not self.value.keys().isdisjoint(SECTIONS)


def is_sayable(path: str) -> bool:
    """Return whether a message may name what a path points to, in a file that may be none of ours.

    A name from outside the sections of a portfolio is not repeated: the path of the file may lead
    to anything, a key or a list of passwords, and messages go into logs.
    """
    return bool(path) and steps(path)[0] in SECTIONS


def overlaid(base: Document, overlay: Document) -> Document:
    """Return ``base`` with what ``overlay`` says laid over it.

    Objects are laid over one another member by member; anything else is replaced. A listing or
    subscription that is null in the overlay is left out.

    Raises:
        PortfolioFileError: The overlay leaves out what the base does not have.
    """
    shared: set[str] = set()

    def laid(below: Json, above: Json, path: str, depth: int) -> Json:
        if above is None and depth <= _ENTRIES:  # nothing was written there yet
            shared.add(path)
            return below
        if not (isinstance(below, dict) and isinstance(above, dict)):
            return above
        shared.add(path)
        result = dict(below)
        for key, value in above.items():
            member = pointer(path, key)
            if depth == _ENTRIES and value is None:
                if key not in below:
                    raise overlay.error(
                        member,
                        "is null to be left out, but it is not there",
                        MessageCode.NOTHING_TO_REMOVE,
                    )
                del result[key]
            else:
                result[key] = laid(below.get(key), value, member, depth + 1)
        return result

    value = laid(base.value, overlay.value, "", 0)
    above = {path: location for path, location in overlay.locations.items() if path not in shared}
    return Document(value, {**base.locations, **above})


_ENTRIES = 1
"""How deep the entries are in a file."""
