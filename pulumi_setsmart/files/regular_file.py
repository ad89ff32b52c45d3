"""Reads a file within a limit of size, and only if reading it is sure to end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.files.destination import destination_of
from pulumi_setsmart.models.message_code import MessageCode

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def content_of(path: str | os.PathLike[str], largest: int) -> bytes:
    """Return the content of a file.

    A pipe or a device is rejected: reading from one may never end.

    Args:
        path: The file.
        largest: How many bytes it may have.

    Raises:
        PortfolioFileError: It cannot be read, is no regular file, or is larger.
    """
    file = os.fspath(path)
    try:
        # Opening a pipe waits for a writer, unless it must not block.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with open(descriptor, "rb") as opened:  # noqa: PTH123 -- a descriptor, closed here
            kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
            if kind != stat.S_IFREG:
                raise PortfolioFileError(
                    f"{file}: is {_KINDS.get(kind, 'no file')}, not a file",
                    code=MessageCode.NOT_A_FILE,
                )
            return read_from(opened, file, largest)
    except OSError as error:
        raise PortfolioFileError(
            f"{file}: cannot be read: {error.strerror}", code=MessageCode.UNUSABLE_FILE
        ) from None
    except ValueError:  # a path with a null character
        raise PortfolioFileError(
            "a path cannot hold a null character", code=MessageCode.UNUSABLE_FILE
        ) from None


def descriptor_content_of(path: str, largest: int) -> bytes:
    """Return the content of a file, or of a descriptor of this process.

    Args:
        path: The file, or a name of a descriptor such as ``/dev/fd/63``, which is what a shell
            makes of ``<(command)``: reading from it ends when the command does.
        largest: How many bytes it may have.

    Raises:
        PortfolioFileError: It cannot be read, is a pipe, a device or the like, or is larger.
    """
    try:
        descriptor = destination_of(Path(path)).descriptor
        if descriptor is None:
            return content_of(path, largest)
        with open(os.dup(descriptor), "rb") as opened:  # noqa: PTH123 -- a descriptor
            return read_from(opened, path, largest)
    except OSError as error:
        raise PortfolioFileError(
            f"{path}: cannot be read: {error.strerror}", code=MessageCode.UNUSABLE_FILE
        ) from None


def read_from(stream: BinaryIO, name: str, largest: int) -> bytes:
    """Return the content of a stream.

    Args:
        stream: The stream.
        name: What messages call it.
        largest: How many bytes it may have.

    Raises:
        PortfolioFileError: There is more.
    """
    content = stream.read(largest + 1)
    if len(content) > largest:
        raise PortfolioFileError(
            f"{name}: is larger than {largest // 1024**2} MiB", code=MessageCode.UNUSABLE_FILE
        )
    return content


def utf8_text_of(path: Path, largest: int) -> str:
    """Return the text of a file in UTF-8.

    Raises:
        PortfolioFileError: It cannot be read, is no regular file, is larger, or is not UTF-8.
    """
    try:
        return content_of(path, largest).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PortfolioFileError(f"{path}: is not UTF-8", code=MessageCode.UNUSABLE_FILE) from None
