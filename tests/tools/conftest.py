"""Programs that stand in for `pulumi` and `go`: shell scripts that answer as the real ones do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_cli.engine import COMPANIONS
from pulumi_cli.version import dotted

from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI


def write_program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def write_engine(folder: Path, version: str = dotted(OLDEST_CLI), lacking: str = "") -> Path:
    for companion in COMPANIONS:
        if companion != lacking:
            write_program(folder / companion, "exit 1")
    return write_program(folder / "pulumi", f"test $1 = version && echo v{version}")


@pytest.fixture
def program() -> Callable[[Path, str], Path]:
    """Write a program with the given script."""
    return write_program


@pytest.fixture
def engine() -> Callable[..., Path]:
    """Write a `pulumi` of a version, with its companions beside it."""
    return write_engine


@pytest.fixture
def said() -> list[str]:
    """The lines that the user was told: pass its `append` as `say`."""
    return []
