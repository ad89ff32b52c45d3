"""What `doctor` says of the code in a state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_setsmart.automation.state_code import Examination, ForeignProvider, PluginSource
from pulumi_setsmart.cli import main
from pulumi_setsmart.diagnosis.finding import Verdict
from pulumi_setsmart.diagnosis.state import examination_findings

PLUGIN = PluginSource("urn:odd", "https://odd.example/")


def verdicts(examination: Examination) -> list[Verdict]:
    return [one.verdict for one in examination_findings(examination, "test")]


def test_code_of_others_is_an_error_and_an_address_a_warning() -> None:
    """An address may be the program's own; of many, ten are named and the others counted."""
    foreign = [ForeignProvider(f"urn:{number}", ["sha256:0"]) for number in range(12)]
    assert verdicts(Examination(4, [], [])) == [Verdict.OK]
    assert verdicts(Examination(4, [], [PLUGIN])) == [Verdict.OK, Verdict.WARNING]
    assert verdicts(Examination(4, foreign[:1], [])) == [Verdict.ERROR]
    many = [*examination_findings(Examination(4, foreign, [PLUGIN] * 12), "test")]
    assert len(many) == 22
    assert "2 more" in many[10].text
    assert "2 more" in many[21].text


@pytest.mark.parametrize(
    "options", [["--state-only"], ["--state-only", "--stack", "x", "--record", "y"]]
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str]) -> None:
    """Status 2, so that a workflow does not take it for a finding."""
    finished = CliRunner().invoke(main, ["doctor", "--directory", str(tmp_path), *options])
    assert finished.exit_code == 2
    assert "--state-only needs --stack" in finished.stderr


def test_a_stack_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """A state that nobody could examine is not in order; nothing else is looked at."""
    command = ["doctor", "--directory", str(tmp_path), "--stack", "x", "--state-only", "--json"]
    finished = CliRunner().invoke(main, command)
    assert finished.exit_code == 1
    assert [one["subject"] for one in json.loads(finished.stdout)] == ["stack"]
