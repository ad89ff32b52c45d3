"""Three ways to start, each from nothing: as few commands as a person has to type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.documentation_page import Page
from support.spreadsheets import xlsx

SETTINGS = (
    "export SETSMART_BASE_URL=http://127.0.0.1:8787/v1 SETSMART_API_KEY=sandbox-key"
    " PULUMI_CONFIG_PASSPHRASE=choose-your-own PULUMI_SKIP_CONFIRMATIONS=true"
)
START = (
    "make setup",
    ". .venv/bin/activate",
    "pulumi-setsmart sandbox --detach --port 8787",
    SETTINGS,
)
CHANGE = (
    "curl --silent --header 'X-API-Key: sandbox-key' --request PUT"
    """ $SETSMART_BASE_URL/properties/prop_1 --data '{"name": "Pine Cabin", "bedrooms": 5}'"""
)
ENGINEER = (
    "pulumi-setsmart init ~/flats --example --backend state",
    "cd ~/flats",
    "pulumi up",
    CHANGE,
    "pulumi preview --diff",
)
SPREADSHEET = (
    "pulumi-setsmart convert flats.xlsx --yes",
    "pulumi-setsmart init --backend state",
    "pulumi up",
    "pulumi preview --expect-no-changes",
)
TEAM = (
    "pulumi-setsmart init ~/team --example --workflows gitlab --backend state",
    'make --directory "$clone" wheel INTO=$HOME/team',
    "cd ~/team",
    "pulumi up",
    "git init --quiet --initial-branch main && git add . && git commit --quiet --message Portfolio",
    "git switch --quiet --create more-guests",
    "sed -i.bak 's/max_guests: 6/max_guests: 7/' portfolio.yaml",
    "git commit --quiet --all --message 'Seven guests'",
    "pulumi-setsmart report --format html --output report.html",
)
MOST = {"engineer": 9, "spreadsheet": 8, "team": 13}


def typed(commands: tuple[str, ...]) -> Page:
    """Return a page with what a person types."""
    return Page.of("```sh\n" + "\n".join((*START, *commands)) + "\n```\n", "a way to start")


def follow(pulumi: Path, home: Path, commands: tuple[str, ...]) -> str:
    """Type the commands, each on a line of its own, and return what they print."""
    clone = Path(__file__).parents[2]
    author = "export GIT_AUTHOR_NAME=You GIT_AUTHOR_EMAIL=you@example.com"
    committer = "export GIT_COMMITTER_NAME=You GIT_COMMITTER_EMAIL=you@example.com"
    made = f"export PATH={pulumi.parent}:$PATH clone={clone}\n{author}\n{committer}\n"
    return typed(commands).follow(home, [("make setup\n", ""), (". .venv/bin/activate\n", made)])


@pytest.mark.parametrize(
    ("way", "commands"), [("engineer", ENGINEER), ("spreadsheet", SPREADSHEET), ("team", TEAM)]
)
def test_the_commands_are_few(way: str, commands: tuple[str, ...]) -> None:
    """More of them is a decision; the sandbox and the settings of the trial count."""
    assert len((*START, *commands)) == MOST[way]


def test_an_engineer_sees_drift(pulumi: Path, tmp_path: Path) -> None:
    """From a clone to what somebody changed outside Pulumi."""
    printed = follow(pulumi, tmp_path, ENGINEER)
    assert re.search(r"~ bedrooms *: 5 => \d", printed)


def test_a_spreadsheet_of_sixty_rows_ends_in_a_clean_preview(pulumi: Path, tmp_path: Path) -> None:
    """Without a line of Python or YAML."""
    rows = [(f"Flat {number}", number % 4 + 1, f"{number} Quay Street") for number in range(60)]
    (tmp_path / "flats.xlsx").write_bytes(xlsx(("Name", "Bedrooms", "Address"), *rows))
    printed = follow(pulumi, tmp_path, SPREADSHEET)
    assert re.search(r"\+ 62 created", printed)
    assert re.search(r"62 unchanged", printed)


def test_a_team_gets_a_report_for_its_merge_request(pulumi: Path, tmp_path: Path) -> None:
    """The pipeline is there, and the report names what the branch changes."""
    follow(pulumi, tmp_path, TEAM)
    folder = tmp_path / "team"
    assert (folder / ".gitlab-ci.yml").is_file()
    assert [*(folder / "wheels").glob("*.whl")]
    page = (folder / "report.html").read_text()
    assert "Beachfront Villa" in page
    assert "Max guests" in page
