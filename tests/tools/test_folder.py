from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from pulumi_cli import folder
from pulumi_cli.engine import Unavailable
from support.waiting import HANG_GUARD


def names(versions: Path) -> list[str]:
    return sorted(path.name for path in versions.iterdir() if path.name != ".lock")


def test_an_engine_appears_under_its_version(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """It is filled in elsewhere and renamed, so that nobody sees half of it."""
    versions = tmp_path / "versions"

    def fill(root: Path) -> None:
        assert not (versions / "3.259.0").exists()
        engine(root / "bin")

    found = folder.install(versions, "3.259.0", fill, said.append)
    assert found.path == versions / "3.259.0" / "bin" / "pulumi"
    assert names(versions) == ["3.259.0"]


def test_an_engine_that_is_there_is_not_made_again(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """Five minutes of building are spent once per machine."""

    def fill(_: Path) -> None:
        pytest.fail("there is nothing to make")

    there = engine(tmp_path / "3.259.0" / "bin")
    assert folder.install(tmp_path, "3.259.0", fill, said.append).path == there


def test_an_installation_that_fails_leaves_nothing(tmp_path: Path, said: list[str]) -> None:
    """Not even a part of it stays, to be taken for an engine later."""

    def fill(root: Path) -> None:
        (root / "bin").mkdir()
        raise Unavailable("The download failed.")

    with pytest.raises(Unavailable, match="The download failed"):
        folder.install(tmp_path, "3.259.0", fill, said.append)
    assert names(tmp_path) == []


def test_what_does_not_run_is_not_installed(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """A download for another machine or a build without its scripts is found out at once."""

    def fill(root: Path) -> None:
        engine(root / "bin", lacking="pulumi-resource-pulumi-python")

    with pytest.raises(Unavailable, match="lacks pulumi-resource-pulumi-python"):
        folder.install(tmp_path, "3.259.0", fill, said.append)
    assert names(tmp_path) == []


def test_remains_of_killed_runs_are_replaced(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """Neither a partial folder nor a broken engine stands in the way of the next run."""
    (tmp_path / ".3.259.0-partial" / "bin").mkdir(parents=True)
    engine(tmp_path / "3.259.0" / "bin", lacking="pulumi-language-python")

    def fill(root: Path) -> None:
        assert list(root.iterdir()) == []
        engine(root / "bin")

    folder.install(tmp_path, "3.259.0", fill, said.append)
    assert names(tmp_path) == ["3.259.0"]


def test_of_two_runs_at_once_one_does_the_work(
    tmp_path: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """The other waits for it, says so, and takes what it has made."""
    both = Barrier(2)
    waiting = Event()
    fills: list[Path] = []

    def say(line: str) -> None:
        said.append(line)
        waiting.set()

    def fill(root: Path) -> None:
        fills.append(root)
        assert waiting.wait(timeout=HANG_GUARD)
        engine(root / "bin")

    def run() -> Path:
        both.wait(timeout=HANG_GUARD)
        return folder.install(tmp_path, "3.259.0", fill, say).path

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run) for _ in range(2)]
        assert len({run.result() for run in runs}) == 1
    assert len(fills) == 1
    assert said == ["Another installation is under way: waiting for it."]
