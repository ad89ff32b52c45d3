"""Who changed a field, found by comparing three sides."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.json_values import ANY_OBJECT

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.reporting.field_change import ABSENT, Cause, field_changes


def changes_between(
    last: Any, current: Any, planned: Any
) -> list[tuple[str, Any, Any, Any, Cause]]:
    return [
        (change.name, change.last, change.current, change.planned, change.cause)
        for change in field_changes(last, current, planned)
    ]


@pytest.mark.parametrize(
    ("last", "current", "planned", "cause"),
    [
        (3, 3, 4, Cause.PROGRAM),
        (3, 5, 3, Cause.DRIFT),
        (3, 5, 4, Cause.BOTH),
        (3, 5, 5, Cause.BOTH),
        (ABSENT, 5, 4, Cause.PROGRAM),
        (ABSENT, ABSENT, 4, Cause.PROGRAM),
        (ABSENT, 4, 4, Cause.PROGRAM),
        (3, 3, ABSENT, Cause.PROGRAM),
        (3, ABSENT, 3, Cause.DRIFT),
        (True, 1, True, Cause.DRIFT),
        (None, 2, None, Cause.DRIFT),
    ],
)
def test_a_field_is_changed_by_whom_it_is_changed(
    last: Any, current: Any, planned: Any, cause: Cause
) -> None:
    """By the program, by somebody at SetSmart, or by both."""
    sides = [{} if side is ABSENT else {"beds": side} for side in (last, current, planned)]
    assert changes_between(*sides) == [("beds", last, current, planned, cause)]


@pytest.mark.parametrize(
    ("last", "current", "planned"), [(2, 2.0, 2), (None, None, None), (None, ABSENT, None)]
)
def test_what_is_the_same_is_no_change(last: Any, current: Any, planned: Any) -> None:
    """However it is written."""
    sides = [{} if side is ABSENT else {"beds": side} for side in (last, current, planned)]
    assert changes_between(*sides) == []


def test_what_nobody_declares_is_left_alone() -> None:
    """Neither now nor before."""
    assert changes_between({}, {"pets": True}, {}) == []
    assert changes_between({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}) == []


def test_a_nested_change_is_reported_by_its_full_path() -> None:
    """In objects by name, in lists of objects by place; other lists as a whole."""
    last = {"rooms": [{"beds": 1}, {"beds": 2}], "tags": ["a"], "rules": {"pets": True}}
    current = {"rooms": [{"beds": 1}, {"beds": 5}], "tags": ["a"], "rules": {"pets": False}}
    planned = {"rooms": [{"beds": 1}, {"beds": 2}], "tags": ["a", "b"], "rules": {"pets": True}}
    assert changes_between(last, current, planned) == [
        ("rooms.1.beds", 2, 5, 2, Cause.DRIFT),
        ("tags", ["a"], ["a"], ["a", "b"], Cause.PROGRAM),
        ("rules.pets", True, False, True, Cause.DRIFT),
    ]
    assert changes_between({"rooms": [{"beds": 1}]}, {"rooms": [{"beds": 1}]}, {"rooms": []}) == [
        ("rooms", [{"beds": 1}], [{"beds": 1}], [], Cause.PROGRAM)
    ]


def test_a_field_has_the_name_that_the_program_gives_it() -> None:
    """Not the one that its path has."""
    changes = changes_between({"rules": {"cats/dogs ~1": 1}}, {}, {"rules": {"cats/dogs ~1": 2}})
    assert [name for name, *_ in changes] == ["rules.cats/dogs ~1"]


@given(ANY_OBJECT)
def test_three_times_the_same_is_no_change(fields: dict[str, Any]) -> None:
    """Whatever it is."""
    assert changes_between(fields, fields, fields) == []


@given(ANY_OBJECT, ANY_OBJECT)
def test_nothing_is_missed(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Where sides differ in what is declared, a change says so, and by whom it is."""
    same = is_equal(one, other)
    drift = changes_between(one, {**other, **{key: other.get(key) for key in one}}, one)
    assert all(cause is Cause.DRIFT for *_, cause in drift)
    program = changes_between(one, one, other)
    assert bool(program) == (not same)
    assert all(cause is Cause.PROGRAM for *_, cause in program)


@given(st.lists(ANY_OBJECT, min_size=3, max_size=3))
def test_each_path_is_reported_once(sides: list[dict[str, Any]]) -> None:
    """Whatever the three are."""
    last, current, planned = sides
    paths = [change.path for change in field_changes(last, current, planned)]
    assert len(paths) == len(set(paths))
