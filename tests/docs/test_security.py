"""What SECURITY.md claims: each protection names tests, and they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text()
HEADER = "| asset | threat | protection | test |"
ROWS = [
    line
    for line in TEXT.splitlines()
    if line.startswith("|") and line != HEADER and not line.startswith("|---")
]


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split(" | ")]


def test_security_md_names_protections() -> None:
    """There is something to look at below."""
    assert len(ROWS) > 60
    assert TEXT.count(HEADER) == TEXT.count("Not protected:") >= 8


@pytest.mark.parametrize("row", ROWS)
def test_each_protection_names_tests_that_are_there(row: str) -> None:
    """A test that is renamed or removed takes its claim along."""
    asset, threat, protection, tests = cells(row)
    assert asset
    assert threat
    assert protection
    named = re.findall(r"`(tests/[\w/]+\.py)`((?:: |, )`test_\w+`(?:, `test_\w+`)*)?", tests)
    assert named, tests
    for path, names in named:
        source = (ROOT / path).read_text()
        assert "def test_" in source
        for name in re.findall(r"test_\w+", names):
            assert f"def {name}(" in source, f"{path}: {name}"
    assert re.sub(r"`[^`]+`|[:,\s]", "", tests) == ""
