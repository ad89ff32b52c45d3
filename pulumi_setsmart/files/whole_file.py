"""Writing a file whole or not at all, whoever else writes it and whenever the process is killed."""

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

A killed process leaves its one behind. The next one that writes into the folder removes it.
"""

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_READABLE = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO


def write_file(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a file: its content is the old one or the new one at every moment, and never a part.

    A link stays, and the file that it leads to is replaced. The mode stays, and where this user
    may do that, the owner and the group. Pipes, devices and descriptors such as ``/dev/stdout``
    are written to.

    Args:
        path: The file.
        text: Its new content.
        replace: Whether a file that exists is replaced, rather than kept.

    Raises:
        PortfolioFileError: It cannot be written; or it exists and is kept.
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
            _put(destination, content, replace=replace)
        else:
            _pour(destination, content)
    except FileExistsError:
        raise PortfolioFileError(
            f"{path} exists; --force replaces it", code=MessageCode.FILE_EXISTS
        ) from None
    except OSError as error:
        raise PortfolioFileError(
            f"{path}: cannot be written: {error.strerror}", code=MessageCode.UNUSABLE_FILE
        ) from None


def _pour(destination: Destination, content: bytes) -> None:
    with open(destination.opened(), "wb", buffering=0) as stream:  # noqa: PTH123 -- a descriptor
        _write_all(stream.fileno(), content)


def _put(destination: Destination, content: bytes, *, replace: bool) -> None:
    folder = os.open(destination.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _remove_leftovers(folder)
        with _Partial.made_in(folder) as partial:
            _write_all(partial.descriptor, content)
            _set_access(partial.descriptor, destination)
            os.fsync(partial.descriptor)
            partial.become(destination.name, replace=replace)
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
        except OSError:  # then the group is another one, which gets what all get
            mode &= ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
    if own.st_uid != before.st_uid:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, before.st_uid, -1)
    os.fchmod(descriptor, mode)


def _umask() -> int:
    # It can only be read by setting it; meanwhile, files of other threads are nobody else's.
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
    def made_in(cls, folder: int) -> Iterator[_Partial]:
        """Make one, and remove it at the end unless it has become a file."""
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
            # Another process took it for a leftover in the moment before it was locked.
            os.close(descriptor)

    def become(self, name: str, *, replace: bool) -> None:
        """Take the name that the file is to have, at once."""
        if replace:
            os.replace(self.name, name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
            return
        try:  # unlike a renaming, a link never takes the place of what is there
            os.link(self.name, name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with contextlib.suppress(FileNotFoundError):
                os.stat(name, dir_fd=self.folder, follow_symlinks=False)
                raise FileExistsError from None
            self.become(name, replace=True)


def _remove_leftovers(folder: int) -> None:
    """Remove what killed processes left in a folder; what is being written is locked, and stays."""
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
