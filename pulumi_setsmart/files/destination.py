"""What a path to write to leads to: a file in a folder, a pipe or device, a descriptor."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from pathlib import Path

from attrs import frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode

_DESCRIPTORS = re.compile(r"/dev/fd|/proc/(?:[0-9]+|self)(?:/task/[0-9]+)?/fd")
_MOST_LINKS = 40


@frozen
class Destination:
    """Where to write.

    Attributes:
        path: The path, after all links.
        before: What is there, or None if nothing is.
        descriptor: The descriptor of this process that the path names, or None.
    """

    path: Path
    before: os.stat_result | None
    descriptor: int | None = None

    @property
    def folder(self) -> Path:
        """The folder of the path."""
        return self.path.parent

    @property
    def name(self) -> str:
        """The name in the folder."""
        return self.path.name

    @property
    def is_replaceable(self) -> bool:
        """Whether it is a file, or nothing yet, so that another file can take its place."""
        return self.descriptor is None and (
            self.before is None or stat.S_ISREG(self.before.st_mode)
        )

    def opened(self) -> int:
        """Return a descriptor for writing to a pipe or device.

        Raises:
            OSError: It cannot be written to: a folder, a socket, a pipe that nobody reads.
        """
        if self.descriptor is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            return os.dup(self.descriptor)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        os.set_blocking(descriptor, True)
        return descriptor


def destination_of(path: Path) -> Destination:
    """Return what a path to write to leads to.

    Raises:
        OSError: Its links lead in a circle, its folder is missing, or it cannot be accessed.
    """
    place = os.path.abspath(path)  # noqa: PTH100 -- keeps what `resolve` would follow
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(os.path.dirname(place), strict=True)  # noqa: PTH120 -- as above
        name = os.path.basename(place)  # noqa: PTH119 -- as above
        if _DESCRIPTORS.fullmatch(folder) and name.isdecimal():
            return Destination(Path(place), None, int(name))
        place = os.path.join(folder, name)  # noqa: PTH118 -- as above
        try:
            found = os.lstat(place)
        except FileNotFoundError:
            return Destination(Path(place), None)
        if not stat.S_ISLNK(found.st_mode):
            return Destination(Path(place), found)
        place = os.path.join(folder, os.readlink(place))  # noqa: PTH115, PTH118 -- as above
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def is_file(path: Path) -> bool:
    """Return whether a path leads to a file that could be replaced.

    Raises:
        PortfolioFileError: It cannot be accessed.
    """
    try:
        destination = destination_of(path)
    except OSError as error:
        raise PortfolioFileError(
            f"{path}: cannot be written: {error.strerror}", code=MessageCode.UNUSABLE_FILE
        ) from None
    return destination.is_replaceable and destination.before is not None
