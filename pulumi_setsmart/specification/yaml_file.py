"""Writes YAML 1.2, and extends existing YAML files."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.merging import merge
from pulumi_setsmart.specification.yaml_scalar import is_plain_text

_PREFIX = "tag:yaml.org,2002:"
_FOLDED = "\x85\u2028\u2029"
_WIDTH = sys.maxsize  # a folded line can lose one of two spaces
_INDENT = 2
_INDENTED = re.compile(r"^( +)[^\s#-]", re.MULTILINE)
_DOCUMENT_START = re.compile(r"(?:(?:#|%).*\n|[ \t]*\n)*---[ \t]*\n")


def yaml_text(value: object) -> str:
    """Return plain values as a YAML file."""
    return _dumped(_writer(_INDENT), value)


def extended_yaml(text: str, additions: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the text of a YAML file with members added at the end of the objects in it.

    Args:
        text: A text that can be read.
        additions: The members to add, by the name of the object at the top that is to have them.

    Raises:
        PortfolioFileError: The library that keeps comments cannot read it.
    """
    return updated_yaml(text, additions, {})


def updated_yaml(
    text: str,
    members: Mapping[str, Mapping[str, Any]],
    removed: Mapping[str, Collection[str]],
) -> str:
    """Return the text of a YAML file with other members, and without some.

    Args:
        text: A text that can be read.
        members: What changes or is new, by the name of the object at the top that is to have it.
        removed: The keys to leave out, by the same name.

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
    merge(sections, members, removed)
    return head + _dumped(yaml, sections)


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
