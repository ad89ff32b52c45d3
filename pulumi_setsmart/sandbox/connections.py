"""The connections of a server: how many it keeps, how long it waits for them, and which it closes.

What is left to uvicorn is HTTP. It closes connections that are kept and not used; it waits without
end for a request that was begun, and for one that never comes. And where no file descriptor is
left, asyncio tries again without a pause.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Protocol

from attrs import field, frozen, validators

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]  # there is no type for a module or nothing

_LOG = logging.getLogger(__name__)
_MOST = 1000
_WITHOUT_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Timer(Protocol):
    """Something that happens later, unless it is cancelled."""

    def cancel(self) -> None:
        """Let it not happen."""


def call_later(seconds: float, callback: Callable[[], None]) -> Timer:
    """Call something in the running loop after some seconds."""
    return asyncio.get_running_loop().call_later(seconds, callback)


def _most_connections() -> int:
    """Return how many connections leave enough file descriptors for everything else."""
    if resource is None:
        return _MOST
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if allowed == resource.RLIM_INFINITY else max(1, min(_MOST, allowed // 2))


@frozen
class ConnectionLimits:
    """What a server grants its clients.

    Attributes:
        most: How many connections it keeps open. Beyond, it closes those that ask nothing.
        client_timeout: How many seconds a client has for a whole request, body included,
            and for taking its response when it is ready.
        try_again: After how many seconds to look whether there is room again, where nothing that
            the server has could make any.
        call_later: Measures that time; a test may decide when it is over.
    """

    most: int = field(factory=_most_connections, validator=validators.ge(1))
    client_timeout: float = field(default=60.0, validator=validators.gt(0))
    try_again: float = field(default=1.0, validator=validators.gt(0))
    call_later: Callable[[float, Callable[[], None]], Timer] = call_later


class ClientConnection(Protocol):
    """A connection, for those who count them."""

    @property
    def is_idle(self) -> bool:
        """Whether it has no request that is being handled."""

    def drop(self) -> None:
        """Close it at once."""


class Connections:
    """The open connections of a server.

    Args:
        limits: How many there may be.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._open: dict[ClientConnection, None] = {}
        self._is_crowded = False
        self.on_room: Callable[[], None] = lambda: None

    def add(self, connection: ClientConnection) -> None:
        """Count a connection that was opened."""
        self._open[connection] = None

    def rested(self, connection: ClientConnection) -> None:
        """Learn that a connection has become idle: it is the last one to be closed for others."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None
        self.on_room()

    def remove(self, connection: ClientConnection) -> None:
        """Learn that a connection was closed."""
        self._open.pop(connection, None)
        if len(self._open) <= self._limits.most // 2:
            self._is_crowded = False
        self.on_room()

    @property
    def is_full(self) -> bool:
        """Whether there may be no more."""
        return len(self._open) >= self._limits.most

    def make_room(self, reason: str) -> bool:
        """Close the connection that has been idle for the longest time, if one is.

        Args:
            reason: Why, for the log, which says it once until there are much fewer again.
        """
        if not self._is_crowded:
            self._is_crowded = True
            _LOG.warning("%s: connections that ask nothing are closed for new ones", reason)
        idle = next((connection for connection in self._open if connection.is_idle), None)
        if idle is None:
            return False
        del self._open[idle]
        idle.drop()
        return True


class Acceptor:
    """Takes connections from a listening socket, as long as there is room for them.

    While there is none, it does not look at the socket: clients wait in the system's queue.

    Args:
        listener: The socket.
        connections: Those that are open.
        limits: When to look again.
        opened: Called with each socket that is connected.
    """

    def __init__(
        self,
        listener: socket.socket,
        connections: Connections,
        limits: ConnectionLimits,
        opened: Callable[[socket.socket], None],
    ) -> None:
        self._listener = listener
        self._connections = connections
        self._limits = limits
        self._opened = opened
        self._loop = asyncio.get_running_loop()
        self._later: Timer | None = None
        self._is_looking = False

    def start(self) -> None:
        """Begin to accept connections."""
        self._listener.settimeout(0)
        self._connections.on_room = self._look
        self._look()

    def stop(self) -> None:
        """Accept no more connections."""
        self._connections.on_room = lambda: None
        self._pause()

    def _look(self) -> None:
        self._cancel_later()
        if not self._is_looking:
            self._is_looking = True
            self._loop.add_reader(self._listener, self._accept)

    def _pause(self) -> None:
        self._cancel_later()
        if self._is_looking:
            self._is_looking = False
            self._loop.remove_reader(self._listener)

    def _cancel_later(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _accept(self) -> None:
        """Accept one connection: the loop calls again as long as there are more."""
        if self._connections.is_full and not self._connections.make_room(
            f"{self._limits.most} connections are open"
        ):
            self._pause()
            return
        try:
            connected, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError as error:
            if error.errno not in _WITHOUT_ROOM:
                raise
            # What uses the rest may be none of the connections, so none need ever be closed.
            if not self._connections.make_room(f"no connection can be accepted ({error})"):
                self._pause()
                self._later = self._limits.call_later(self._limits.try_again, self._look)
            return
        connected.settimeout(0)
        self._opened(connected)
