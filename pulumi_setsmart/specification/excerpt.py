"""A line of a portfolio file with a mark below the place that a message is about, for people.

No secret is shown. A secret value, and all that follows it in its line, is left out; a file that is
no portfolio, or cannot be parsed and may contain a secret, has no excerpts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from attrs import define, field
from rich.cells import cell_len

from pulumi_setsmart.client.confidential import redacted
from pulumi_setsmart.lifecycle.kind import KINDS
from pulumi_setsmart.lifecycle.masking import is_secret_name
from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.text import MARK, visible
from pulumi_setsmart.models.web_address import masked
from pulumi_setsmart.specification.document import Document, FileLocation
from pulumi_setsmart.specification.format import Format, format_of
from pulumi_setsmart.specification.sections import CONFIG, SECTIONS

_LINE_BREAKS = {
    Format.YAML: re.compile(r"\r\n|[\n\r\x85\u2028\u2029]"),
    Format.JSON: re.compile(r"\n"),
    Format.CSV: re.compile(r"\r\n|\r|\n"),
}
"""What ends a line for the reader of a format, which counts them."""

_LOOKED_AT = 1000
"""How many characters before and after a column are looked at, in a line of any length."""

_WIDTH = 80
"""How many columns of a terminal an excerpt takes; more are cut off around the mark."""

_TAB = "    "
_ELLIPSIS = "…"
_SHORTEST_SECRET = 3
_FIELDS = 2
"""How deep in a file the fields of entries are."""

_SECRET_NAMES = sorted({name for kind in KINDS for name in kind.secret_names})
_SECRET_MEMBER = re.compile(
    rf"(?:{'|'.join(_SECRET_NAMES)}|password|passphrase|token|api_?key|credential)\w*[\"']?\s*:"
    rf"(?!\s*\{{?\s*[\"']?{CONFIG}[\"']?\s*:)",
    re.IGNORECASE,
)
"""The name of a secret without a reference to the configuration."""


@define
class Excerpts:
    """The lines of a file.

    Attributes:
        text: The text of the file.
        file: Its name.
        document: What is in it, or None if it cannot be parsed.
    """

    text: str
    file: str
    document: Document | None
    _secrets: list[str] = field(factory=list, init=False)

    def excerpt(self, location: FileLocation) -> list[str]:
        """Return a line and the mark below it, or nothing where a line may not be shown."""
        if location.line is None or location.column is None or not self._is_showable:
            return []
        bounds = self._bounds[min(location.line, len(self._bounds)) - 1]
        column = location.column - 1 if location.line <= len(self._bounds) else bounds[1]
        begins = max(bounds[0], bounds[0] + column - _LOOKED_AT)
        ends = min(bounds[1], bounds[0] + column + _LOOKED_AT)
        found = _SECRET_MEMBER.search(self.text, begins, ends)
        columns = self._secret_columns.get(location.line, [])
        until = min(
            ends if found is None else found.end(), *(bounds[0] + each for each in columns), ends
        )
        line = self.text[begins : max(begins, until)] + (MARK if until < ends else "")
        return self._marked(
            line,
            min(bounds[0] + column - begins, len(line)),
            (begins > bounds[0], ends < bounds[1]),
        )

    @property
    def _is_showable(self) -> bool:
        if self.document is not None:
            return self.document.is_portfolio
        return self._resembles_portfolio

    @cached_property
    def _resembles_portfolio(self) -> bool:
        beginning = re.compile(
            rf"^\s*(?:sep=.\s+)?\{{?\s*[\"']?(?:{'|'.join(SECTIONS)})[\"']?\s*:", re.MULTILINE
        )
        return bool(beginning.search(self.text)) and not _SECRET_MEMBER.search(self.text)

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        """Where lines begin and end in the text."""
        breaks = [found.span() for found in _LINE_BREAKS[format_of(self.file)].finditer(self.text)]
        begins = [0, *(end for _, end in breaks)]
        ends = [*(start for start, _ in breaks), len(self.text)]
        bounds = [*zip(begins, ends, strict=True)]
        # What is after the last line break is no line, unless the file is empty.
        return bounds[:-1] if len(bounds) > 1 and bounds[-1][0] == bounds[-1][1] else bounds

    @cached_property
    def _secret_columns(self) -> Mapping[int, list[int]]:
        """After how many characters secret values begin, by the lines of their keys."""
        found: dict[int, list[int]] = {}
        if self.document is not None:
            for path, value in _secret_values(self.document.value, "", 0):
                self._secrets += _strings(value)
                location = self.document.location_of(path)
                if location.file == self.file and location.line and location.column:
                    of_value = location.of_value.column or location.column
                    found.setdefault(location.line, []).append(of_value - 1)
        return found

    def _marked(self, line: str, column: int, is_cut: tuple[bool, bool]) -> list[str]:
        """Return a line as it may be shown, and a mark below one of its characters."""
        shown = line
        for secret in self._secrets:
            shown = shown.replace(secret, MARK)
        shown = redacted(masked(shown))
        if shown != line:  # the mark stays where it was, seen from the nearer unchanged end
            same = _same_beginning(line, shown)
            same_at_end = _same_beginning(line[::-1], shown[::-1])
            if column > same:
                from_end = len(line) - column
                column = len(shown) - from_end if from_end <= same_at_end else same
        before, after = (
            visible(part.replace("\t", _TAB)) for part in (shown[:column], shown[column:])
        )
        width = cell_len(before) + cell_len(after)
        shortened = before
        while width > _WIDTH and cell_len(shortened) > _WIDTH // 2:
            shortened = shortened[max(1, len(shortened) - _WIDTH // 2) :]
        if is_cut[0] or shortened != before:
            while shortened and not cell_len(shortened[0]):  # it combines with what is cut off
                shortened = shortened[1:]
            before = _ELLIPSIS + shortened
        room = _WIDTH - cell_len(before)
        shortened = after
        while cell_len(shortened) > room:
            shortened = shortened[: min(room, len(shortened) - 1)]
        if is_cut[1] or shortened != after:
            shortened += _ELLIPSIS
        return [f"{before}{shortened}", " " * cell_len(before) + "^"]


def _same_beginning(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _secret_values(value: Json, path: str, depth: int) -> Iterator[tuple[str, Json]]:
    """Yield the values whose names say that they are secret, and where they are."""
    match value:
        case dict():
            members = [*value.items()]
        case list():
            members = [(str(index), element) for index, element in enumerate(value)]
        case _:
            return
    for name, member in members:
        inside = pointer(path, name)
        # The keys of sections and entries are names that people choose.
        is_key = depth < _FIELDS and isinstance(member, dict)
        if not is_key and is_secret_name(name) and not _is_harmless(member):
            yield inside, member
        else:
            yield from _secret_values(member, inside, depth + 1)


def _is_harmless(value: Json) -> bool:
    match value:
        case None:
            return True
        case {"config": str(), **rest}:
            return not rest
    return False


def _strings(value: Json) -> list[str]:
    match value:
        case dict():
            return [text for member in value.values() for text in _strings(member)]
        case list():
            return [text for element in value for text in _strings(element)]
    text = "" if value is UNKNOWN or value is None or isinstance(value, bool) else str(value)
    return [text] if len(text) >= _SHORTEST_SECRET else []
