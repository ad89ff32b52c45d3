"""Writes YAML 1.2, and extends existing YAML files."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
)
from ruamel.yaml.tokens import CommentToken

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.merging import merge
from pulumi_setsmart.specification.yaml_scalar import is_plain_text

_PREFIX = "tag:yaml.org,2002:"
_FOLDED = "\x85\u2028\u2029"
_WIDTH = sys.maxsize  # a folded line can lose one of two spaces
_INDENT = 2
_COMMENT_SLOTS = 4
_INDENTED = re.compile(r"^( +)[^\s#-]", re.MULTILINE)
_NULL_ELEMENT = re.compile(r"^([ ?:-]*[:-]) $", re.MULTILINE)  # which the library ends with a blank
_DOCUMENT_START = re.compile(r"(?:(?:#|%).*\n|[ \t]*\n)*---[ \t]*\n")


def yaml_text(value: object) -> str:
    """Return plain values as a YAML file."""
    return _NULL_ELEMENT.sub(r"\1", _dumped(_writer(_INDENT), value))


def extended_yaml(text: str, additions: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the text of a YAML file with members added at the end of the objects in it.

    Args:
        text: A text that can be read.
        additions: The members to add, by the name of the object at the top that is to have them.

    Raises:
        PortfolioFileError: The library that keeps comments cannot read it.
    """
    return updated_yaml(text, additions, {}, {})


def updated_yaml(
    text: str,
    members: Mapping[str, Mapping[str, Any]],
    removed: Mapping[str, Collection[str]],
    renamed: Mapping[str, Mapping[str, str]],
) -> str:
    """Return the text of a YAML file with other members, and without some.

    Args:
        text: A text that can be read.
        members: What changes or is new, by the name of the object at the top that is to have it.
        removed: The keys to leave out, by the same name.
        renamed: The new keys by the old ones, by the same name.

    Raises:
        PortfolioFileError: The library that keeps comments cannot read it.
    """
    start = _DOCUMENT_START.match(text)
    head, body = text[: start.end() if start else 0], text[start.end() if start else 0 :]
    indented = _INDENTED.search(body)
    yaml = _writer(_INDENT if indented is None else len(indented[1]))
    yaml.preserve_quotes = True
    try:
        sections = yaml.load(body)
    except (YAMLError, ValueError, RecursionError):
        raise PortfolioFileError(
            "entries cannot be changed in the YAML of this file; write it in plainer YAML, for "
            "example with `pulumi-setsmart export FILE --output NEW`",
            code=MessageCode.NOT_EXTENDABLE,
        ) from None
    if sections is None:  # nothing but comments
        separator = "" if not text or text.endswith("\n") else "\n"
        return text + separator + yaml_text(members)
    for name, keys in renamed.items():
        comments = sections[name].ca.items  # those at the end of the lines of the keys
        moved = {keys.get(key, key): comment for key, comment in comments.items()}
        comments.clear()
        comments.update(moved)
    merge(sections, members, removed, renamed, _add)
    return head + _dumped(yaml, sections)


def _add(target: Any, name: str, value: Any) -> None:
    """Add a member to an object, above the comment lines that follow it.

    The library has these lines with the last member, and they are about what follows.
    """
    last = _last(target)
    target[name] = _commented(value)
    new = _last(target)
    if last is None or new is None:
        return
    slots = last.comments.get(last.key)
    token = slots[last.slot] if slots else None
    if token is None:
        return
    beside, _, below = token.value.partition("\n")
    if last.is_block:
        beside, below = "", " " * token.start_mark.column + token.value
    if not below:
        return
    slots[last.slot] = CommentToken(f"{beside}\n", token.start_mark, None) if beside else None
    moved: list[CommentToken | None] = [None] * _COMMENT_SLOTS
    moved[new.slot] = CommentToken(f"\n{below}", token.start_mark, None)
    new.comments[new.key] = moved


@frozen
class _Last:
    """The last value in an object, which has the comments behind and below it.

    Attributes:
        comments: The comments of the object or list that it is in.
        key: Its key there.
        slot: Which of the comments of the key it is.
        is_block: Whether it is a string in lines of its own, which has no comment behind it.
    """

    comments: Any
    key: Any
    slot: int
    is_block: bool


def _last(container: Any) -> _Last | None:
    """Return the last value in an object, or None if it has no comments of its own."""
    if not isinstance(container, CommentedMap | CommentedSeq) or not container:
        return None
    if container.fa.flow_style():
        return None
    is_object = isinstance(container, CommentedMap)
    key = next(reversed(container)) if is_object else len(container) - 1
    value = container[key]
    if isinstance(value, CommentedMap | CommentedSeq):
        return _last(value)
    is_block = isinstance(value, LiteralScalarString | FoldedScalarString)
    return _Last(container.ca.items, key, 2 if is_object else 0, is_block)


def _commented(value: Any) -> Any:
    """Return a value in the types of the library, which can have comments."""
    if isinstance(value, Mapping):
        return CommentedMap({name: _commented(each) for name, each in value.items()})
    if isinstance(value, list | tuple):
        return CommentedSeq(map(_commented, value))
    return value


@frozen(eq=False)
class _AsWritten:
    """A number or date that is written exactly as it was read."""

    tag: str
    text: str


class _Constructor(RoundTripConstructor):
    """Keeps numbers and dates as they are written; converted, a number could lose digits."""


class _Representer(RoundTripRepresenter):
    """Writes every string so that it is read back unchanged."""


def _represented(representer: Any, text: str) -> Any:
    # Plain or single-quoted, these characters would be folded as line breaks. And a string must not
    # look like a number to our reader, even if this library takes it for a string.
    if any(each in text for each in _FOLDED) or not (is_plain_text(text) or "\n" in text):
        return representer.represent_double_quoted_scalarstring(DoubleQuotedScalarString(text))
    return representer.represent_str(text)


def _represented_as_written(representer: Any, value: _AsWritten) -> Any:
    return representer.represent_scalar(value.tag, value.text)


def _constructed_as_written(_constructor: Any, node: ScalarNode) -> _AsWritten:
    return _AsWritten(str(node.tag), node.value)


_Representer.add_representer(str, _represented)
_Representer.add_representer(_AsWritten, _represented_as_written)
for _name in ("int", "float", "timestamp"):
    _Constructor.add_constructor(f"{_PREFIX}{_name}", _constructed_as_written)


def _writer(indent: int) -> YAML:
    yaml = YAML()
    yaml.Constructor = _Constructor
    yaml.Representer = _Representer
    yaml.width = _WIDTH
    yaml.indent(mapping=indent, sequence=4, offset=2)
    return yaml


def _dumped(yaml: YAML, value: object) -> str:
    text = io.StringIO()
    yaml.dump(value, text)
    return text.getvalue()
