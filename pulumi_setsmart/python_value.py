"""What a program passes, as plain JSON values; or why it cannot be sent, and what to write instead.

Numbers of numpy and pandas are known by what they can do: neither package is imported.
"""

import math
import operator
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from numbers import Complex, Rational, Real
from pathlib import PurePath
from types import NoneType
from typing import Any, NoReturn, TypeAlias, TypeVar
from uuid import UUID

import pulumi
from attrs import evolve, frozen

from pulumi_setsmart.lifecycle.check import unsendable
from pulumi_setsmart.models.json import DEEPEST, dotted, integral, pointer
from pulumi_setsmart.models.marker import Clear
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.text import one_line

_DEEPEST = DEEPEST + 1  # the argument that holds the fields is one of them
_INEXACT = "cannot be sent exactly as a double; declare it as a string, for example str(value)"
_MISSING = "is missing (NaN, NaT or NA); leave it out, or set it to null with CLEAR"
_INFINITE = "must be a finite number"
_DATE = "a date cannot be sent; write it as a string, for example value.isoformat()"
_DURATION = (
    "a duration cannot be sent; write it as a number, for example value.total_seconds(), or as a "
    "string"
)
_COMPLEX = "a complex number cannot be sent; write it as a string, for example str(value)"
_REFUSED_DTYPES = {"M": _DATE, "m": _DURATION, "c": _COMPLEX}

_Checked = TypeVar("_Checked", str, int, float)


@frozen
class ArgumentLocation:
    """Where a value is in a program.

    Attributes:
        resource: The name of the resource in the program.
        argument: The name of the argument.
        path: The JSON pointer of the value in the argument.
        depth: In how many lists and dictionaries it is there.
        unordered: The JSON pointers of the lists in the argument whose order has no meaning.
        violation: Tells why a value cannot be the whole of the argument, or None.
    """

    resource: str
    argument: str
    path: str = ""
    depth: int = 0
    unordered: frozenset[str] = frozenset()
    violation: Callable[[Any], str | None] | None = None

    def inside(self, key: str | int) -> "ArgumentLocation":
        """Return where member ``key`` of the value is.

        Raises:
            pulumi.RunError: That is deeper than values can be.
        """
        if self.depth == _DEEPEST:
            raise evolve(self, path="").error(
                "holds itself, or is nested too deeply", MessageCode.NOT_JSON
            )
        return evolve(self, path=pointer(self.path, key), depth=self.depth + 1)

    def error(self, reason: str, code: MessageCode) -> pulumi.RunError:
        """Return the error that says why the value cannot be sent."""
        member = f"{dotted(self.path)}: " if self.path else ""
        return run_error(self.resource, f"{self.argument}: {member}{reason}", code)


_Reader: TypeAlias = Callable[[Any, ArgumentLocation], Any]


def run_error(resource: object, reason: str, code: MessageCode) -> pulumi.RunError:
    """Return the error that stops a program at a resource that cannot be, in one line."""
    return pulumi.RunError(with_code(one_line(f"resource '{resource}': {reason}"), code))


def to_plain(value: Any, location: ArgumentLocation) -> Any:
    """Return what a program passes as strings, numbers, booleans, lists and dictionaries.

    An output stays an output, as secret and as known as it was; what it holds is looked at once
    that is known. None stays None, which is not declared, and CLEAR stays CLEAR.

    Args:
        value: What the program passes.
        location: Where it is.

    Raises:
        pulumi.RunError: It cannot be sent as it is. The text is one line without the value.
    """
    read = next((reader for types, reader in _READERS if isinstance(value, types)), _other)
    plain = read(value, location)
    if (
        location.violation is None
        or location.path
        or plain is None
        or isinstance(plain, pulumi.Output)
    ):
        return plain
    reason = location.violation(plain)
    if reason is not None:
        raise location.error(reason, MessageCode.INVALID_VALUE)
    return plain


def _output(value: pulumi.Output[Any], location: ArgumentLocation) -> pulumi.Output[Any]:
    return value.apply(lambda resolved: to_plain(resolved, location))


def _awaited(value: Awaitable[Any], location: ArgumentLocation) -> pulumi.Output[Any]:
    # Pulumi's own conversion would stumble over what we refuse, so ours comes first.
    async def plain() -> Any:
        return to_plain(await value, location)

    return pulumi.Output.from_input(plain())


def _as_it_is(value: Any, _location: ArgumentLocation) -> Any:
    return value


def _checked(value: _Checked, location: ArgumentLocation) -> _Checked:
    """Return a string or a number, unless Pulumi would alter it."""
    invalid = unsendable(value)
    if invalid is not None:
        raise location.error(invalid.reason, invalid.code)
    return value


def _object(value: Mapping[Any, Any], location: ArgumentLocation) -> dict[str, Any]:
    members = {}
    for key, member in value.items():
        if not isinstance(key, str):
            given = type(key).__name__
            raise location.error(
                f"a name must be a string, not {given}; write str(key)", MessageCode.NOT_JSON
            )
        name = _checked(str.__str__(key), location)
        members[name] = to_plain(member, location.inside(name))
    return members


