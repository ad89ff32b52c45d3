"""A command on a terminal, with somebody who types."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from attrs import define, field

from support.waiting import HANG_GUARD

# A signal that comes just before Python waits for a line is noticed only after that line.
CTRL_C, CTRL_D = b"\x03\n", b"\x04"
INTERRUPTED = 130
PROGRAM = (
    "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "os.close(os.open(os.ttyname(0), os.O_RDWR))\n"  # so that Ctrl-C is a signal to it
    "from pulumi_setsmart.cli import main; main()"
)


@define
class Conversation:
    """A command on a terminal.

    Attributes:
        folder: Where it runs.
        arguments: Its arguments.
        environment: Variables beside those of the test.
        shown: What it showed since the last question that was answered.
    """

    folder: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(factory=dict)
    shown: str = ""
    _terminal: int = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Start the command."""
        self._terminal, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *self.arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def answer(self, question: str, answer: bytes) -> None:
        """Wait for a question, and type."""
        while question not in self.shown:
            assert self._read(), self.shown
        self.shown = self.shown.partition(question)[2]
        os.write(self._terminal, answer)

    def end(self) -> int:
        """Wait for the end, and return the exit status."""
        while self._read():
            pass
        os.close(self._terminal)
        return self._process.wait(HANG_GUARD)

    def _read(self) -> bool:
        readable, _, _ = select.select([self._terminal], [], [], HANG_GUARD)
        assert readable, f"nothing happens after {self.shown!r}"
        try:
            part = os.read(self._terminal, 4096)
        except OSError:  # the other side is closed
            return False
        self.shown += part.decode()
        return bool(part)
