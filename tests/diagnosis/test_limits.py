"""Nothing that is looked at takes longer than it may."""

from __future__ import annotations

import itertools
import math
import os
from pathlib import Path

import pytest
from support.waiting import HANG_GUARD, MOMENT, wait_until

from pulumi_setsmart.automation.limited_command import LimitedCommand, TimeLimit
from pulumi_setsmart.automation.project import Project
from pulumi_setsmart.automation.stack import Stack
from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.diagnosis.diagnosis import MOST_SECONDS, findings
from pulumi_setsmart.diagnosis.finding import Verdict
from pulumi_setsmart.testing import SandboxAccount

HANGS = "cat {fifo} & wait\n"
"""What never ends, and has a child that keeps the output open."""


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A pipe that nobody writes to: whoever reads it waits."""
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and a folder for programs before all others."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: portfolio\nruntime: python\n")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return folder


def pulumi_that(does: str, project: Path) -> None:
    """Put a script in the place of Pulumi's command line."""
    script = project.parent / "bin" / "pulumi"
    script.write_text(f"#!/bin/sh\n{does}")
    script.chmod(0o755)


def is_read(fifo: Path) -> bool:
    """Return whether a process reads the pipe."""
    try:
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


ONLY_VERSION = '[ "$1" = version ] && echo v3.300.0 && exit\n'


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param(lambda folder, limit: Project.of(folder).backend(limit), id="backend"),
        pytest.param(lambda folder, limit: Stack("dev", folder, limit).configuration(), id="stack"),
    ],
)
def test_a_command_that_hangs_is_stopped(project: Path, fifo: Path, asks: object) -> None:
    """With all that it has started; the error says which it was."""
    pulumi_that(ONLY_VERSION, project)
    limit = TimeLimit(math.inf, HANG_GUARD)
    command = LimitedCommand(limit)
    assert str(command.version) == "3.300.0"
    pulumi_that(HANGS.format(fifo=fifo), project)
    with pytest.raises(StackError, match=r"`pulumi \w+` did not end within 0 s and was stopped"):
        asks(project, TimeLimit(math.inf, MOMENT))  # type: ignore[operator]  # one of those above
    wait_until(lambda: not is_read(fifo))


def test_what_is_found_with_a_command_that_hangs(
    project: Path, fifo: Path, setsmart_sandbox: SandboxAccount
) -> None:
    """It is said, and the rest is looked at all the same."""
    pulumi_that(HANGS.format(fifo=fifo), project)
    times = itertools.chain([0.0], itertools.repeat(MOST_SECONDS - MOMENT))
    found = {
        finding.subject: finding
        for finding in findings(
            project, lambda **_limit: "dev", setsmart_sandbox.environment, lambda: next(times)
        )
    }
    for subject in ("pulumi", "state", "stack"):
        assert found[subject].verdict is Verdict.ERROR
        assert "`pulumi version` did not end within" in found[subject].text
    assert {"key", "account"} & found.keys()
    wait_until(lambda: not is_read(fifo))
