"""Writes plain values as YAML 1.2, with the indentation and the quotes of ruamel.yaml.

ruamel.yaml keeps comments, which a new file does not have, and takes forty times as long. libyaml
writes emoji as numbers, and does not indent lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.yaml_scalar import is_plain_text

_PRINTABLE = "\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_NOT_PLAIN = (
    r"---|\.\.\.|[-?:](?: |\Z)|[ #,\[\]{}&*!|>'\"%@`]",  # begins with what means something
    r".*(?:: | #|:\Z| \Z)",  # seems to be a key, has a comment or loses a blank
    r"(?:=|<<|[-+](?:0o[0-7]+|0x[0-9a-fA-F]+))\Z",  # means something to other programs
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ]+[0-9]+:[0-9]+:.*)?\Z",  # is a date to them
)
_PLAIN = re.compile(rf"(?!{'|'.join(_NOT_PLAIN)})[{_PRINTABLE}]+")
_SINGLE_QUOTED = re.compile(rf"[{_PRINTABLE}]+")
_ESCAPED = re.compile(rf'[^{_PRINTABLE}]|["\\]')
_PLAIN_IN_BRACKETS = re.compile(r"\w(?:[\w ./-]*\w)?")
"""What needs no quotes in brackets, where more characters mean something."""
_BREAK = re.compile("[\n\x85\u2028\u2029]")
_ESCAPES = yaml.emitter.Emitter.ESCAPE_REPLACEMENTS
_LAST_BYTE = 0xFF
_LONGEST_KEY = 122
"""How many characters a key has before a colon; the limit of YAML is 1,024."""


def yaml_text(value: Mapping[str, Any]) -> str:
    """Return plain values as a YAML file."""
    return _collection(value, "") if value else "{}\n"


def _collection(value: Mapping[str, Json] | list[Json], indent: str) -> str:
    """Return an object or list that is not empty: its lines, without the first indent."""
    if isinstance(value, list):
        return indent.join(f"  -{_after_mark(each, f'{indent}    ')}" for each in value)
    return indent.join(_member(key, each, indent) for key, each in value.items())


def _member(key: str, value: Json, indent: str) -> str:
    name = _string(key)
    if len(key) > _LONGEST_KEY or _BREAK.search(key):
        return f"? {name}\n{indent}:{_after_mark(value, f'{indent}  ')}"
    if isinstance(value, dict | list) and value:
        below = indent if isinstance(value, list) else f"{indent}  "
        return f"{name}:\n{below}{_collection(value, below)}"
    return f"{name}:{_after_mark(value, indent)}"


def _after_mark(value: Json, indent: str) -> str:
    """Return a value that begins in the line of a dash or colon."""
    if isinstance(value, dict | list) and value:
        return f" {_collection(value, indent)}"
    return "\n" if value is None else f" {scalar_text(value)}\n"


def element_text(value: Json, indent: str) -> str:
    """Return an element of a list as lines, without the indentation of its dash.

    Args:
        value: The element.
        indent: The indentation of its dash.
    """
    return f"-{_after_mark(value, f'{indent}  ')}"


def inline_text(value: Json) -> str:
    """Return a value in one line, as it can be written in brackets as well."""
    match value:
        case dict():
            members = (f"{inline_text(key)}: {inline_text(each)}" for key, each in value.items())
            return f"{{{', '.join(members)}}}"
        case list():
            return f"[{', '.join(map(inline_text, value))}]"
        case None:
            return "null"
        case str() if not _PLAIN_IN_BRACKETS.fullmatch(value):
            return double_quoted(value)
    return scalar_text(value)


def scalar_text(value: str | float | dict[str, Json] | list[Json]) -> str:
    """Return a string, number, word or empty collection."""
    match value:
        case str():
            return _string(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():  # infinity and what is no number begin with a point in YAML
            return repr(value).replace("inf", ".inf").replace("nan", ".nan")
        case dict():
            return "{}"
        case list():
            return "[]"


def _string(text: str) -> str:
    """Return a string so that every reader takes it for one: with the fewest quotes."""
    if is_plain_text(text):
        if _PLAIN.fullmatch(text):
            return text
        if _SINGLE_QUOTED.fullmatch(text) and "'" not in text:
            return f"'{text}'"
    return double_quoted(text)


def double_quoted(text: str) -> str:
    """Return a string in double quotes."""
    escaped = _ESCAPED.sub(_escape, text)
    return f'"{escaped}"'


def single_quoted(text: str) -> str:
    """Return a string in single quotes, or in double ones if it has what these cannot hold."""
    if not _SINGLE_QUOTED.fullmatch(text):
        return double_quoted(text)
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def is_printable(text: str) -> bool:
    """Return whether a line can be written without escapes."""
    return not text or _SINGLE_QUOTED.fullmatch(text) is not None


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _ESCAPES:
        return f"\\{_ESCAPES[character]}"
    if code > _LAST_BYTE:
        return f"\\u{code:04X}"  # a character of another plane is printable
    return f"\\x{code:02X}"
