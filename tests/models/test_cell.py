"""Fields in the cells of a spreadsheet."""

import pytest

from pulumi_setsmart.lifecycle.kind import KINDS
from pulumi_setsmart.models.constraint import (
    EventNames,
    FieldConstraint,
    RealNumber,
    String,
    WebUrl,
    WholeNumber,
)
from pulumi_setsmart.models.json import Json

VALUES: dict[type, list[Json]] = {
    String: ["Villa", "15:00", "12", "=1+1", "'=1", "a, b", "true"],
    WholeNumber: [0, 3, 2**53],
    RealNumber: [0, 1.5, 1e-7, 2],
    WebUrl: ["https://a.example/?x=1"],
    EventNames: [["*"], ["a.b", "b.c"]],
}
IN_USE = {type(field.constraint) for kind in KINDS for field in kind.fields}


def test_each_constraint_of_a_field_is_tried() -> None:
    """A new one says how a cell holds its values, and is added here."""
    assert VALUES.keys() == IN_USE


@pytest.mark.parametrize(
    "constraint",
    [String(), String(blank=True), WholeNumber(0), RealNumber(0), WebUrl(), EventNames()],
    ids=str,
)
def test_a_cell_is_read_as_what_was_written(constraint: FieldConstraint) -> None:
    """A string that looks like a number, a time or a list stays one; nothing is lost."""
    for value in VALUES[type(constraint)]:
        assert constraint.violation(value) is None
        again = constraint.from_cell(constraint.to_cell(value))
        assert (type(again), again) == (type(value), value)


@pytest.mark.parametrize("cell", ["a", "[1", "[" * 100_000, ""])
def test_a_list_is_json(cell: str) -> None:
    """What is none is refused in the words of a user."""
    with pytest.raises(ValueError, match=r"\[.*\]"):
        EventNames().from_cell(cell)
