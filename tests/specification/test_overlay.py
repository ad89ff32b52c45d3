"""What differs in an environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.messages import raises

from pulumi_setsmart import CLEAR, PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.reading import read_portfolio

BASE = """\
properties:
  villa:
    name: Villa
    address: 1 Road
    attributes: {pets: true, rooms: [{beds: 2}, {beds: 1}], house: {quiet: "22"}}
  loft:
    name: Loft
webhooks:
  bookings: {url: "https://hooks.example/", events: [reservation.created]}
"""


def files(folder: Path, *texts: str) -> list[Path]:
    """Return a file for each text."""
    paths = [folder / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def test_an_overlay_changes_fields_by_key(tmp_path: Path) -> None:
    """Objects member by member, lists as a whole; what it does not name stays."""
    base, overlay = files(
        tmp_path,
        BASE,
        """
        properties:
          villa:
            name: "[staging] Villa"
            address: null
            attributes: {rooms: [{beds: 3}], house: {smoking: false}}
        webhooks:
          bookings: {url: "https://staging.example/"}
        """,
    )
    loaded = read_portfolio(base, overlays=[overlay])
    villa = loaded.properties["villa"]
    assert (villa.name, villa.address) == ("[staging] Villa", CLEAR)
    assert villa.attributes == {
        "pets": True,
        "rooms": [{"beds": 3}],
        "house": {"quiet": "22", "smoking": False},
    }
    assert loaded.properties["loft"] == read_portfolio(base).properties["loft"]
    assert loaded.webhooks["bookings"].url == "https://staging.example/"
    assert loaded.webhooks["bookings"].events == ["reservation.created"]


def test_an_overlay_leaves_out_and_adds(tmp_path: Path) -> None:
    """A null entry is not in this environment; a new one has to be whole."""
    base, overlay = files(
        tmp_path, BASE, "properties: {loft: null, cabin: {name: Cabin}}\nwebhooks:\n"
    )
    loaded = read_portfolio(base, [overlay])
    assert [*loaded.properties] == ["villa", "cabin"]


def test_a_section_that_is_null_in_an_overlay_changes_nothing(tmp_path: Path) -> None:
    """An empty section is one in which nothing was written yet."""
    base, *overlays = files(tmp_path, BASE, "properties:\nwebhooks:\n", "")
    assert read_portfolio(base, overlays) == read_portfolio(base)


def test_overlays_are_applied_in_their_order(tmp_path: Path) -> None:
    """The last one wins, and may change what an earlier one added."""
    paths = files(
        tmp_path,
        BASE,
        "properties: {cabin: {name: Cabin, bedrooms: 1}}",
        "properties: {cabin: {bedrooms: 2}, villa: {name: Last}}",
    )
    loaded = read_portfolio(paths[0], paths[1:])
    assert (loaded.properties["cabin"].name, loaded.properties["cabin"].bedrooms) == ("Cabin", 2)
    assert loaded.properties["villa"].name == "Last"


@pytest.mark.parametrize(
    ("overlay", "code", "location"),
    [
        ("properties:\n  lofd: null", "nothing-to-remove", "2:3: properties.lofd:"),
        ("properties:\n  lofd: {bedrooms: 1}", "required", "2:3: properties.lofd.name:"),
        (
            "properties:\n  loft:\n    bedrooms: x",
            "invalid-value",
            "3:15: properties.loft.bedrooms:",
        ),
        ("properties:\n  loft: []", "invalid-portfolio", "2:9: properties.loft:"),
        (
            "properties:\n  villa:\n    attributes: {id: 1}",
            "id-not-declarable",
            "3:18: properties.villa.attributes.id:",
        ),
        ("properties: 5", "invalid-portfolio", "1:13: properties:"),
    ],
)
def test_an_error_in_an_overlay_names_its_line(
    tmp_path: Path, overlay: str, code: str, location: str
) -> None:
    """A mistaken key is no silent loss."""
    base, path = files(tmp_path, BASE, overlay)
    with raises(PortfolioFileError, MessageCode(code), f"{path}:{location}"):
        read_portfolio(base, [path])


def test_an_error_in_the_base_names_its_own_line(tmp_path: Path) -> None:
    """Even if an overlay changes the same listing."""
    spoiled = BASE.replace("    name: Loft", "    name: 5")
    base, overlay = files(tmp_path, spoiled, "properties: {loft: {bedrooms: 1}}")
    with raises(
        PortfolioFileError, MessageCode.INVALID_VALUE, f"{base}:7:11: properties.loft.name:"
    ):
        read_portfolio(base, [overlay])


def test_an_error_in_the_base_below_an_empty_cell_names_its_own_line(tmp_path: Path) -> None:
    """A table that is laid over it has a place for the field, and declares nothing there."""
    [base] = files(tmp_path, BASE.replace("    name: Loft", "    name: 5"))
    overlay = tmp_path / "overlay.csv"
    overlay.write_text("resource_name,name,bedrooms\nloft,,1\n")
    with raises(
        PortfolioFileError, MessageCode.INVALID_VALUE, f"{base}:7:11: properties.loft.name:"
    ):
        read_portfolio(base, [overlay])
