"""An engine: a `pulumi` that can run this project's programs."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pulumi_cli.version import Version, dotted, parse
from pulumi_setsmart.automation.oldest_cli import OLDEST_CLI

COMPANIONS = (
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)
"""What the engine starts for a Python program, and looks for beside its own real path."""

SLOWEST_ANSWER = 30  # seconds; the first start of a large program from a cold disk takes a few


class Unavailable(Exception):  # noqa: N818 - one way did not lead to an engine; the next may
    """Say in one line, written for the user, why there is no engine this way."""


@dataclass(frozen=True)
class Engine:
    """A `pulumi` that was seen to run, by its real path."""

    path: Path
    version: Version

    def __str__(self) -> str:
        """Name it for the user."""
        return f"Pulumi {dotted(self.version)} ({self.path})"

    def has(self, companion: str) -> bool:
        """Return whether a program that it would start is beside it."""
        return os.access(self.path.with_name(companion), os.X_OK)


def examine(executable: Path) -> Engine:
    """Return the engine that an executable is, or raise `Unavailable` if it would not do."""
    version = _version_of(executable)
    if version < OLDEST_CLI:
        raise Unavailable(
            f"{executable} is version {dotted(version)}; {dotted(OLDEST_CLI)} or later is needed."
        )
    engine = Engine(executable.resolve(), version)
    for companion in COMPANIONS:
        if not engine.has(companion):
            raise Unavailable(f"{executable} lacks {companion} beside it.")
    return engine


def _version_of(executable: Path) -> Version:
    try:
        finished = subprocess.run(  # noqa: S603 - the program in question, without a shell
            [executable, "version"],
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SLOWEST_ANSWER,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"{executable} does not run.") from error
    version = parse(finished.stdout)
    if version is None:
        raise Unavailable(f"{executable} does not tell its version.")
    return version
