"""What programs pass, as values that can be sent: exactly, or not at all and in one line."""

import datetime as dt
import enum
import json
import pathlib
import subprocess
import sys
from collections import OrderedDict, deque
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # has no types of its own
import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart import CLEAR
from pulumi_setsmart.models.json import LARGEST_EXACT_INTEGER
from pulumi_setsmart.python_value import ArgumentLocation, to_plain

TESTS = pathlib.Path(__file__).parent
PLACE = ArgumentLocation("villa", "attributes")
EVENTS = ArgumentLocation("hook", "events", unordered=frozenset({""}))


class Colour(enum.Enum):
    RED = "red"
    PRICE = Decimal("2.50")


class Word(enum.StrEnum):
    YES = "yes"


class Level(enum.IntEnum):
    HIGH = 3


class Shout(str):
    """A string that prints as another one."""

    __slots__ = ()

    def __str__(self) -> str:
        return "another one"


def run_error(value: Any, location: ArgumentLocation = PLACE) -> str:
    """Return why a value is refused."""
    with pytest.raises(pulumi.RunError) as caught:
        to_plain(value, location)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("2.50"), 2.5),
        (Decimal("0.1"), 0.1),
        (Decimal("1E+3"), 1000),
        (Fraction(5, 2), 2.5),
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.float64(2.5), 2.5),
        (np.float32(0.1), 0.1),  # the digits that it shows, not those of the nearest double
        (np.longdouble("2.5"), 2.5),
        (np.bool_(True), True),  # noqa: FBT003 -- it is the value
        (np.str_("x"), "x"),
        (np.array(3), 3),
        (pd.Series([1, 2], dtype="Int64")[0], 1),
        (Colour.RED, "red"),
        (Colour.PRICE, 2.5),
        (Word.YES, "yes"),
        (Level.HIGH, 3),
        (CLEAR, CLEAR),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (Shout("x"), "x"),
        ((1, (2,)), [1, [2]]),
        (range(2), [0, 1]),
        (deque(["a"]), ["a"]),
        (MappingProxyType({"a": OrderedDict(b=(Decimal(1),))}), {"a": {"b": [1]}}),
        ({Word.YES: None}, {"yes": None}),
    ],
)
def test_what_means_a_plain_value_becomes_one(value: Any, plain: Any) -> None:
    """Of exactly the types that JSON has, at any depth."""
    for given_value, expected in ((value, plain), ({"a": [value]}, {"a": [plain]})):
        found = to_plain(given_value, PLACE)
        assert found == expected
        assert json.loads(json.dumps(found)) == expected
    found = to_plain(value, PLACE)
    assert type(found) is type(plain)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (dt.date(2020, 1, 1), "a date cannot be sent; write it as a string, for example "),
        (pd.Timestamp("2020"), "a date cannot be sent"),
        (np.datetime64("2020"), "a date cannot be sent"),
        (dt.time(1), "a time cannot be sent"),
        (dt.timedelta(1), "a duration cannot be sent"),
        (np.timedelta64(1, "D"), "a duration cannot be sent"),
        (b"x", "bytes cannot be sent; write them as a string, for example value.decode()"),
        (bytearray(b"x"), "bytes cannot be sent"),
        (np.bytes_(b"x"), "bytes cannot be sent"),
        ({"a"}, "a set has no order; write a list, for example sorted(value)"),
        ({"b": 1}.keys(), "a set has no order"),
        (iter("a"), "an object of type str_ascii_iterator cannot be sent; write a list"),
        (np.array([1]), "an array cannot be sent; write it as a list, such as value.tolist()"),
        (pd.Series([1]), "an array cannot be sent"),
        ({1: "x"}, "a name must be a string, not int; write str(key)"),
        (pulumi.StringAsset("x"), "an asset cannot be sent; pass what it holds as a string"),
        (pulumi.FileArchive("."), "an asset cannot be sent"),
        (pathlib.Path("x"), "a path cannot be sent; write it as a string, for example str(value)"),
        (len, "a function cannot be sent; pass what it returns"),
        (Word, "a class cannot be sent"),
        (1j, "a complex number cannot be sent"),
        (float("nan"), "is missing (NaN, NaT or NA); leave it out, or set it to null with CLEAR"),
        (np.float32("nan"), "is missing"),
        (Decimal("NaN"), "is missing"),
        (pd.NA, "is missing"),
        (pd.NaT, "is missing"),
        (np.datetime64("NaT"), "is missing"),
        (float("inf"), "must be a finite number"),
        (Decimal("1E+400"), "must be a finite number"),
        (Decimal("sNaN"), "must be a finite number"),
        (Fraction(10**400), "must be a finite number"),
        (Decimal("0.1000000000000000055"), "cannot be held exactly as a double; declare it as a "),
        (Decimal("1E-1000000"), "cannot be held exactly as a double"),
        (Fraction(1, 3), "cannot be held exactly as a double"),
        (2**60, "holds a number beyond 2^53"),
        (Decimal(2**60), "cannot be held exactly as a double"),
        (Decimal("1E+20"), "holds a number beyond 2^53"),
        ("\ud800", "holds half a character"),
        (object(), "an object of type object cannot be sent; pass strings, numbers, True, False, "),
    ],
)
def test_what_would_not_arrive_as_it_is_is_refused(value: Any, reason: str) -> None:
    """In one line that names the resource, the field and what to write instead."""
    assert run_error(value).startswith(f"resource 'villa': attributes: {reason}")
    nested = {"house": [{"opening": value}]}
    line = run_error(nested)
    assert line.startswith(f"resource 'villa': attributes: house.0.opening: {reason}")


