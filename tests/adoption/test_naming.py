"""Names for resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_setsmart.adoption.naming import resource_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('Sea "Villa" 🏖', "sea-villa"),
        ("Café d'Été", "café-d-été"),
        ("בית הים", "בית-הים"),
        ("A/B::C", "a-b-c"),
        ("🏖", "property"),
        ("", "property"),
    ],
)
def test_a_name_can_be_read(title: str, name: str) -> None:
    """It is made of the title's letters and digits, in its own script."""
    assert resource_name(title, "property", ()) == name


def test_equal_titles_get_numbers() -> None:
    """Counted on from what is taken, whoever took it."""
    assert resource_name("Studio", "property", {"studio"}) == "studio-2"
    assert resource_name("Studio", "property", {"studio", "studio-2"}) == "studio-3"
    assert resource_name("Studio 2", "property", {"studio", "studio-2"}) == "studio-2-2"


@given(st.lists(st.text() | st.sampled_from(["a", "a 2", "A", "a-2-2"])))
def test_names_are_unique_and_fit_into_a_urn(titles: list[str]) -> None:
    """Whatever people call their listings."""
    names: list[str] = []
    for title in titles:
        names.append(resource_name(title, "webhook subscription", names))
    assert len(set(names)) == len(names)
    assert all(name and name == name.strip() and "::" not in name for name in names)
