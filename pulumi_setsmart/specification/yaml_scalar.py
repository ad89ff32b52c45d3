"""The values of scalars in YAML 1.2: its core schema, which is JSON's with a few more forms."""

from __future__ import annotations

import re
from typing import Final

from pulumi_setsmart.models.json import Json

TEXT: Final = "str"

_NULL: Final = "null"
_BOOL: Final = "bool"
_INT: Final = "int"
_FLOAT: Final = "float"
_TEXTS = {TEXT, "timestamp"}  # JSON has no dates
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_FORMS = {
    _NULL: re.compile(r"null|Null|NULL|~|"),
    _BOOL: re.compile("|".join(_BOOLS)),
    _INT: re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    _FLOAT: re.compile(
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    ),
}
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|0[xo][0-9a-fA-F_]+")
"""Digits in groups: a number for YAML 1.1 and many programs, a string for YAML 1.2."""
_NUMBER_ELSEWHERE = re.compile(r"[-+]?0[box][0-9a-fA-F]+")
"""A number for many programs, with or without a sign, which YAML 1.2 takes for a string."""


class UnclearScalarError(ValueError):
    """A scalar with an unclear value; the message says why, without quoting the scalar."""


def resolved(text: str) -> str:
    """Return the type of a scalar without quotes or tag.

    Raises:
        UnclearScalarError: It is a number for some programs and a string for others.
    """
    for name, form in _FORMS.items():
        if form.fullmatch(text):
            return name
    if "_" in text and _GROUPED.fullmatch(text):
        raise UnclearScalarError(
            "contains _ between digits; write a number without it, and a string in quotes"
        )
    return TEXT


def is_plain_text(text: str) -> bool:
    """Return whether a string is read as the same string if it is written without quotes.

    Programs that know more numbers, some with a _ anywhere in them, have to read it so as well.
    """
    ungrouped = text.replace("_", "")
    try:
        is_text = resolved(text) == resolved(ungrouped) == TEXT
    except UnclearScalarError:
        return False
    return is_text and not _NUMBER_ELSEWHERE.fullmatch(ungrouped)


def scalar(text: str, type_: str) -> Json:
    """Return the value of a scalar.

    Args:
        text: Its text.
        type_: The name of its type, which is the end of its tag.

    Raises:
        UnclearScalarError: There is no such type, or the text is not of that type.
    """
    if type_ in _TEXTS:
        return text
    if type_ not in _FORMS:
        raise UnclearScalarError("has a tag, which is not supported")
    if not _FORMS[type_].fullmatch(text):
        raise UnclearScalarError("has a tag that does not fit it")
    if type_ == _NULL:
        return None
    if type_ == _BOOL:
        return _BOOLS[text]
    try:
        return _number_of(text, type_)
    except ValueError:
        raise UnclearScalarError("is a number that cannot be read") from None


def _number_of(text: str, type_: str) -> Json:
    if type_ == _FLOAT:
        # `.inf` and `.nan`: Python has them without the dot.
        return float(text if text[-1].isdecimal() or text[-1] == "." else text.replace(".", ""))
    if text.startswith("0x"):
        return int(text, 16)
    return int(text.replace("0o", ""), 8 if text.startswith("0o") else 10)
