"""One `adopt` at a time in a folder."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.messages import message, raises

from pulumi_setsmart import PortfolioFileError
from pulumi_setsmart.cli import main
from pulumi_setsmart.files.folder_lock import locked
from pulumi_setsmart.models.message_code import MessageCode

HOLDER = """
import sys
from pathlib import Path
from pulumi_setsmart.files.folder_lock import locked
with locked(Path(sys.argv[1]), "pulumi-setsmart adopt"):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_second_adopt_has_to_wait_unless_the_first_was_killed(tmp_path: Path) -> None:
    """Also in a folder that may only be read; and nothing is left in it."""
    tmp_path.chmod(0o555)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "locked\n"
    result = CliRunner().invoke(main, ["adopt", "--cwd", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == message(
        MessageCode.FOLDER_LOCKED, f"Error: {tmp_path}", "`pulumi-setsmart adopt`"
    )
    assert len(result.stderr.splitlines()) == 1
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with locked(tmp_path, "adopt"):
        pass
    assert [*tmp_path.iterdir()] == []


def test_a_lock_ends_with_its_work(tmp_path: Path) -> None:
    """Also where the work fails."""
    with pytest.raises(KeyError), locked(tmp_path, "adopt"):
        raise KeyError
    with locked(tmp_path, "adopt"):
        pass


def test_a_missing_folder_is_an_error_of_one_line(tmp_path: Path) -> None:
    """As any other file."""
    with (
        raises(
            PortfolioFileError,
            MessageCode.UNUSABLE_FILE,
            tmp_path / "none",
            "No such file or directory",
        ),
        locked(tmp_path / "none", "adopt"),
    ):
        pass


def test_a_file_system_without_locks_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as some over a network; each file is written whole all the same."""

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with locked(tmp_path, "adopt"):
        pass
