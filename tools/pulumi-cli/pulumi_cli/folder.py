"""Pulumi's folder of versions: an engine appears in it whole or not at all."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pulumi_cli.engine import Engine, Unavailable, examine
from pulumi_cli.version import dotted


def install(
    versions: Path, version: str, fill: Callable[[Path], None], say: Callable[[str], None]
) -> Engine:
    """Return the engine of a version, which `fill` has put into the folder unless it was there.

    Args:
        versions: the folder of all versions.
        version: the one wanted.
        fill: makes `bin/pulumi` and its companions in the folder that it is given.
        say: Called with a line if another run has to be waited for.
    """
    target = versions / version
    partial = versions / f".{version}-partial"
    with _alone(versions, say):
        with suppress(Unavailable):
            return examine(target / "bin" / "pulumi")
        shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
        partial.mkdir()
        try:
            fill(partial)
            examine(partial / "bin" / "pulumi")
            shutil.rmtree(target, ignore_errors=True)  # seen above to be of no use
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return examine(target / "bin" / "pulumi")


def extend(
    versions: Path, engine: Engine, fill: Callable[[Path], None], say: Callable[[str], None]
) -> None:
    """Put programs beside an engine, each whole or not at all.

    Args:
        versions: the folder of all versions.
        engine: one in that folder.
        fill: makes the programs in the folder that it is given.
        say: Called with a line if another run has to be waited for.
    """
    partial = versions / f".{dotted(engine.version)}-hosts"
    with _alone(versions, say):
        shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
        partial.mkdir()
        try:
            fill(partial)
            for program in partial.iterdir():
                program.replace(engine.path.with_name(program.name))
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _alone(versions: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder against other runs; the system lets go of it if we are killed."""
    versions.mkdir(parents=True, exist_ok=True)
    with (versions / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another installation is under way: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
