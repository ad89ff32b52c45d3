"""The report and the dashboard have one style: colours and sizes are defined in one file."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "pulumi_setsmart"
SHARED = PACKAGE / "style" / "shared.css"
USERS = (
    PACKAGE / "reporting" / "templates" / "report.html.j2",
    PACKAGE / "sandbox" / "dashboard" / "templates" / "dashboard.css",
)


def schemes() -> list[dict[str, str]]:
    """Return the variables of the light and of the dark scheme, which changes some of them."""
    light, dark = SHARED.read_text().split("@media (prefers-color-scheme: dark)")
    first = dict(re.findall(r"--([\w-]+): ([^;]+);", light))
    return [first, first | dict(re.findall(r"--([\w-]+): ([^;]+);", dark))]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("file", USERS, ids=lambda file: file.name)
def test_there_is_one_style(file: Path) -> None:
    """Both include the shared file, define no colour of their own, and use what it defines."""
    text = file.read_text()
    assert '{% include "shared.css" %}' in text
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text) == []
    used = set(re.findall(r"var\(--([\w-]+)\)", text))
    assert used - schemes()[0].keys() == set()


def test_each_colour_has_a_dark_one() -> None:
    """One that was forgotten would be as bright as by day."""
    light, dark = schemes()
    colours = {name for name, value in light.items() if value.startswith("#")}
    assert colours == {name for name in light if light[name] != dark[name]}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *(
            (front, back, 4.5)
            for front in ("front", "quiet", "accent")
            for back in ("back", "card")
        ),
        *((tone, f"{tone}-back", 4.5) for tone in ("good", "warn", "bad", "info")),
        *((tone, back, 4.5) for tone in ("warn", "bad") for back in ("back", "card")),
        ("on-accent", "accent", 4.5),
        ("field", "back", 3.0),
    ],
)
def test_colours_can_be_told_apart(front: str, back: str, least: float, scheme: int) -> None:
    """As WCAG 2.2 asks at level AA: 4.5 for text, 3 for the border of an input."""
    variables = schemes()[scheme]
    assert contrast(variables[front], variables[back]) >= least
