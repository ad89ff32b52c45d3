"""`pulumi-setsmart completion`: what a shell completes, without asking anybody."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_setsmart.cli import main

PROGRAM = "from pulumi_setsmart.cli import main; main(prog_name='pulumi-setsmart')"


def completed(folder: Path, *words: str) -> list[str]:
    """Return what bash is offered for the last of the words."""
    environment = {
        **os.environ,
        "_PULUMI_SETSMART_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("pulumi-setsmart", *words)),
        "COMP_CWORD": str(len(words)),
    }
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.partition(",")[2] for line in finished.stdout.splitlines() if line]


@pytest.mark.parametrize("below", [False, True])
def test_commands_options_and_stacks_are_completed(tmp_path: Path, *, below: bool) -> None:
    """The stacks of the project, in its folder and below it; PATH has no Pulumi."""
    for name in (
        "Pulumi.yaml",
        "Pulumi.dev.yaml",
        "Pulumi.prod.eu.yaml",
        "Pulumi.md",
        "other.yaml",
    ):
        (tmp_path / name).write_text("")
    folder = tmp_path / "below" if below else tmp_path
    folder.mkdir(exist_ok=True)
    assert {"export", "list", "show"} <= {*completed(folder, "")}
    assert completed(folder, "val") == ["validate"]
    assert "--where" in completed(folder, "list", "--")
    assert completed(folder, "export", "--stack", "") == ["dev", "prod.eu"]
    assert completed(folder, "report", "-s", "p") == ["prod.eu"]


@pytest.mark.parametrize("below", [False, True])
def test_keys_of_the_portfolio_are_completed(tmp_path: Path, *, below: bool) -> None:
    """Those of the files that are named, also if something in them is wrong."""
    (tmp_path / "Pulumi.yaml").write_text("")
    (tmp_path / "portfolio.yaml").write_text(
        "properties: {sea-villa: {name: 5}, loft: {}}\nwebhooks: {sea-bookings: {}}"
    )
    (tmp_path / "eu.yaml").write_text("properties: {sea-hut: {name: Hut}}")
    (tmp_path / "other.csv").write_text("resource_name,name\nsea-cabin,Cabin\n")
    (tmp_path / "broken.yaml").write_text("properties: [")
    folder = tmp_path / "below" if below else tmp_path
    folder.mkdir(exist_ok=True)
    assert completed(folder, "accept", "sea") == ["sea-bookings", "sea-villa"]
    assert completed(folder, "accept", "loft", "sea-v") == ["sea-villa"]
    overlaid = completed(folder, "accept", "--overlay", "eu.yaml", "sea")
    assert overlaid == ["sea-bookings", "sea-hut", "sea-villa"]
    assert completed(folder, "accept", "--file", "other.csv", "") == ["sea-cabin"]
    assert completed(folder, "accept", "--file", "broken.yaml", "") == []
    assert completed(folder, "accept", "--file", "missing.yaml", "") == []


def test_without_a_project_there_is_no_stack(tmp_path: Path) -> None:
    """And no error, which a shell would print."""
    assert completed(tmp_path, "export", "--stack", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    """It calls the command by its name."""
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert "_PULUMI_SETSMART_COMPLETE" in result.stdout
    assert "pulumi-setsmart" in result.stdout


def test_bash_takes_the_script() -> None:
    """Whatever it does with it, the command has a completion then."""
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    finished = subprocess.run(
        [str(shutil.which("bash")), "-c", f"{script}\ncomplete -p pulumi-setsmart"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.startswith("complete ")
