"""A sandbox in the background, and the way to end exactly that one."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

_READY = b"ready"


@frozen
class Background:
    """Where it is known which sandbox runs in the background.

    Each has a file with its process id, which it locks as long as it lives. So a file that
    something left behind, or an id that another process has got since, is never mistaken for it.

    Attributes:
        folder: The folder of the files.
    """

    folder: Path

    def log_file(self, port: int) -> Path:
        """Return the file with the output of a sandbox on ``port``."""
        return self._file(port).with_suffix(".log")

    def start(self, run: Callable[[Callable[[int], None]], None]) -> None:
        """Run a sandbox in a process of its own, and return when it accepts connections.

        Args:
            run: Runs it. It is called in the new process, with a function to call with the port as
                soon as connections are accepted. What is printed before that call is shown by this
                process, and the rest is written to the log.

        Raises:
            SystemExit: It ended before, with this status.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        reader, writer = os.pipe()
        process = os.fork()
        if process:
            os.close(writer)
            _wait_until_ready(reader, process)
            return
        os.close(reader)
        os.setsid()

        def continue_in_background(port: int) -> None:
            self._claim(port)
            _redirect_streams(self.log_file(port))
            os.write(writer, _READY)
            os.close(writer)

        run(continue_in_background)
        raise SystemExit(0)

    def stop(self, port: int) -> bool:
        """End the sandbox that `start` left in the background, and wait for its end.

        Args:
            port: Its port.

        Returns:
            Whether there was one.
        """
        file = self._file(port)
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            if _lock(descriptor, fcntl.LOCK_NB):
                return False
            # As soon as this one has ended, another may take the port and write its own file.
            file.unlink()
            os.kill(int(os.read(descriptor, 32)), signal.SIGTERM)
            return _lock(descriptor)
        finally:
            os.close(descriptor)

    def _claim(self, port: int) -> None:
        """Write the file for this process, and keep it locked until the process ends."""
        descriptor = os.open(self._file(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _lock(descriptor, fcntl.LOCK_NB):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())

    def _file(self, port: int) -> Path:
        return self.folder / f"sandbox-{port}.pid"


def _wait_until_ready(reader: int, process: int) -> None:
    try:
        with open(reader, "rb") as pipe:
            is_ready = pipe.read() == _READY
    except BaseException:
        os.kill(process, signal.SIGTERM)
        raise
    if not is_ready:
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def _redirect_streams(log: Path) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(nothing)


def _lock(descriptor: int, how: int = 0) -> bool:
    """Lock an open file, and return whether that was possible."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except BlockingIOError:
        return False
    return True
