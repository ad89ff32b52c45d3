"""Portfolios in YAML 1.2."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field, frozen
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from pulumi_setsmart.models.json import Json, pointer
from pulumi_setsmart.specification.document import Document, Place

_PREFIX = "tag:yaml.org,2002:"
_TEXTS = {f"{_PREFIX}str", f"{_PREFIX}timestamp"}  # JSON has no dates
_CONSTRUCTED = {f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float")}
_MERGE = f"{_PREFIX}merge"
_MOST_VALUES = 1_000_000
_DEEPEST = 50
_FOLDED = "\x85\u2028\u2029"
_WIDTH = 100
_INDENT = 2
_INDENTED = re.compile(r"^( +)[^\s#-]", re.MULTILINE)
_DOCUMENT_START = re.compile(r"(?:(?:#|%).*\n|[ \t]*\n)*---[ \t]*\n")


def read_yaml(text: str, file: str) -> Document:
    """Return what a YAML file holds.

    Raises:
        PortfolioFileError: It is not YAML, or not what JSON could hold.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        root: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise Place(file, line).refusal(f"is not YAML: {error.problem}") from None
    except YAMLError as error:
        reason = str(error).splitlines()[0]
        raise Place(file, 1).refusal(f"is not YAML: {reason}") from None
    except RecursionError:
        raise Place(file, 1).refusal("is nested too deeply") from None
    if root is None:
        return Document(None, {"": Place(file, 1)})
    unfolding = _Unfolding(file, yaml.constructor)
    begin = Place(file, root.start_mark.line + 1)
    return Document(unfolding.value(root, "", begin), unfolding.places)


def yaml_text(value: object) -> str:
    """Return plain values as a YAML file."""
    return _dumped(_writer(_INDENT), value)


def extended_yaml(text: str, additions: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the text of a YAML file with members added at the end of the objects in it.

    Args:
        text: A text that can be read.
        additions: The members to add, by the name of the object at the top that is to have them.
    """
    start = _DOCUMENT_START.match(text)
    head, body = text[: start.end() if start else 0], text[start.end() if start else 0 :]
    indented = _INDENTED.search(body)
    yaml = _writer(_INDENT if indented is None else len(indented[1]))
    yaml.preserve_quotes = True
    sections = yaml.load(body)
    if sections is None:  # nothing but comments
        separator = "" if not text or text.endswith("\n") else "\n"
        return text + separator + yaml_text(additions)
    for section, members in additions.items():
        if sections.get(section) is None:
            sections[section] = {}
        sections[section].update(members)
    return head + _dumped(yaml, sections)


@frozen(eq=False)
class _AsWritten:
    """A number or date that is written again as it was read, digit by digit."""

    tag: str
    text: str


class _Constructor(RoundTripConstructor):
    """Leaves what is no text as it is written; a number would lose digits on its way."""


class _Representer(RoundTripRepresenter):
    """Writes every text so that it is read back as it is."""


def _represented(representer: Any, text: str) -> Any:
    # Plain and single-quoted, these would be folded away as line breaks.
    if any(each in text for each in _FOLDED):
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


@define
class _Unfolding:
    """The way from nodes, of which aliases share some, to plain values."""

    file: str
    constructor: Any
    places: dict[str, Place] = field(factory=dict)

    def value(self, node: Node, path: str, place: Place, depth: int = 0) -> Json:
        """Return what a node stands for, and note the places of it and all in it."""
        self.places[path] = place
        if len(self.places) > _MOST_VALUES:
            raise place.refusal("its aliases unfold to more than a million values")
        if depth > _DEEPEST:
            raise place.refusal(f"is nested more than {_DEEPEST} deep")
        match node:
            case MappingNode():
                return {
                    key: self.value(member, pointer(path, key), here, depth + 1)
                    for key, member, here in self._members(node, place)
                }
            case SequenceNode():
                return [
                    self.value(element, pointer(path, index), place, depth + 1)
                    for index, element in enumerate(node.value)
                ]
            case ScalarNode():
                return self._scalar(node, place)
        raise place.refusal("is no value")

    def _members(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Node, Place]]:
        seen: set[str] = set()
        for key_node, member in node.value:
            here = Place(self.file, key_node.start_mark.line + 1)
            if key_node.tag == _MERGE:
                raise here.refusal("merge keys (<<) are not part of YAML 1.2; use an overlay")
            if not isinstance(key_node, ScalarNode):
                raise here.refusal("a key must be a text")
            key = key_node.value
            if key in seen:
                raise here.refusal(f"{key} stands twice in what begins in line {place.line}")
            seen.add(key)
            yield key, member, here

    def _scalar(self, node: ScalarNode, place: Place) -> Json:
        if node.tag in _TEXTS:
            text: str = node.value
            return text
        if node.tag not in _CONSTRUCTED:
            raise place.refusal(f"the tag {node.tag} means nothing here")
        try:
            value: Json = self.constructor.construct_object(node)
        except (ValueError, YAMLError):
            raise place.refusal("is a number that cannot be read") from None
        return value
