"""The documentation, followed word for word with the real engine."""

from pathlib import Path

import pytest
from page import ROOT, Page, joined

DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial.md"
GROUND = Page.read(TUTORIAL, until="## 3. Declare listings")
GUIDES = sorted(path for path in DOCS.rglob("*.md") if path != TUTORIAL and Page.read(path).blocks)


def installed(pulumi: Path) -> list[tuple[str, str]]:
    """Return what a test does instead of installing: the package is there, and Pulumi."""
    return [
        ("make setup\n", ""),
        (". .venv/bin/activate\n", f"export PATH={pulumi.parent}:$PATH\n"),
        ("clone=$PWD", f"clone={ROOT}"),
    ]


def test_the_tutorial_leads_from_nothing_to_gitops(pulumi: Path, tmp_path: Path) -> None:
    """Every command does what the page says, and prints what it shows."""
    Page.read(TUTORIAL).follow(tmp_path, installed(pulumi))


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_does_what_it_says(pulumi: Path, tmp_path: Path, path: Path) -> None:
    """Begun where the tutorial has a SetSmart and a project, every block of it runs."""
    joined([GROUND, Page.read(path)]).follow(tmp_path, installed(pulumi))
