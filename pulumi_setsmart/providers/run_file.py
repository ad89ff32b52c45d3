"""The file by which the processes of one run of the engine tell each other what they do.

It is in a folder that only this user can read, and is named for the address of the engine, which
all of them are given. Each line is an event. A process locks the file for each turn, reads what is
new, and appends its own events. It holds no values of an object, only digests.

A run that begins removes what others have left: a file is kept while a process of its run lives,
which holds a lock on a second file, or while its engine does, which listens at its address. As a
later engine may get the address of one that was killed, the first line has the number of the
engine's socket, where the system tells.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from attrs import frozen

from pulumi_setsmart.lifecycle.journal import Event, JournalError
from pulumi_setsmart.models.json import Json

_FORMAT: Event = ["pulumi-setsmart", 1]
"""How the first line begins. A process of another release may not understand the others."""

_ENGINE = re.compile(r"[0-9A-Za-z.\[\]:-]*[0-9A-Za-z\]]:([0-9]{1,5})", re.ASCII)
_SOCKETS = Path("/proc/net/tcp")
_LISTENS = "0A"
_EVENTS, _LOCK = ".events", ".lock"
_APPENDING = os.O_RDWR | os.O_APPEND
_line = json.JSONEncoder(separators=(",", ":")).encode
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def engine_address(arguments: list[str]) -> str | None:
    """Return the address of the engine that started a process, or None if no engine did."""
    last = arguments[-1] if len(arguments) > 1 else ""
    return last if _ENGINE.fullmatch(last) else None


@frozen
class _Place:
    """Where the file of a run is.

    Attributes:
        folder: The folder.
        engine: The address of the engine.
    """

    folder: Path
    engine: str

    def __str__(self) -> str:
        """Return what messages call it."""
        return str(self.folder / f"{self.engine}{_EVENTS}")


class RunFile:
    """The file of one run, as one process uses it; see `Journal`.

    Attributes:
        salt: What digests in the events depend on.
    """

    def __init__(self, place: _Place, lock: int, file: int) -> None:
        self.salt = place.engine
        self._place = place
        self._socket = _socket_of(place.engine)
        self._lock = lock
        self._file = file
        self._read = 0

    @classmethod
    def open(cls, temporary: Path, engine: str) -> Self:
        """Open the file of a run, and remove those of runs that are over.

        Args:
            temporary: The folder for temporary files.
            engine: The address of the engine.

        Raises:
            JournalError: It cannot be opened, or is not this user's own.
        """
        place = _Place(temporary / f"pulumi-setsmart-{os.geteuid()}", engine)
        with _reported(place.folder):
            with contextlib.suppress(FileExistsError):
                place.folder.mkdir(mode=stat.S_IRWXU)
            with _opened_folder(place.folder) as folder:
                lock = _locked(folder, f"{engine}{_LOCK}")
                file = _own_file(folder, f"{engine}{_EVENTS}", _APPENDING | os.O_CREAT)
                if not os.fstat(file).st_size:
                    _remove_former(folder, engine)
        return cls(place, lock, file)

    def begin(self) -> list[Event]:
        """Keep the other processes out, and return what they have appended since the last time."""
        with _reported(self._place):
            fcntl.flock(self._file, fcntl.LOCK_EX)
            is_first = not self._read
            events = self._news()
            if is_first and events and self._is_former(events[0]):
                os.ftruncate(self._file, 0)
                self._read, events = 0, []
            if is_first and not events:
                self._append([[*_FORMAT, self._socket]])
            elif is_first and events.pop(0)[: len(_FORMAT)] != _FORMAT:
                raise JournalError(f"{self._place} is of another release")
            return events

    def end(self, events: list[Event]) -> None:
        """Append events, and let the other processes in."""
        with _reported(self._place):
            if events:
                self._append(events)
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def abandon(self) -> None:
        """Use it no more, and leave it so that the other processes notice."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.write(self._file, b"\n")
        os.close(self._file)
        os.close(self._lock)

    def _is_former(self, first: Event) -> bool:
        """Return whether the file begins with a line of an engine that had the same address."""
        match first:
            case [*begins, int(number)] if begins == _FORMAT:
                return self._socket not in (None, number)
        return False

    def _news(self) -> list[Event]:
        """Return the events that were appended since the last time.

        A process that was killed may have left half a line. It had not acted on that.
        """
        found = os.fstat(self._file)
        if not found.st_nlink:
            raise JournalError(f"{self._place} was removed")
        length = found.st_size - self._read
        if length == 0:
            return []
        content = os.pread(self._file, length, self._read) if length > 0 else b""
        if len(content) != length:
            raise JournalError(f"{self._place} is no longer used by another process of the run")
        end = content.rfind(b"\n") + 1
        if end < length:
            os.ftruncate(self._file, self._read + end)
        self._read += end
        return [_event(line, self._place) for line in content[:end].splitlines()]

    def _append(self, events: list[Event]) -> None:
        content = "".join(f"{_line(event)}\n" for event in events)
        length = os.write(self._file, content.encode())
        if length < len(content):
            raise JournalError(f"{self._place} could not be written completely")
        self._read += length


