"""Declared against actual: only what is declared counts."""

import pytest
from hypothesis import example, given
from support.json_values import ANY_JSON, ANY_OBJECT

from pulumi_setsmart.lifecycle.comparison import (
    Mismatch,
    matches,
    mismatches,
    overlay,
    overwritten,
    project,
    reconcile,
    shape_of,
    shows_enough,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        (2, 2.0),
        (2.0, 2),
        (0.1, 0.1),
        ("a", "a"),
        (None, None),
        ({}, {"added": 1}),
        ({"a": 1}, {"a": 1.0, "b": 2}),
        ({"a": None}, {}),
        ({"a": {"b": None}}, {}),
        ([{"a": 1}, 2], [{"a": 1, "b": 2}, 2]),
    ],
)
def test_what_is_as_declared_matches(declared: Json, actual: Json) -> None:
    """Undeclared members do not count, and numbers are compared by their value."""
    assert matches(declared, actual)


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        (True, 1),
        (1, True),
        (False, 0),
        ("2", 2),
        ("", None),
        (0, None),
        (False, None),
        (None, ""),
        ({}, None),
        ({"a": {"b": 1}}, {}),
        ([], None),
        ([], {}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [1]),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        (UNKNOWN, UNKNOWN),
        ({"a": UNKNOWN}, {"a": "x"}),
    ],
)
def test_what_is_not_as_declared_does_not_match(declared: Json, actual: Json) -> None:
    """Types count, so do order and length of lists, and what is not known matches nothing."""
    assert not matches(declared, actual)


def test_mismatches_tell_every_place() -> None:
    """Differences have JSON pointers as deep as both sides go."""
    declared: Json = {"a/b": {"c": [1, {"d": 2}]}, "e": [1], "same": 1}
    actual: Json = {"a/b": {"c": [5, {"d": 6, "x": 0}]}, "e": [1, 2], "same": 1.0}
    assert list(mismatches(declared, actual)) == [
        Mismatch("/a~1b/c/0", 1, 5),
        Mismatch("/a~1b/c/1/d", 2, 6),
        Mismatch("/e", [1], [1, 2]),
    ]


def test_a_place_is_called_as_a_person_calls_it() -> None:
    """Warnings and reports name a field alike, also where a name holds what pointers escape."""
    [mismatch] = mismatches({"a/b": {"~c": [1]}}, {"a/b": {"~c": [2]}})
    assert mismatch.name == "a/b.~c.0"


@given(ANY_JSON)
def test_everything_matches_itself(value: Json) -> None:
    """A server that stores what it is sent causes no drift."""
    assert matches(value, value)


@given(ANY_OBJECT, ANY_OBJECT)
def test_an_overlay_is_as_declared_and_loses_nothing(
    fields: dict[str, Json], declared: dict[str, Json]
) -> None:
    """What is sent has every declared value, and keeps every undeclared field."""
    laid = overlay(fields, declared)
    assert matches(declared, laid)
    assert {name: laid[name] for name in fields if name not in declared} == {
        name: value for name, value in fields.items() if name not in declared
    }


@given(ANY_OBJECT, ANY_OBJECT)
@example({"a": {"b": None}}, {})
@example({"a": {}}, {"a": None})
def test_the_projection_tells_as_much_as_the_whole(
    declared: dict[str, Json], actual: dict[str, Json]
) -> None:
    """Nothing that matters for a comparison is lost when only the declared part is kept."""
    projected = project(shape_of(declared), actual)
    assert projected.keys() == declared.keys()
    assert matches(declared, projected) == matches(declared, actual)


@given(ANY_OBJECT, ANY_OBJECT)
def test_a_projection_projects_to_itself(
    declared: dict[str, Json], actual: dict[str, Json]
) -> None:
    """Reading twice what did not change shows the same twice."""
    once = project(shape_of(declared), actual)
    assert project(shape_of(declared), once) == once


@given(ANY_OBJECT, ANY_OBJECT, ANY_OBJECT)
@example({"a": [1]}, {"a": [1, "b"]}, {"a": [1, 2, {"b": 1}]})
@example({"a": {"b": 1}, "c": 1}, {}, {"a": {"b": None}})
@example({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"c": 1}]}, {"a": [{"b": 1}, {"c": 1, "d": 1}]})
def test_a_shape_that_shows_enough_hides_no_difference(
    one: dict[str, Json], other: dict[str, Json], actual: dict[str, Json]
) -> None:
    """What another shape declares is compared as if it were shown by that one."""
    shapes = shape_of(one), shape_of(other)
    shown = project(shapes[0], actual)
    assert shows_enough(shapes[0], shapes[0], shown)
    if shows_enough(*shapes, shown):
        assert matches(other, shown) == matches(other, actual)


