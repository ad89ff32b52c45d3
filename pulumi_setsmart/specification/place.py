"""Where values are in the text of a portfolio file, and how they are changed there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.alignment import aligned, exactly

Edit: TypeAlias = tuple[int, int, str]
"""A text that takes the place of what is between two offsets."""

_END_OF_LINE = re.compile(r"[ \t]*,?[ \t]*(?:#.*)?\r?\n")
"""What may be behind an element in brackets that is the last in its line."""
_OPENING_COMMENT = re.compile(r"[\[{][ \t]*(#[^\r\n]*)")
_END_WITHOUT_COMMA = re.compile(r"[ \t]*(?:#.*)?(?:\r?\n|\Z)")


@frozen(eq=False)
class Block:
    """What is known of a list or object that has lines of its own.

    Attributes:
        after: Where another value may be written instead: behind the colon or dash before it. None
            if it begins in that line.
        lines: Of a list, the offsets of the lines in which its elements begin; None if one begins
            in the line of another list's element.
        write: Returns an element of a list as lines, with its dash and a line break.
    """

    after: int | None
    lines: Sequence[int] | None = None
    write: Callable[[Json], str] | None = None


@frozen(eq=False)
class Place:
    """Where a value is in a text.

    Attributes:
        text: The whole text.
        start: Where it begins.
        end: Where it ends.
        write: Returns another value as it would be written there, in one line or as its string.
        members: Of an object whose members can be changed, where they are.
        elements: Of a list whose elements can be changed, where they are.
        block: What is known of it if it has lines of its own, or None for one in brackets.
    """

    text: str
    start: int
    end: int
    write: Callable[[Json], str]
    members: Mapping[str, Place] | None = None
    elements: Sequence[Place] = ()
    block: Block | None = None


def with_edits(text: str, edits: Iterator[Edit]) -> str:
    """Return a text with edits, which do not overlap."""
    parts = []
    end = 0
    for start, stop, new in sorted(edits, key=lambda edit: edit[:2]):
        parts += [text[end:start], new]
        end = stop
    return "".join([*parts, text[end:]])


def edits(place: Place, before: Json, after: Json) -> Iterator[Edit]:
    """Yield what changes one value into another, and leaves alone whatever stays.

    Args:
        place: Where the value is.
        before: The value that is there.
        after: The value that is to be there.
    """
    if exactly(before) == exactly(after):
        return
    match before, after:
        case dict(), dict() if place.members is not None and before.keys() == after.keys():
            for key, value in before.items():
                yield from edits(place.members[key], value, after[key])
        case list(), list() if place.elements and after and _is_editable(place):
            yield from _list_edits(place, before, after)
        case list(), list() if len(before) == len(after) == len(place.elements):
            for element, old, new in zip(place.elements, before, after, strict=True):
                yield from edits(element, old, new)
        case _:
            yield from _replacement(place, after)


def _replacement(place: Place, value: Json) -> Iterator[Edit]:
    written = place.write(value)
    after = None if place.block is None else place.block.after
    if after is not None:
        yield after, after, f" {written}"
        yield _line_start(place.text, place.start), _next_line(place.text, place.end), ""
        return
    is_glued = place.text[place.start - 1 : place.start] in (":", "-") and written
    comment = _opening_comment(place)
    written = f"{written} {comment}" if comment else written
    yield place.start, place.end, f" {written}" if is_glued else written


def _opening_comment(place: Place) -> str:
    """Return the comment behind an opening bracket, where it can stay behind another value."""
    found = _OPENING_COMMENT.match(place.text, place.start, place.end)
    is_last = _END_WITHOUT_COMMA.match(place.text, place.end)
    return found[1] if found and is_last else ""


def _is_editable(place: Place) -> bool:
    return place.block is None or place.block.lines is not None


def _list_edits(place: Place, before: Sequence[Json], after: Sequence[Json]) -> Iterator[Edit]:
    removed: list[int] = []
    added: list[Json] = []
    end = 0
    for old, new in [*aligned(before, after), (len(before), len(after))]:
        if new is None and old is not None:
            removed.append(old)
            end = old + 1
        elif old is None and new is not None:
            added.append(after[new])
        elif old is not None and new is not None:
            if removed:
                yield from _removal(place, removed[0], removed[-1] + 1)
            if added:
                yield from _addition(place, end, added)
            removed, added = [], []
            if old < len(before):
                yield from edits(place.elements[old], before[old], after[new])
            end = old + 1


def _removal(place: Place, start: int, end: int) -> Iterator[Edit]:
    elements = place.elements
    if place.block is not None and place.block.lines is not None:
        for index in range(start, end):
            yield place.block.lines[index], _next_line(place.text, elements[index].end), ""
    elif _has_comments(place, start, end) and all(map(_has_own_line, elements[start:end])):
        # Each comment goes or stays with the element in its line. YAML allows a last comma.
        for each in elements[start:end]:
            yield _line_start(place.text, each.start), _next_line(place.text, each.end), ""
    elif start:
        yield elements[start - 1].end, elements[end - 1].end, ""
    else:
        yield elements[0].start, elements[end].start, ""


def _has_comments(place: Place, start: int, end: int) -> bool:
    """Return whether comments are beside elements in brackets."""
    ends = [place.start + 1, *(each.end for each in place.elements)]
    starts = [*(each.start for each in place.elements), place.end]
    gaps = zip(ends[start : end + 1], starts[start : end + 1], strict=True)
    return any("#" in place.text[begin:stop] for begin, stop in gaps)


def _addition(place: Place, index: int, values: Sequence[Json]) -> Iterator[Edit]:
    """Yield what adds values before the element with an index, or at the end."""
    text, elements = place.text, place.elements
    if place.block is not None and place.block.lines and place.block.write is not None:
        offset = _next_line(text, elements[index - 1].end) if index else place.block.lines[0]
        new = "".join(map(place.block.write, values))
        if offset == len(text) and not text.endswith("\n"):
            new = f"\n{new}".removesuffix("\n")
        yield offset, offset, new
        return
    written = [place.write(value) for value in values]
    neighbour = elements[max(index - 1, 0)]
    if _has_own_line(neighbour):
        yield from _additional_lines(place, index, written)
    elif index:
        separator = _separator(place)
        new = "".join(f"{separator}{each}" for each in written)
        yield neighbour.end, neighbour.end, new
    else:
        separator = _separator(place)
        new = "".join(f"{each}{separator}" for each in written)
        yield neighbour.start, neighbour.start, new


def _has_own_line(element: Place) -> bool:
    """Return whether an element in brackets has lines in which no other element is."""
    text, start, end = element.text, element.start, element.end
    return (
        not text[_line_start(text, start) : start].strip()
        and _END_OF_LINE.fullmatch(text, end, _next_line(text, end)) is not None
    )


def _additional_lines(place: Place, index: int, written: Sequence[str]) -> Iterator[Edit]:
    """Yield what adds elements to a list in brackets whose elements have lines of their own."""
    text, is_last = place.text, index == len(place.elements)
    neighbour = place.elements[max(index - 1, 0)]
    begin, end = _line_start(text, neighbour.start), _next_line(text, neighbour.end)
    has_comma = text[neighbour.end : end].lstrip().startswith(",")
    if index and not has_comma:
        yield neighbour.end, neighbour.end, ","
    indent, line_break = text[begin : neighbour.start], "\r\n" if text[end - 2] == "\r" else "\n"
    commas = [","] * (len(written) - 1) + ["," if has_comma or not (index and is_last) else ""]
    lines = [
        f"{indent}{each}{comma}{line_break}" for each, comma in zip(written, commas, strict=True)
    ]
    offset = end if index else begin
    yield offset, offset, "".join(lines)


def _separator(place: Place) -> str:
    """Return what is between the elements of a list in brackets, without comments."""
    first, *others = place.elements
    if others:
        between = place.text[first.end : others[0].start]
        return ", " if "#" in between else between
    blanks = place.text[place.start + 1 : first.start]
    return f",{blanks}" if "\n" in blanks and not blanks.strip() else ", "


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _next_line(text: str, offset: int) -> int:
    return text.find("\n", offset) + 1 or len(text)