@contextlib.contextmanager
def _reported(place: object) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalError(f"{place} cannot be used ({error.strerror})") from None


def _event(line: bytes, place: _Place) -> Event:
    with contextlib.suppress(ValueError, RecursionError):
        event: Json = json.loads(line)
        if isinstance(event, list):
            return event
    raise JournalError(f"{place} is damaged, or is no longer used by another process of the run")


@contextlib.contextmanager
def _opened_folder(path: Path) -> Iterator[int]:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _require_own(os.fstat(folder))
        yield folder
    finally:
        os.close(folder)


def _own_file(folder: int, name: str, flags: int) -> int:
    flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    file = os.open(name, flags, stat.S_IRUSR | stat.S_IWUSR, dir_fd=folder)
    try:
        _require_own(os.fstat(file))
    except OSError:
        os.close(file)
        raise
    return file


def _require_own(found: os.stat_result) -> None:
    """Require that nobody else can read or replace a file or folder, and that it is one."""
    if found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
        raise OSError(errno.EPERM, "other users have access")
    is_file = stat.S_ISREG(found.st_mode)
    if not (is_file or stat.S_ISDIR(found.st_mode)) or (is_file and found.st_nlink > 1):
        raise OSError(errno.EEXIST, "not a regular file, or a link")


def _locked(folder: int, name: str) -> int:
    """Return a file that shows, by a lock, that this process lives."""
    while True:
        lock = _own_file(folder, name, os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_SH)
        if os.fstat(lock).st_nlink:
            return lock
        os.close(lock)  # a run that begins has just removed it


def _remove_former(folder: int, engine: str) -> None:
    """Remove what runs have left that are over."""
    for name in os.listdir(folder):
        former = name.removesuffix(_LOCK)
        if former not in (name, engine) and not _listens(former):
            with contextlib.suppress(OSError):
                _remove(folder, former)


def _remove(folder: int, engine: str) -> None:
    lock = _own_file(folder, f"{engine}{_LOCK}", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for ending in (_EVENTS, _LOCK):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{engine}{ending}", dir_fd=folder)
    finally:
        os.close(lock)


def _socket_of(engine: str) -> int | None:
    """Return the number of the socket at which an engine listens, or None where nothing tells."""
    host, _, port = engine.rpartition(":")
    with contextlib.suppress(OSError, ValueError):
        address = f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{int(port):04X}"
        for line in _SOCKETS.read_text("ascii").splitlines():
            match line.split():
                case [_, local, _, state, _, _, _, _, _, number, *_] if (local, state) == (
                    address,
                    _LISTENS,
                ):
                    return int(number)
    return None


def _listens(engine: str) -> bool:
    """Return whether an engine may listen at an address; what is no address is left alone."""
    found = _ENGINE.fullmatch(engine)
    if found is None:
        return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(found[1])))
        except (OSError, OverflowError):
            return True
    return False
