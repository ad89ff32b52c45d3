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
from support.messages import message

from pulumi_setsmart import CLEAR
from pulumi_setsmart.models.json import LARGEST_EXACT_INTEGER
from pulumi_setsmart.models.message_code import MessageCode
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
    """Return the message of the error that a value causes."""
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
def test_a_python_value_becomes_a_plain_one(value: Any, plain: Any) -> None:
    """Of exactly the types that JSON has, at any depth."""
    for given_value, expected in ((value, plain), ({"a": [value]}, {"a": [plain]})):
        found = to_plain(given_value, PLACE)
        assert found == expected
        assert json.loads(json.dumps(found)) == expected
    found = to_plain(value, PLACE)
    assert type(found) is type(plain)


@pytest.mark.parametrize(
    ("value", "code", "fact"),
    [
        (dt.date(2020, 1, 1), "not-json", "value.isoformat()"),
        (pd.Timestamp("2020"), "not-json", "value.isoformat()"),
        (np.datetime64("2020"), "not-json", "value.isoformat()"),
        (dt.time(1), "not-json", "value.isoformat()"),
        (dt.timedelta(1), "not-json", "value.total_seconds()"),
        (np.timedelta64(1, "D"), "not-json", "value.total_seconds()"),
        (b"x", "not-json", "value.decode()"),
        (bytearray(b"x"), "not-json", "value.decode()"),
        (np.bytes_(b"x"), "not-json", "value.decode()"),
        ({"a"}, "not-json", "sorted(value)"),
        ({"b": 1}.keys(), "not-json", "sorted(value)"),
        (iter("a"), "not-json", "str_ascii_iterator"),
        (np.array([1]), "not-json", "value.tolist()"),
        (pd.Series([1]), "not-json", "value.tolist()"),
        ({1: "x"}, "not-json", "str(key)"),
        (pulumi.StringAsset("x"), "not-json", "an asset"),
        (pulumi.FileArchive("."), "not-json", "an asset"),
        (pathlib.Path("x"), "not-json", "str(value)"),
        (len, "not-json", "a function"),
        (Word, "not-json", "a class"),
        (1j, "not-json", "a complex number"),
        (float("nan"), "missing-value", "CLEAR"),
        (np.float32("nan"), "missing-value", "CLEAR"),
        (Decimal("NaN"), "missing-value", "CLEAR"),
        (pd.NA, "missing-value", "CLEAR"),
        (pd.NaT, "missing-value", "CLEAR"),
        (np.datetime64("NaT", "D"), "missing-value", "CLEAR"),
        (float("inf"), "inexact-number", "finite"),
        (Decimal("1E+400"), "inexact-number", "finite"),
        (Decimal("sNaN"), "missing-value", "CLEAR"),
        (Fraction(10**400), "inexact-number", "finite"),
        (Decimal("0.1000000000000000055"), "inexact-number", "str(value)"),
        (Decimal("1E-1000000"), "inexact-number", "str(value)"),
        (Fraction(1, 3), "inexact-number", "str(value)"),
        (2**60, "inexact-number", "2^53"),
        (10**400, "inexact-number", "2^53"),
        (float("-inf"), "inexact-number", "finite"),
        (Decimal(2**60), "inexact-number", "str(value)"),
        (Decimal("1E+20"), "inexact-number", "2^53"),
        ("\ud800", "invalid-value", "character"),
        (object(), "not-json", "object"),
    ],
)
def test_a_value_that_would_change_on_the_way_is_rejected(value: Any, code: str, fact: str) -> None:
    """In one line that names the resource, the field and what to write instead."""
    expected = MessageCode(code)
    assert run_error(value) == message(expected, "resource 'villa': attributes:", fact)
    line = run_error({"house": [{"opening": value}]})
    assert line == message(expected, "resource 'villa': attributes: house.0.opening:", fact)
    assert "\n" not in line


def test_a_resource_is_no_value() -> None:
    """Its outputs are."""
    resource = pulumi.Resource.__new__(pulumi.CustomResource)
    assert run_error(resource) == message(MessageCode.NOT_JSON, "value.id")


def test_a_value_that_contains_itself_is_rejected() -> None:
    """Rather than followed for ever."""
    value: list[Any] = []
    value.append({"a": value})
    assert run_error(value) == message(MessageCode.NOT_JSON, "resource 'villa': attributes:")


def test_a_set_will_do_where_order_means_nothing() -> None:
    """In the same order in each run, as Pulumi would show another one as a change."""
    assert to_plain({"b.b", "a.a"}, EVENTS) == ["a.a", "b.b"]
    assert to_plain(frozenset(), EVENTS) == []
    for value, location, fact in (
        ({"a.a", b"b.b"}, "resource 'hook': events: 1:", "value.decode()"),
        ([{"a.a"}], "resource 'hook': events: 0:", "sorted(value)"),
    ):
        assert run_error(value, EVENTS) == message(MessageCode.NOT_JSON, location, fact)


def test_an_error_is_one_line_whatever_the_names() -> None:
    """Names can hold anything."""
    line = run_error({"a\nb": b""}, ArgumentLocation("vil\nla", "body"))
    assert line == message(MessageCode.NOT_JSON, "resource 'vil la': body: a b:", "value.decode()")
    assert "\n" not in line


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_arrives_with_its_digits_or_not_at_all(value: Decimal) -> None:
    """It never becomes another number."""
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
