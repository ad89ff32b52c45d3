"""DESIGN.md, which is for developers: it is not part of the site."""

import re
from pathlib import Path

from support.documentation_page import ROOT

DESIGN = ROOT / "DESIGN.md"


def links(file: Path) -> dict[str, tuple[Path, str]]:
    """Return where the links that a file defines lead, by their labels: a file and a heading."""
    found = re.findall(r"^\[([^\]]+)\]: ([^\s#]+)(\S*)$", file.read_text(), re.MULTILINE)
    return {label: ((file.parent / path).resolve(), heading) for label, path, heading in found}


def test_its_links_lead_to_files() -> None:
    """Of the clone."""
    found = [path for path, _ in links(DESIGN).values()]
    assert len(found) > 5
    assert [str(path) for path in found if not path.is_file()] == []


def test_each_link_is_used_and_defined() -> None:
    """A label without a definition would be shown as it is written."""
    text = DESIGN.read_text()
    used = {label or shown for shown, label in re.findall(r"\[([^\]]+)\]\[([^\]]*)\]", text)}
    assert {re.sub(r"\s+", " ", label) for label in used} == links(DESIGN).keys()


def test_the_glossary_is_short() -> None:
    """Words that need no explanation are better than one more term."""
    glossary = DESIGN.read_text().split("## Glossary")[1].split("\n## ")[0]
    assert 2 < len(re.findall(r"^\| ", glossary, re.MULTILINE)) <= 21  # the first one is the head
