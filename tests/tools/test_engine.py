from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli.engine import COMPANIONS, Engine, Unavailable, examine
from pulumi_cli.version import dotted

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI

MAJOR, MINOR, _ = OLDEST_CLI


def test_an_engine_is_known_by_its_real_path(tmp_path: Path, engine: Callable[..., Path]) -> None:
    """Behind a link, the companions count that stand beside the real program."""
    real = engine(tmp_path / "real", "3.1000.2")
    link = tmp_path / "pulumi"
    link.symlink_to(real)
    assert examine(link) == Engine(real, (3, 1000, 2))


@pytest.mark.parametrize(
    ("version", "fit"), [(dotted(OLDEST_CLI), True), (f"{MAJOR}.{MINOR - 1}.9", False)]
)
def test_an_engine_must_be_recent_enough(
    tmp_path: Path, engine: Callable[..., Path], version: str, *, fit: bool
) -> None:
    """The oldest one that is supported will do, the last one before it will not."""
    executable = engine(tmp_path, version)
    if fit:
        assert examine(executable).path == executable
    else:
        with pytest.raises(Unavailable) as caught:
            examine(executable)
        assert f"is version {version}; {dotted(OLDEST_CLI)} or later" in str(caught.value)


@pytest.mark.parametrize("companion", COMPANIONS)
def test_an_engine_needs_every_companion(
    tmp_path: Path, engine: Callable[..., Path], companion: str
) -> None:
    """Without one of them no Python program or dynamic provider starts."""
    with pytest.raises(Unavailable, match=f"lacks {companion} beside it"):
        examine(engine(tmp_path, lacking=companion))


def test_a_companion_must_be_executable(tmp_path: Path, engine: Callable[..., Path]) -> None:
    """A copy that lost its run bit is as good as none."""
    executable = engine(tmp_path)
    (tmp_path / COMPANIONS[0]).chmod(0o644)
    with pytest.raises(Unavailable, match=f"lacks {COMPANIONS[0]}"):
        examine(executable)


@pytest.mark.parametrize(
    ("script", "reason"), [("exit 1", "does not run"), ("echo hello", "does not tell its version")]
)
def test_a_program_that_is_no_engine_is_refused(
    tmp_path: Path, program: Callable[[Path, str], Path], script: str, reason: str
) -> None:
    """A broken shim on PATH is not taken for an engine."""
    with pytest.raises(Unavailable, match=reason):
        examine(program(tmp_path / "pulumi", script))


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    """A link that points nowhere is the usual case."""
    with pytest.raises(Unavailable, match="does not run"):
        examine(tmp_path / "pulumi")
