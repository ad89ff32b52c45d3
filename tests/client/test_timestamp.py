"""Moments that headers tell, whatever the unit."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import TEXTS

from pulumi_setsmart.client.timestamp import DAY, timestamp_in

NOW = 1_763_935_200.0
SOON = NOW + 30


@pytest.mark.parametrize(
    "text",
    [
        "1763935230",
        " 1763935230 ",
        "1763935230.0",
        "1.76393523e9",
        "1763935230000",
        "1763935230000.0",
        "1.76393523E12",
        "1763935230000000",
        "1763935230000000000",
        "30",
        "30.0",
        "030",
        email.utils.formatdate(SOON, usegmt=True),
        email.utils.formatdate(SOON),
        datetime.fromtimestamp(SOON, UTC).isoformat(),
        datetime.fromtimestamp(SOON, UTC).isoformat().replace("+00:00", "Z"),
        datetime.fromtimestamp(SOON, UTC).isoformat().removesuffix("+00:00"),
        datetime.fromtimestamp(SOON).astimezone().isoformat(),
    ],
)
def test_the_unit_of_a_time_is_the_possible_one(text: str) -> None:
    """Seconds, finer units, what is left, and dates all say the same."""
    assert timestamp_in(text, NOW) == pytest.approx(SOON, abs=0.001)


@pytest.mark.parametrize(("text", "moment"), [("0", NOW), ("86400", NOW + DAY), ("1.5", NOW + 1.5)])
def test_a_small_number_is_the_time_left(text: str, moment: float) -> None:
    """Up to a day of it."""
    assert timestamp_in(text, NOW) == moment


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "soon",
            "-1",
            "86401",
            "1620000000",
            "1620000000000",
            "9" * 30,
            "1e999",
            "nan",
            "inf",
        ),
        *("Infinity", "١٧٦٣٩٣٥٢٣٠", "0x10", "1_000", "30 s", "2099-01-01T00:00:00Z", "1e-9e9"),
        email.utils.formatdate(NOW + 2 * DAY, usegmt=True),
        email.utils.formatdate(NOW - 2 * DAY, usegmt=True),
    ],
)
def test_a_time_that_is_not_within_a_day_is_ignored(text: str) -> None:
    """Another year is no more a reset than a word."""
    assert timestamp_in(text, NOW) is None


@given(
    text=TEXTS
    | st.text("0123456789.eE+-:TZ GMT,MonJan", max_size=40)
    | st.integers(-5, 10**40).map(str)
    | st.floats().map(str)
    | st.datetimes().map(str)
    | st.datetimes().map(email.utils.format_datetime),
    now=st.floats(0, 1e11),
)
def test_no_string_gives_a_time_beyond_a_day(text: str, now: float) -> None:
    """Nor to a crash."""
    moment = timestamp_in(text, now)
    assert moment is None or abs(moment - now) <= DAY


@given(
    now=st.floats(1e9, 4e9),
    ahead=st.floats(-DAY + 2, DAY - 2),
    unit=st.sampled_from([1, 10**3, 10**6, 10**9]),
)
def test_every_reset_of_today_is_read_in_its_unit(now: float, ahead: float, unit: int) -> None:
    """Whatever the server's clock."""
    moment = timestamp_in(str(int((now + ahead) * unit)), now)
    assert moment == pytest.approx(now + ahead, abs=1.001)
