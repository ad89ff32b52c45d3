"""No command waits for a pipe in the place of a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.messages import message

from pulumi_setsmart.cli import main
from pulumi_setsmart.models.message_code import MessageCode


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "p.yaml"],
        ["compare", "p.yaml", "p.yaml"],
        ["report", "p.yaml"],
        ["adopt", "--file", "p.yaml"],
        ["doctor", "--record", "/dev/zero"],
    ],
    ids=lambda one: one[0],
)
def test_no_command_hangs_at_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Each says in a line what it is."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("p.yaml")
    monkeypatch.setenv("SETSMART_API_KEY", "key")
    monkeypatch.setenv("SETSMART_BASE_URL", "http://127.0.0.1:1/v1")
    result = CliRunner().invoke(main, arguments)
    if arguments[0] != "doctor":
        assert result.stderr == message(MessageCode.NOT_A_FILE, "p.yaml")
        assert result.stderr.count("\n") == 1
    assert result.exit_code in (1, 2)