@pytest.mark.parametrize(
    ("shown", "declared", "actual", "is_enough"),
    [
        ({"a": 1, "b": 1}, {"a": 1}, {"a": 1}, True),
        ({"a": 1, "b": 1}, {"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": {"b": {"c": 1}}}, {"a": {}}, {"a": None}, True),
        ({"a": {"b": {"c": 1}}}, {"a": {}}, {"a": {"b": {"c": 2}}}, False),
        ({"a": 1}, {"a": None, "b": None}, {"a": 1}, False),
        ({"a": {}}, {"a": {"b": 1}}, {"a": {}}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}] * 2}, {"a": [{"b": 1}] * 2}, True),
        ({"a": [{"b": 1}] * 2}, {"a": [{"b": 1}]}, {"a": [{"b": 1}]}, True),
        ({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, {"a": [{"b": None}]}, False),
        ({"a": [1]}, {"a": ["x", None]}, {"a": ["x", None]}, True),
        ({"a": [{"b": 1}]}, {"a": 1}, {"a": 1}, False),
    ],
)
def test_a_shape_shows_enough_if_what_is_no_longer_declared_is_null(
    shown: dict[str, Json], declared: dict[str, Json], actual: dict[str, Json], *, is_enough: bool
) -> None:
    """A further declaration counts even if it is null, for what comes in its place is drift."""
    shape = shape_of(shown)
    assert shows_enough(shape, shape_of(declared), project(shape, actual)) == is_enough


def test_a_missing_member_keeps_its_place() -> None:
    """A declared member that is gone shows as null at its place, at any depth."""
    shape = shape_of({"wifi": {"password": "x", "name": "y"}, "note": "z"})
    assert project(shape, {"other": 1}) == {"wifi": {"password": None, "name": None}, "note": None}


def test_an_overlay_goes_into_nested_objects() -> None:
    """Members that others added inside a declared object stay."""
    assert overlay({"wifi": {"name": "old", "speed": 9}, "beds": 2}, {"wifi": {"name": "new"}}) == {
        "wifi": {"name": "new", "speed": 9},
        "beds": 2,
    }


@pytest.mark.parametrize(
    ("actual", "declared", "laid"),
    [
        ([{"n": 1, "x": 10}, {"n": 2, "x": 20}], [{"n": 2}, {"n": 1}], [(2, 20), (1, 10)]),
        ([{"n": 1, "x": 10}, {"n": 2, "x": 20}], [{"n": 0}, {"n": 1}, {"n": 2}],
         [(0, None), (1, 10), (2, 20)]),
        ([{"n": 1, "x": 10}, {"n": 2, "x": 20}], [{"n": 2}], [(2, 20)]),
        ([{"n": 1, "x": 10}, {"n": 2, "x": 20}], [{"n": 1}, {"n": 3}], [(1, 10), (3, 20)]),
        ([{"n": 1, "x": 10}], [{"n": 1}, {"n": 1}], [(1, 10), (1, None)]),
    ],
)  # fmt: skip
def test_elements_take_their_additions_along(
    actual: list[Json], declared: list[Json], laid: list[tuple[int, int | None]]
) -> None:
    """An element that was moved, or stayed among others, keeps what the server added to it."""
    result = overlay({"rooms": actual}, {"rooms": declared})["rooms"]
    assert isinstance(result, list)
    pairs = [(room["n"], room.get("x")) for room in result if isinstance(room, dict)]
    assert pairs == laid


def test_reconcile_keeps_ours_where_the_server_speaks_of_the_same() -> None:
    """An accepted value is replaced by ours at its own place only."""
    accepted = {("/name", "villa"), ("/times/0", "15:00")}
    assert reconcile(
        {"name": "Villa", "times": ["3 PM", "10 AM"], "beds": 2},
        {"name": "villa", "times": ["15:00", "11:00"], "beds": 3},
        lambda path, actual: (path, actual) in accepted,
    ) == {"name": "Villa", "times": ["3 PM", "11:00"], "beds": 3}


@pytest.mark.parametrize(
    ("declared", "known", "actual", "paths"),
    [
        ({"a": 1}, {"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 1}, {"a": 2}, ["/a"]),
        ({"a": 1}, {"a": 1}, {}, ["/a"]),
        ({"a": 2}, {"a": 1}, {"a": 3}, []),  # the program asks for another value itself
        ({"a": 2, "b": 1}, {"a": 1, "b": 1}, {"a": 1, "b": 5}, ["/b"]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 1}}, {"a": {"b": 9, "c": 9}}, ["/a/b"]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": 5}, []),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1, 5]}, []),
        ({"a": 1}, {}, {"a": 2}, []),  # it is new to us
    ],
)
def test_drift_is_separate_from_changes_of_the_program(
    declared: Json, known: Json, actual: Json, paths: list[str]
) -> None:
    """Only where the program declares what was there when we last looked."""
    assert [mismatch.path for mismatch in overwritten(declared, known, actual)] == paths
