"""Numbers as people write them: which of point and comma begins the fraction in a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from pulumi_setsmart.models.json import integral


class Decimal(StrEnum):
    """What begins the fraction of a number."""

    POINT = "point"
    COMMA = "comma"


_BLANKS = re.compile("[\\s'\u2019_]")
_MONEY = re.compile(r"^(?:[^\W\d]{1,3}|[^\w\s.,+-])?\s*(.*?)\s*(?:[^\W\d]{1,3}|[^\w\s.,+-])?$")
_FORMS = {
    Decimal.POINT: re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII),
    Decimal.COMMA: re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?", re.ASCII),
}
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[\s'\u2019_]\d{3})*(?:[.,]\d+)?|[-+]?[\d.,]+")
_MOST_DIGITS = 15
"""How many digits a number with a fraction has exactly."""


def decimals_of(texts: Sequence[str], *, money: bool) -> set[Decimal]:
    """Return what may begin the fraction in a column: nothing if no rule fits all of its cells.

    Where it makes no difference, only the point is returned.
    """
    fitting = {
        decimal: [number_in(text, decimal, money=money) for text in texts] for decimal in Decimal
    }
    point, comma = fitting[Decimal.POINT], fitting[Decimal.COMMA]
    if point == comma and None not in point:
        return {Decimal.POINT}
    return {decimal for decimal, numbers in fitting.items() if None not in numbers}


def number_in(text: str, decimal: Decimal, *, money: bool) -> int | float | None:
    """Return the number in a text, or None if it is none.

    Args:
        text: The text.
        decimal: What begins a fraction.
        money: Whether a currency may be before or after it.
    """
    bare = text.strip()
    if money and (found := _MONEY.fullmatch(bare)):
        bare = found[1]
    if not _GROUPED.fullmatch(bare):
        return None
    digits = _BLANKS.sub("", bare)
    if not _FORMS[decimal].fullmatch(digits):
        return None
    if decimal is Decimal.COMMA:
        digits = digits.replace(".", "").replace(",", ".")
    digits = digits.replace(",", "")
    if "." not in digits:
        return int(digits) if len(digits) <= _MOST_DIGITS else None
    return integral(float(digits)) if len(digits) <= _MOST_DIGITS else None
