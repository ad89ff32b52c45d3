"""pre-commit runs the steps of `make check`, which the Makefile alone defines."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from pulumi_setsmart.cli import main

ROOT = Path(__file__).resolve().parents[2]
OFFERED = ROOT / ".pre-commit-hooks.yaml"
CONFIGURATION = ROOT / ".pre-commit-config.yaml"


def test_the_hooks_are_the_steps_of_make_check() -> None:
    """In their order, and all of them local: nothing is downloaded before a commit."""
    [steps] = re.findall(r"^check: (.*?) ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    [repository] = yaml.safe_load(CONFIGURATION.read_text())["repos"]
    hooks = repository["hooks"]
    assert repository["repo"] == "local"
    assert [hook["id"] for hook in hooks] == steps.split()
    assert [hook["entry"] for hook in hooks] == [f"make {step}" for step in steps.split()]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["pass_filenames"] for hook in hooks} == {False}


def test_a_commit_is_stopped_by_what_a_step_finds(tmp_path: Path) -> None:
    """And by nothing else; a step that no file calls for is left out."""
    (tmp_path / CONFIGURATION.name).write_text(CONFIGURATION.read_text())
    (tmp_path / "Makefile").write_text("lint:\n\t@echo unused import; exit 1\n%:\n\t@echo ran $@\n")
    (tmp_path / "one.py").write_text("import os\n")
    subprocess.run(["/bin/sh", "-c", "git init --quiet && git add ."], cwd=tmp_path, check=True)
    finished = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose", "--color=never"],
        cwd=tmp_path,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    output = finished.stdout
    results = dict(re.findall(r"^(.+?)\.{3,}.*?(Passed|Failed|Skipped)$", output, re.MULTILINE))
    assert finished.returncode == 1
    assert results == {
        "ruff check": "Failed",
        "ruff format": "Passed",
        "mypy": "Passed",
        "codespell": "Passed",
        "actionlint, zizmor, GitHub's schemas": "Skipped",
    }
    assert "unused import" in output


@pytest.mark.parametrize("command", ["validate", "format"])
def test_a_hook_is_offered_for_portfolio_files(command: str) -> None:
    """It runs the command on files whose names begin with portfolio."""
    [hook] = [each for each in yaml.safe_load(OFFERED.read_text()) if command in each["id"]]
    assert hook["entry"] == f"pulumi-setsmart {command}"
    assert main.get_command(click.Context(main), hook["entry"].split()[1]) is not None
    assert re.search(hook["files"], "sites/portfolio.north.yaml")
    assert not re.search(hook["files"], "my-portfolio.txt")