def test_a_resource_is_no_value() -> None:
    """Its outputs are."""
    resource = pulumi.Resource.__new__(pulumi.CustomResource)
    assert run_error(resource).endswith("pass one of its outputs, for example value.id [not-json]")


def test_what_holds_itself_is_refused() -> None:
    """Rather than followed for ever."""
    value: list[Any] = []
    value.append({"a": value})
    assert run_error(value) == (
        "resource 'villa': attributes: holds itself, or is nested too deeply [not-json]"
    )


def test_a_set_will_do_where_order_means_nothing() -> None:
    """In the same order in each run, as Pulumi would show another one as a change."""
    assert to_plain({"b.b", "a.a"}, EVENTS) == ["a.a", "b.b"]
    assert to_plain(frozenset(), EVENTS) == []
    assert run_error({"a.a", b"b.b"}, EVENTS).startswith("resource 'hook': events: 1: bytes cannot")
    assert run_error([{"a.a"}], EVENTS).startswith("resource 'hook': events: 0: a set has no order")


def test_a_refusal_is_one_line_whatever_the_names() -> None:
    """Names can hold anything."""
    assert run_error({"a\nb": b""}, ArgumentLocation("vil\nla", "body")).startswith(
        "resource 'vil la': body: a b: bytes cannot be sent"
    )


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_arrives_with_its_digits_or_not_at_all(value: Decimal) -> None:
    """Never as a neighbour."""
    try:
        found = to_plain(value, PLACE)
    except pulumi.RunError:
        assert Decimal(repr(float(value))) != value or abs(value) > LARGEST_EXACT_INTEGER
    else:
        assert Decimal(repr(found)) == value


@given(st.floats(-(2**50), 2**50, width=32))
def test_a_short_float_arrives_with_its_digits(value: float) -> None:
    """Those that it shows: who reads 0.1 means 0.1."""
    found = to_plain(np.float32(value), PLACE)
    assert np.float32(found) == np.float32(value)
    assert Decimal(repr(found)) == Decimal(str(np.float32(value)))


def test_no_argument_of_any_resource_causes_a_traceback() -> None:
    """Odd values in every argument, plain, nested, in outputs, secret and awaited."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "support.argument_fuzzing"],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
