"""What commands that tests start get from pip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.pip_once import ANSWERS_VARIABLE, pip_variables

LIST = ("list", "--format", "json")


def pip(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pip as Pulumi does."""
    return subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_answer_is_that_of_pip() -> None:
    """The first time and each time after it."""
    answers = [pip(*LIST, **pip_variables()).stdout for _ in range(2)]
    assert answers == [pip(*LIST, PIP_DISABLE_PIP_VERSION_CHECK="1").stdout] * 2
    assert '"pulumi"' in answers[0]


def test_a_list_is_kept_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each list has an answer of its own."""
    monkeypatch.setenv(ANSWERS_VARIABLE, str(tmp_path))
    for arguments in (LIST, LIST, ("list", "--not-required"), ("--version",), ("list", "--no")):
        pip(*arguments, **pip_variables())
    assert len([*tmp_path.iterdir()]) == 2


def test_errors_are_those_of_pip() -> None:
    """With its exit status."""
    finished = pip("list", "--format", "xml", **pip_variables())
    assert finished.returncode == pip("list", "--format", "xml").returncode != 0
    assert "invalid choice" in finished.stderr


def test_the_script_is_the_real_pip() -> None:
    """Only `python -m pip` is another one."""
    finished = subprocess.run(
        [Path(sys.executable).with_name("pip"), "--version"],
        env={"PATH": os.environ["PATH"], **pip_variables()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "site-packages" in finished.stdout


def test_without_a_folder_for_the_answers_pip_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benchmarks measure what users wait for."""
    monkeypatch.delenv(ANSWERS_VARIABLE)
    assert pip_variables() == {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
