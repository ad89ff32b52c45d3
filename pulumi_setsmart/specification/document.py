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
"""How many objects can be around a field: the file, a section, an entry, its ``attributes``."""

MOST_VALUES = 400_000
"""How many values a portfolio file may contain: those of some 20,000 listings."""


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
        """Return the error about this location."""
        return PortfolioFileError(f"{self.file}:{self.line}: {one_line(reason)}", code=code)


@frozen
class Document:
    """The content of a file, or of several that were merged.

    Attributes:
        value: The values.
        locations: Where each of them is, by JSON pointer.
    """

    value: Json
    locations: Mapping[str, FileLocation]

    def error(
        self, path: str, reason: str, code: MessageCode = MessageCode.INVALID_PORTFOLIO
    ) -> PortfolioFileError:
        """Return the error about the value at ``path``, which may be missing."""
        name = dotted(path) if self._is_portfolio or is_quotable(path) else ""
        while path not in self.locations:
            path = path.rpartition("/")[0]
        return self.locations[path].error(f"{name}: {reason}" if name else reason, code)

    @property
    def _is_portfolio(self) -> bool:
        return isinstance(self.value, dict) and not self.value.keys().isdisjoint(SECTIONS)


def is_quotable(path: str) -> bool:
    """Return whether a message may quote the names in ``path``, in a file that may be any file.

    Names outside the sections of a portfolio are not quoted: the file may be anything, such as a
    key or a list of passwords, and messages go into logs.
    """
    return bool(path) and steps(path)[0] in SECTIONS


def overlaid(base: Document, overlay: Document) -> Document:
    """Return ``base`` merged with ``overlay``, which wins.

    Objects are merged member by member; anything else is replaced. A listing or subscription that
    is null in the overlay is left out.

    Raises:
        PortfolioFileError: The overlay leaves out an entry that the base does not have.
    """
    shared: set[str] = set()

    def merged(below: Json, above: Json, path: str, depth: int) -> Json:
        if above is None and depth <= _ENTRIES:  # an empty section in the overlay
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
                        "is null, which leaves an entry out, but there is no such entry",
                        MessageCode.NOTHING_TO_REMOVE,
                    )
                del result[key]
            else:
                result[key] = merged(below.get(key), value, member, depth + 1)
        return result

    value = merged(base.value, overlay.value, "", 0)
    above = {path: location for path, location in overlay.locations.items() if path not in shared}
    return Document(value, {**base.locations, **above})


_ENTRIES = 1
"""How deep in a file the entries are."""
