"""By what an object is known again, where its id is not known."""

import pytest

from pulumi_setsmart.lifecycle.identity import is_same
from pulumi_setsmart.models.json import Json


@pytest.mark.parametrize(
    ("declared", "actual", "same"),
    [("7", 7, True), (7, "7", True), (7, 7.0, True), ("07", 7, False), ("1", True, False)],
)
def test_an_id_is_the_same_as_a_string_and_as_a_number(
    declared: Json,
    actual: Json,
    same: bool,  # noqa: FBT001 -- an expectation
) -> None:
    """Programs hold ids as strings, and servers may show them as numbers."""
    assert is_same({"property_id": declared}, {"property_id": actual}) == same
