"""Reading a portfolio from wherever the user says it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_setsmart.adoption.progress import null_progress
from pulumi_setsmart.adoption.source import read_source

SHARED = {
    "villa": {"name": "Villa", "stack": "lisbon"},
    "loft": {"name": "Loft", "stack": "porto"},
    "hut": {"name": "Hut"},
}


@pytest.mark.parametrize(
    ("other", "keys"),
    [
        ("stack:lisbon", ["villa", "hut"]),
        ("stack:org/porto", ["loft", "hut"]),
        ("account@lisbon", ["villa", "loft", "hut"]),
        ("", ["villa", "loft", "hut"]),
    ],
)
def test_a_file_is_compared_with_a_stack_as_far_as_it_is_its_own(
    tmp_path: Path, other: str, keys: list[str]
) -> None:
    """An account has the listings of all stacks, and a stack only its own."""
    path = tmp_path / "portfolio.json"
    path.write_text(json.dumps({"properties": SHARED}))
    source = read_source(str(path), tmp_path, {}, null_progress, other)
    assert [*source.sections["properties"]] == keys
