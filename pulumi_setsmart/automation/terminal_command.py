"""A command of Pulumi that has the terminal: people see how far it is, and interrupt it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_on_terminal(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run a command, and return its exit status, which is below 0 if it was killed.

    Ctrl-C reaches the command, too, which then ends in its own way and time. `subprocess.run` would
    kill it soon, with what it has not stored yet.

    Args:
        command: The command with its arguments.
        folder: Where to run it.
        environment: Further variables for it.
    """
    sys.stdout.flush()
    former = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(  # noqa: S603 -- Pulumi, with arguments of ours
            command, cwd=folder, env={**os.environ, **environment}
        ) as process:
            return process.wait()
    finally:
        signal.signal(signal.SIGINT, former)
