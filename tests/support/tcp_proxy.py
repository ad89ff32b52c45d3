"""A network that can be cut: what is between a client and a server on this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65536


class TcpProxy:
    """Passes connections on to a port, until it is cut.

    Attributes:
        port: Its own port.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._is_cut = False
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break all connections, and from now on each new one."""
        with self._lock:
            self._is_cut = True
            for end in self._open:
                _shut(end)

    def restore(self) -> None:
        """Let new connections through."""
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        """Cut it for ever."""
        self.cut()
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                server = None if self._is_cut else self._connection()
                if server is None:
                    client.close()
                    continue
                self._open |= {client, server}
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _connection(self) -> socket.socket | None:
        """Return a connection to the target, or None if nobody listens there."""
        try:
            return socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            return None

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(_CHUNK):
                target.sendall(content)
        with self._lock:
            self._open -= {source, target}
            for end in (source, target):
                _shut(end)
        source.close()


def _shut(end: socket.socket) -> None:
    """Wake whoever reads from or writes to a socket."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def tcp_proxy(target: int) -> Iterator[TcpProxy]:
    """Run a proxy for a port while the block runs."""
    proxy = TcpProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
