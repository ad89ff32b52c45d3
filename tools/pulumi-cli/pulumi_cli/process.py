"""Programs that take their time: started, reported on, and ended with all that they started."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

from pulumi_cli.engine import Unavailable

PULSE = 15.0  # seconds between two signs of life; some CI systems end a job that stays silent


def run(
    command: Sequence[str | Path],
    *,
    title: str,
    limit: float,
    say: Callable[[str], None],
    note: Callable[[Sequence[str]], str],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """Run a command, report its progress, and return the lines that it printed.

    Args:
        command: the program and its arguments.
        title: what it does, for the user: "the download", "the engine".
        limit: seconds after which it is given up.
        say: Called with a line at each pulse.
        note: makes of the lines printed so far the rest of that line.
        folder: where it runs.
        environment: all its environment variables; ours if None.

    Raises:
        Unavailable: it failed, or did not end in time.
    """
    lines: list[str] = []
    process = subprocess.Popen(  # noqa: S603 - a command of our own, without a shell
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that what it starts can be ended with it
    )
    reader = Thread(target=_collect, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        code = _wait(process, title, limit, lambda: say(f"{title}: {note(lines)}"))
    finally:
        with suppress(ProcessLookupError, PermissionError):  # all gone already, as on most days
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join()
    if code != 0:
        raise Unavailable(f"{title} failed: {lines[-1] if lines else f'exit code {code}'}")
    return lines


def _wait(
    process: subprocess.Popen[str], title: str, limit: float, pulse: Callable[[], None]
) -> int:
    end = time.monotonic() + limit
    while (left := end - time.monotonic()) > 0:
        try:
            return process.wait(min(PULSE, left))
        except subprocess.TimeoutExpired:
            pulse()
    raise Unavailable(f"{title} failed: not done after {limit:g} seconds.")


def _collect(stream: IO[str], lines: list[str]) -> None:
    with stream:
        lines.extend(line for text in stream if (line := text.strip()))
