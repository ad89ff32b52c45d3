"""One process at a time in a folder whose files are read, changed and written."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode


@contextlib.contextmanager
def locked(folder: Path, command: str) -> Iterator[None]:
    """Keep other processes from the same work in a folder.

    The folder itself is locked, so no lock file is left behind, and a read-only folder can be
    locked too. The system unlocks it when the process ends, however it ends.

    Args:
        folder: The folder.
        command: The command that works there, as a user types it.

    Raises:
        PortfolioFileError: Another process works there, or there is no such folder.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise PortfolioFileError(
            f"{folder}: cannot be read: {error.strerror}", code=MessageCode.UNUSABLE_FILE
        ) from None
    try:
        _lock(descriptor, folder, command)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, command: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PortfolioFileError(
            f"{folder.absolute()}: another `{command}` is working in this folder; "
            "run this one when the other has ended",
            code=MessageCode.FOLDER_LOCKED,
        ) from None
    except OSError:
        # A file system without locks, such as some network file systems. Each file is still written
        # completely or not at all.
        return
