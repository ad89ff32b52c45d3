"""What is generated from the definitions of the fields."""

from pathlib import Path

import pytest
from resource_modules import FILES, render


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_the_resources_are_those_of_the_definitions(path: Path) -> None:
    """Whoever changes a definition runs `make resources`, and commits the modules."""
    assert path.read_text(encoding="utf-8") == render(path), "run `make resources`"
