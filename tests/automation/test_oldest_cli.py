"""The oldest CLI, wherever a file that is not Python has to name it as well."""

import tomllib

import pytest
from support.documentation_page import ROOT

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI

MAJOR, MINOR, PATCH = OLDEST_CLI


def test_it_is_that_of_the_oldest_sdk() -> None:
    """Pulumi releases both together, so users have one number to think of."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert PATCH == 0
    assert f"pulumi>={MAJOR}.{MINOR},<{MAJOR + 1}" in project["dependencies"]


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_a_first_stack_is_explained(page: str) -> None:
    """Who has an older one learns why `make setup` builds another."""
    assert f"yours if it is {MAJOR}.{MINOR} or later" in (ROOT / page).read_text()
