"""The command `doctor`: its options, its output and its status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.messages import message

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.testing import SandboxAccount


def test_the_command_says_what_to_do_and_that_something_cannot_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setsmart_sandbox: SandboxAccount
) -> None:
    """In lines for a person, or as JSON and nothing beside it; never with the key."""
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no Pulumi
    (tmp_path / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    command = ["doctor", "--cwd", str(tmp_path)]
    environment = {**setsmart_sandbox.environment, "SETSMART_API_KEY": "mistaken-key"}
    told = CliRunner().invoke(main, command, env=environment)
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert lines[0].startswith("✓ packages: ")
    for finding, advice in (
        (message(MessageCode.NO_PULUMI, "✗ pulumi", "PATH"), "pulumi.com/docs/install"),
        (message(MessageCode.NO_REFRESH, "! refresh"), "refresh: always"),
        (message(MessageCode.KEY_REJECTED, "✗ key"), "key"),
    ):
        assert advice in lines[lines.index(finding) + 1]
    as_json = CliRunner().invoke(main, [*command, "--json"], env=environment)
    assert as_json.exit_code == 1
    found = {
        finding["subject"]: (finding["verdict"], finding["code"])
        for finding in json.loads(as_json.stdout)
    }
    assert found["packages"] == ("ok", None)
    assert found["refresh"] == ("warning", MessageCode.NO_REFRESH)
    assert found["pulumi"] == ("error", MessageCode.NO_PULUMI)
    assert found["key"] == ("error", MessageCode.KEY_REJECTED)
    assert "mistaken-key" not in told.stdout + as_json.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--state-only", "--env"],
        ["--state-only", "--stack", "x", "--record", "y"],
        ["--stack", "x", "--env"],
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str]) -> None:
    """Status 2, so that a workflow does not take it for a finding."""
    finished = CliRunner().invoke(main, ["doctor", "--cwd", str(tmp_path), *options])
    assert finished.exit_code == 2
    assert "--env" in finished.stderr or "--record" in finished.stderr


def test_without_a_project_there_is_no_state_to_examine(tmp_path: Path) -> None:
    """A workflow that runs it in the wrong folder must not go on."""
    command = ["doctor", "--cwd", str(tmp_path), "--state-only", "--json"]
    finished = CliRunner().invoke(main, command)
    assert finished.exit_code == 1
    [finding] = json.loads(finished.stdout)
    assert (finding["verdict"], finding["code"]) == ("error", MessageCode.NO_PROJECT)


def test_the_environment_alone_needs_no_project(setsmart_sandbox: SandboxAccount) -> None:
    """With --env, the project is not looked at either."""
    environment = setsmart_sandbox.environment
    finished = CliRunner().invoke(main, ["doctor", "--env", "--json"], env=environment)
    found = {finding["subject"]: finding["verdict"] for finding in json.loads(finished.stdout)}
    assert found["key"] == "ok"
    assert {"project", "state", "refresh", "stack"}.isdisjoint(found)


def test_a_stack_that_cannot_be_opened_is_bad(tmp_path: Path) -> None:
    """A state that nobody could examine is not in order; nothing else is looked at."""
    command = ["doctor", "--cwd", str(tmp_path), "--stack", "x", "--state-only", "--json"]
    finished = CliRunner().invoke(main, command)
    assert finished.exit_code == 1
    assert [finding["subject"] for finding in json.loads(finished.stdout)] == ["stack"]
