"""What a server makes of a value: a normalised form of it, or another value.

One rule for every step: a value that a server shows after a write is either the declared one, a
normalised form of it, or another value: then ours was not applied, whatever the response said.
"""

from __future__ import annotations

import struct
import unicodedata
from decimal import Decimal

from pulumi_setsmart.lifecycle.comparison import matches, mismatches
from pulumi_setsmart.models.json import Json, digits

_FINEST_DECIMAL = 12
_ROUNDING_STEPS = [
    part.scaleb(-digits)
    for digits in range(_FINEST_DECIMAL + 1)
    for part in (Decimal(1), Decimal("0.5"), Decimal("0.25"), Decimal("0.2"))
]
"""What servers round to: whole numbers, halves, quarters, fifths, and the same of each decimal."""


def folded(value: Json) -> Json:
    """Return ``value`` with its strings freed of case, spacing and Unicode form."""
    match value:
        case str():
            caseless = unicodedata.normalize("NFKC", value).casefold()
            return " ".join(unicodedata.normalize("NFKC", caseless).split())
        case dict():
            return {name: folded(member) for name, member in value.items()}
        case list():
            return [folded(element) for element in value]
    return value


def is_normalised(declared: Json, actual: Json) -> bool:
    """Return whether ``actual`` is a normalised form of ``declared``, or the same value.

    Normalised means: another case, spacing or Unicode form, a fraction that is rounded, digits as
    the whole number that they are, or another way to say nothing (null, absent, a blank string, an
    empty list or object). Everything else is another value: a number that was limited, a string
    that was cut or replaced, a value that was dropped, a list with other elements or in another
    order.
    """
    return all(_is_normalised(each.declared, each.actual) for each in mismatches(declared, actual))


def _is_normalised(declared: Json, actual: Json) -> bool:
    match declared, actual:
        case (bool(), _) | (_, bool()):
            return False
        case int() | float(), int() | float():
            return _is_rounded(declared, actual)
        case str(), int() | float():  # what refers to an id, which is a string to programs
            return declared == digits(actual)
    if is_blank(declared) and is_blank(actual):
        return True
    return matches(folded(declared), folded(actual))


def is_blank(value: Json) -> bool:
    """Return whether a value is one of the ways to say nothing."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _is_rounded(declared: float, actual: float) -> bool:
    """Return whether ``actual`` is ``declared`` with less of its fraction, to the nearest step."""
    exact, kept = Decimal(repr(declared)), Decimal(repr(actual))
    if exact == exact.to_integral_value():
        return False
    difference = abs(exact - kept)
    return _in_single_precision(declared) == actual or any(
        # The order matters: a remainder of a distant number has too many digits.
        difference <= step / 2 and kept % step == 0
        for step in _ROUNDING_STEPS
    )


def _in_single_precision(number: float) -> float | None:
    try:
        [stored] = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        return None
    return float(stored)
