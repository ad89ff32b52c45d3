"""YAML with one indentation. Only whitespace outside of strings changes, so comments stay."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import Any

import yaml
from attrs import Factory, define, frozen

from pulumi_setsmart.specification.yaml_loader import LOADER

_INDENT = 2
_VALUES = (
    yaml.ScalarToken,
    yaml.AnchorToken,
    yaml.AliasToken,
    yaml.TagToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_KEPT = re.compile(r"[|>][0-9]?\+")
"""How a string begins whose blank lines at the end belong to it."""
_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*-")
"""What is before the first member of a list, or of a list in a list."""


@frozen
class _Block:
    """An object or list in lines of its own: the column of its members, before and after."""

    before: int
    after: int
    is_list: bool = False
    is_indentless: bool = False


@frozen
class _Begin:
    """A line in which a member begins, or its value: where, and the blocks around it."""

    before: int
    after: int
    blocks: tuple[_Block, ...]


@define
class _Layout:
    """What a text has where.

    Attributes:
        text: The text.
        begins: The lines in which something begins, by their offset.
        gaps_by_line: The whitespace inside lines, by the offset of the line and its own: where it
            ends, and how many blanks go there.
        strings: Where strings begin and end.
        brackets: Where lists and objects in brackets begin and end.
        ends_in_block_string: Whether the end of the text is that of a string in lines of its own.
    """

    text: str
    begins: dict[int, _Begin] = Factory(dict)
    gaps_by_line: dict[int, dict[int, tuple[int, int]]] = Factory(dict)
    strings: list[tuple[int, int]] = Factory(list)
    brackets: list[tuple[int, int]] = Factory(list)
    ends_in_block_string: bool = False


def normal_yaml(text: str) -> str:
    """Return the text of a YAML file in its normal form.

    Objects are indented by two blanks and lists by two more, as new files are. A comment line is
    indented as what it is about.

    Args:
        text: A text that can be read.
    """
    text = text.replace("\r\n", "\n")
    layout = _layout(text)
    lines: list[str] = []
    for line, is_inside in _lines(layout):
        if is_inside or line or (lines and lines[-1]):
            lines.append(line)
    if not layout.ends_in_block_string:
        return "\n".join(lines).rstrip("\n") + "\n"
    if not lines[-1] and text.endswith("\n\n"):
        lines.append("")  # which counts
    return "\n".join(lines)


def _lines(layout: _Layout) -> Iterator[tuple[str, bool]]:
    """Yield each line as it is to be, and whether it begins inside of a string."""
    text, starts = layout.text, [*layout.begins]
    string_starts = [start for start, _ in layout.strings]
    bracket_starts = [start for start, _ in layout.brackets]
    offset, shift = 0, 0
    for line in text.split("\n"):
        end = offset + len(line)
        in_string = _is_within(layout.strings, string_starts, offset)
        begin = layout.begins.get(offset)
        content = _with_gaps(layout, offset, end)
        if not _is_within(layout.strings, string_starts, end):
            content = content.rstrip(" \t")
        bare = content.lstrip(" \t")
        column = len(line) - len(line.lstrip(" \t"))
        if begin is not None:
            shift = begin.after - begin.before
            content = " " * begin.after + bare
        elif in_string or _is_within(layout.brackets, bracket_starts, offset):
            if content:
                content = _shifted(content, shift)
        elif bare.startswith("#"):
            place = bisect.bisect(starts, offset)
            following = layout.begins[starts[place]] if place < len(starts) else None
            previous = layout.begins[starts[place - 1]] if place else None
            content = " " * _comment_column(column, previous, following) + bare
        yield content, in_string
        offset = end + 1


def _shifted(line: str, shift: int) -> str:
    if shift >= 0:
        return " " * shift + line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-shift, blanks) :]


def _comment_column(column: int, previous: _Begin | None, following: _Begin | None) -> int:
    if previous is None or following is None:
        blocks = () if previous is None else previous.blocks
        found = [block.after for block in blocks if block.before <= column]
        return found[-1] if found else 0
    if following.after > previous.after or following.before >= column:
        return following.after
    around = (block.after for block in previous.blocks if block.before <= column)
    return max(around, default=following.after)


def _with_gaps(layout: _Layout, start: int, end: int) -> str:
    parts, offset = [], start
    for gap in sorted(layout.gaps_by_line.get(start, {})):
        stop, blanks = layout.gaps_by_line[start][gap]
        parts += [layout.text[offset:gap], " " * blanks]
        offset = stop
    return "".join([*parts, layout.text[offset:end]])


def _layout(text: str) -> _Layout:
    layout = _Layout(text)
    blocks: list[_Block] = []
    opened: list[int] = []
    colon: int | None = None
    for token in yaml.scan(text, Loader=LOADER):
        start = token.start_mark.index
        is_beside = colon is not None and "\n" not in text[colon:start]
        if not opened:
            _add_block_token(layout, blocks, token, is_beside=is_beside)
        if colon is not None and is_beside and start > colon:
            is_block = isinstance(token, yaml.BlockSequenceStartToken)
            _add_gap(layout, colon, start, _INDENT + 1 if is_block else 1)
        is_colon = isinstance(token, yaml.ValueToken) and not opened
        colon = token.end_mark.index if is_colon else None
        match token:
            case yaml.FlowMappingStartToken() | yaml.FlowSequenceStartToken():
                opened.append(start)
            case yaml.FlowMappingEndToken() | yaml.FlowSequenceEndToken():
                begin = opened.pop()
                if not opened:
                    layout.brackets.append((begin, token.end_mark.index))
            case yaml.ScalarToken():
                end = _end_of(token, text)
                layout.strings.append((start, end))
                layout.ends_in_block_string = token.style in ("|", ">") and end == len(text)
    return layout


def _add_block_token(layout: _Layout, blocks: list[_Block], token: Any, *, is_beside: bool) -> None:
    """Note what a token outside of brackets says about the blocks and the beginnings of lines."""
    start = token.start_mark.index
    column = start - layout.text.rfind("\n", 0, start) - 1
    match token:
        case yaml.BlockMappingStartToken():
            blocks.append(_Block(column, _value_column(blocks)))
        case yaml.BlockSequenceStartToken():
            is_inner = is_beside or (blocks and blocks[-1].is_list)
            after = _value_column(blocks) + (_INDENT if is_inner else 0)
            blocks.append(_Block(column, after, is_list=True))
        case yaml.BlockEndToken():
            _end_indentless(blocks)
            blocks.pop()
        case yaml.KeyToken():
            _end_indentless(blocks)
            _begin(layout, blocks, start, blocks[-1].after)
        case yaml.BlockEntryToken():
            if not blocks[-1].is_list:
                after = _value_column(blocks)
                blocks.append(_Block(column, after, is_list=True, is_indentless=True))
            _begin(layout, blocks, start, blocks[-1].after)
        case yaml.ValueToken():
            _end_indentless(blocks)
            _begin(layout, blocks, start, blocks[-1].after)
        case _ if isinstance(token, _VALUES):
            _begin(layout, blocks, start, _value_column(blocks))


def _end_indentless(blocks: list[_Block]) -> None:
    if blocks[-1].is_indentless:
        blocks.pop()


def _value_column(blocks: list[_Block]) -> int:
    """Return the column of what is in the innermost block, if it has lines of its own."""
    return blocks[-1].after + _INDENT if blocks else 0


def _begin(layout: _Layout, blocks: list[_Block], start: int, after: int) -> None:
    """Note the column of what begins in a line, or the blanks between it and the dash before."""
    line = layout.text.rfind("\n", 0, start) + 1
    before = layout.text[line:start]
    bare = before.rstrip(" \t")
    if not bare:
        layout.begins.setdefault(line, _Begin(start - line, after, tuple(blocks)))
    elif _DASHES.fullmatch(bare):
        dash = blocks[-2 if after == blocks[-1].after else -1].after
        _add_gap(layout, line + len(bare), start, after - dash - 1)


def _add_gap(layout: _Layout, start: int, end: int, blanks: int) -> None:
    line = layout.text.rfind("\n", 0, start) + 1
    layout.gaps_by_line.setdefault(line, {})[start] = (end, blanks)


def _end_of(token: Any, text: str) -> int:
    """Return where a string ends; blank lines below it are no part of it unless they count."""
    start, end = int(token.start_mark.index), int(token.end_mark.index)
    if token.style in ("|", ">") and not _KEPT.match(text, start):
        last = start + len(text[start:end].rstrip())
        return text.find("\n", last, end) + 1 or end
    return end


def _is_within(spans: list[tuple[int, int]], starts: list[int], offset: int) -> bool:
    """Return whether something that began before an offset ends behind it."""
    place = bisect.bisect_left(starts, offset) - 1
    return place >= 0 and spans[place][1] > offset