def _list(value: Iterable[Any], location: ArgumentLocation) -> list[Any]:
    return [to_plain(element, location.inside(index)) for index, element in enumerate(value)]


def _set(value: AbstractSet[Any], location: ArgumentLocation) -> list[Any]:
    if location.path not in location.unordered:
        raise location.error(
            "a set has no order; write a list, for example sorted(value)", MessageCode.NOT_JSON
        )
    strings = [element for element in value if isinstance(element, str)]
    others = [element for element in value if not isinstance(element, str)]
    return _list([*sorted(strings), *others], location)


def _refused(reason: str) -> _Reader:
    def refuse(value: Any, location: ArgumentLocation) -> NoReturn:
        if _is_missing(value):  # pandas' NaT is a date
            raise location.error(_MISSING, MessageCode.MISSING_VALUE)
        raise location.error(reason, MessageCode.NOT_JSON)

    return refuse


_READERS: tuple[tuple[Any, _Reader], ...] = (
    (pulumi.Output, _output),
    ((NoneType, Clear, bool), _as_it_is),
    (Enum, lambda value, location: to_plain(value.value, location)),
    (str, lambda value, location: _checked(str.__str__(value), location)),
    (int, lambda value, location: _checked(int(value), location)),
    (Mapping, _object),
    (
        (bytes, bytearray, memoryview),
        _refused("bytes cannot be sent; write them as a string, for example value.decode()"),
    ),
    (Sequence, _list),
    (AbstractSet, _set),
    (UUID, lambda value, _location: str(value)),
    (Awaitable, _awaited),
    (date, _refused(_DATE)),
    (
        time,
        _refused("a time cannot be sent; write it as a string, for example value.isoformat()"),
    ),
    (timedelta, _refused(_DURATION)),
    (PurePath, _refused("a path cannot be sent; write it as a string, for example str(value)")),
    (
        (pulumi.Asset, pulumi.Archive),
        _refused("an asset cannot be sent; pass what it holds as a string"),
    ),
    (
        pulumi.Resource,
        _refused("a resource cannot be sent; pass one of its outputs, for example value.id"),
    ),
    (type, _refused("a class cannot be sent; pass a value")),
    (Callable, _refused("a function cannot be sent; pass what it returns")),
)
"""How to read what is no number, by what `isinstance` takes: the first that fits."""


def _other(value: Any, location: ArgumentLocation) -> bool | int | float:
    """Return a number of any library."""
    if callable(getattr(value, "tolist", None)) and getattr(value, "ndim", 0) != 0:
        raise location.error(
            "an array cannot be sent; write it as a list, such as value.tolist()",
            MessageCode.NOT_JSON,
        )
    if _is_missing(value):
        raise location.error(_MISSING, MessageCode.MISSING_VALUE)
    kind = _dtype_kind(value)
    if kind in _REFUSED_DTYPES:
        raise location.error(_REFUSED_DTYPES[kind], MessageCode.NOT_JSON)
    if kind == "b":
        return bool(value)
    if isinstance(value, float):
        return _checked(float(value), location)
    if kind in ("i", "u") or hasattr(type(value), "__index__"):
        return _checked(operator.index(value), location)
    if kind == "f" or isinstance(value, Decimal | Rational | Real):
        return _exact(value, location)
    raise location.error(_reason(value), MessageCode.NOT_JSON)


def _exact(value: Any, location: ArgumentLocation) -> int | float:
    """Return the double that shows the same decimal digits as a number."""
    try:
        if isinstance(value, Rational):
            double = float(value)
            is_same = Fraction(repr(double)) == value
        else:
            digits = str(value)
            double = float(digits)
            is_same = not math.isfinite(double) or Decimal(repr(double)) == Decimal(digits)
    except (ValueError, ArithmeticError):  # a fraction beyond all doubles
        raise location.error(_INFINITE, MessageCode.INEXACT_NUMBER) from None
    if not is_same:
        raise location.error(_INEXACT, MessageCode.INEXACT_NUMBER)
    return integral(_checked(double, location))


def _dtype_kind(value: Any) -> str | None:
    """Return what numpy calls the kind of a number of its own, or None where it is none."""
    if getattr(value, "ndim", None) != 0:
        return None
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    return kind if isinstance(kind, str) else None


def _is_missing(value: Any) -> bool:
    """Return whether a value is pandas' or numpy's word for none: it is not equal to itself."""
    if isinstance(value, Decimal):
        return value.is_nan()
    try:
        return bool(value != value)  # noqa: PLR0124 -- that is what tells them
    except TypeError:  # pandas' NA: whether it is equal is not known either
        return True
    except Exception:  # noqa: BLE001 -- whatever it compares to, it is no word for none
        return False


def _reason(value: Any) -> str:
    if isinstance(value, Complex):
        return _COMPLEX
    name = type(value).__name__
    if isinstance(value, Iterable):
        return f"an object of type {name} cannot be sent; write a list, for example list(value)"
    return (
        f"an object of type {name} cannot be sent; pass strings, numbers, True, False, lists and "
        "dictionaries of them"
    )
