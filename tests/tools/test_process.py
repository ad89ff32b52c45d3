from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from pulumi_cli import process
from pulumi_cli.engine import Unavailable
from support.waiting import HANG_GUARD, wait_until


def run(
    script: str, said: list[str], limit: float = HANG_GUARD, folder: Path | None = None
) -> list[str]:
    return process.run(
        ["sh", "-c", script],
        title="The engine",
        limit=limit,
        say=said.append,
        note=lambda lines: f"{len(lines)} packages",
        folder=folder,
    )


def test_what_a_program_prints_comes_back_as_lines(said: list[str]) -> None:
    """Both of its streams, without the empty lines; a quick one says nothing on the way."""
    assert run("echo one; echo; echo two >&2", said) == ["one", "two"]
    assert said == []


def test_a_failure_is_reported_by_the_last_line(said: list[str]) -> None:
    """Python's tracebacks and Go's errors both end with what matters."""
    with pytest.raises(Unavailable, match=r"^The engine failed: no route$"):
        run("echo Traceback; echo no route; exit 3", said)


def test_a_silent_failure_is_reported_by_its_code(said: list[str]) -> None:
    """There is no line to quote."""
    with pytest.raises(Unavailable, match=r"^The engine failed: exit code 3$"):
        run("exit 3", said)


def test_a_long_run_gives_signs_of_life(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each tells how far it is, by what was printed until then."""
    monkeypatch.setattr(process, "PULSE", 0.02)
    script = "echo one; until test -e done; do sleep 0.01; done"

    def say(line: str) -> None:
        said.append(line)
        if line == "The engine: 1 packages":
            (tmp_path / "done").touch()

    process.run(
        ["sh", "-c", script],
        title="The engine",
        limit=HANG_GUARD,
        say=say,
        note=lambda lines: f"{len(lines)} packages",
        folder=tmp_path,
    )
    assert said[-1] == "The engine: 1 packages"


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_run_past_its_limit_is_ended_with_all_it_started(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A download starts a shell that starts another program: none of them goes on."""
    pid = tmp_path / "child"
    # What it starts does not hold its output, so that nothing waits for it but this test.
    script = "sleep 3600 >/dev/null 2>&1 & echo $! > child; wait"

    def readings() -> Iterator[float]:
        """Tell the beginning, and past the limit once it runs."""
        yield 0.0
        wait_until(lambda: pid.exists() and pid.read_text().endswith("\n"))
        yield 31.0

    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=readings().__next__))
    with pytest.raises(Unavailable, match=r"^The engine failed: not done after 30 seconds\.$"):
        run(script, said, limit=30, folder=tmp_path)
    wait_until(lambda: not is_running(int(pid.read_text())))
