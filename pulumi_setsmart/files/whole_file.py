"""Writes a file completely or not at all, even if others write it or the process is killed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.destination import Destination, destination_of
from pulumi_setsmart.models.message_code import MessageCode

LEFTOVERS = ".pulumi-setsmart-*.partial"
"""The names of files that are not complete yet, as a pattern.

A killed process leaves its file behind. The next process that writes into the folder removes it.
"""

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_READABLE = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO


def write_file(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a file. At every moment its content is the old one or the new one, never a part.

    A link is kept, and the file that it leads to is replaced. The mode is kept, and if this user is
    allowed to, the owner and the group. Pipes, devices and descriptors such as ``/dev/stdout`` are
    written to.

    Args:
        path: The file.
        text: Its new content.
        replace: Whether an existing file is replaced.

    Raises:
        PortfolioFileError: It cannot be written, or exists and may not be replaced.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise PortfolioFileError(
            f"{path}: cannot be written: the text holds half a character (a surrogate)",
            code=MessageCode.NOT_ENCODABLE,
        ) from None
    try:
        destination = destination_of(path)
        if destination.is_replaceable:
            _replace(destination, content, replace=replace)
        else:
            _write_to(destination, content)
    except FileExistsError:
        raise existing_file_error(path) from None
    except OSError as error:
        raise PortfolioFileError(
            f"{path}: cannot be written: {error.strerror}", code=MessageCode.UNUSABLE_FILE
        ) from None


def existing_file_error(path: Path) -> PortfolioFileError:
    """Return the error about a file that exists and may not be replaced."""
    return PortfolioFileError(f"{path} exists; --force replaces it", code=MessageCode.FILE_EXISTS)


def _write_to(destination: Destination, content: bytes) -> None:
    with open(destination.opened(), "wb", buffering=0) as stream:  # noqa: PTH123 -- a descriptor
        _write_all(stream.fileno(), content)


def _replace(destination: Destination, content: bytes, *, replace: bool) -> None:
    folder = os.open(destination.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _remove_leftovers(folder)
        with _Partial.created_in(folder) as partial:
            _write_all(partial.descriptor, content)
            _set_access(partial.descriptor, destination)
            os.fsync(partial.descriptor)
            partial.rename_to(destination.name, replace=replace)
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _set_access(descriptor: int, destination: Destination) -> None:
    before = destination.before
    if before is None:
        os.fchmod(descriptor, 0o666 & ~_umask())
        return
    mode = before.st_mode & _READABLE
    own = os.fstat(descriptor)
    if own.st_gid != before.st_gid:
        try:
            os.fchown(descriptor, -1, before.st_gid)
        except OSError:  # the group is another one, so it gets the permissions of all users
            mode &= ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
    if own.st_uid != before.st_uid:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, before.st_uid, -1)
    os.fchmod(descriptor, mode)


def _umask() -> int:
    # It can only be read by setting it; until it is reset, other threads create private files.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


@frozen
class _Partial:
    """A file that is not complete yet, locked by the process that writes it.

    Attributes:
        folder: The descriptor of its folder.
        name: Its name there.
        descriptor: The descriptor that it is written with.
    """

    folder: int
    name: str
    descriptor: int

    @classmethod
    @contextlib.contextmanager
    def created_in(cls, folder: int) -> Iterator[_Partial]:
        """Create one, and remove it at the end unless it was renamed."""
        partial = cls._locked_in(folder)
        try:
            yield partial
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(partial.name, dir_fd=folder)
            os.close(partial.descriptor)

    @classmethod
    def _locked_in(cls, folder: int) -> _Partial:
        while True:
            name = LEFTOVERS.replace("*", secrets.token_hex(8))
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(name, flags, 0o600, dir_fd=folder)
            try:
                with contextlib.suppress(OSError):  # not every file system has locks
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                if os.fstat(descriptor).st_nlink:
                    return cls(folder, name, descriptor)
            except BaseException:
                os.unlink(name, dir_fd=folder)
                os.close(descriptor)
                raise
            # Another process removed it as a leftover before it was locked.
            os.close(descriptor)

    def rename_to(self, name: str, *, replace: bool) -> None:
        """Give the file its final name, atomically."""
        if replace:
            os.replace(self.name, name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
            return
        try:  # unlike a rename, a link never replaces an existing file
            os.link(self.name, name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with contextlib.suppress(FileNotFoundError):
                os.stat(name, dir_fd=self.folder, follow_symlinks=False)
                raise FileExistsError from None
            self.rename_to(name, replace=True)


def _remove_leftovers(folder: int) -> None:
    """Remove files that killed processes left in a folder; files being written are locked."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if Path(entry.name).match(LEFTOVERS):
                _remove_leftover(folder, entry.name)


def _remove_leftover(folder: int, name: str) -> None:
    with contextlib.suppress(OSError):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=folder)
        try:
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(name, dir_fd=folder)
        finally:
            os.close(descriptor)
