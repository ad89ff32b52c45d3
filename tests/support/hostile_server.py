"""A server over raw sockets that sends any bytes that a test asks for, or nothing for ever."""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from attrs import define, field, frozen

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.retry import RetryPolicy
from support.waiting import HANG_GUARD

KEY = "canary-key-of-the-hostile-tests"
LISTING = b'{"id": "prop_1", "name": "Villa"}'
LIST = b"[" + LISTING + b"]"
MOST_TRICKLED = 300
"""Bytes that a trickle has at most, each of which takes a second of the test's clock."""

_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


class SharedClock:
    """Time that passes by sleeping, and whenever a server says so.

    Attributes:
        now: The time in seconds.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._changing = threading.Lock()

    def time(self) -> float:
        """Return the time."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        with self._changing:
            self.now += seconds


@frozen
class Received:
    """A request that a server received.

    Attributes:
        head: Its request line and its headers.
        connection: The how-many-th connection it came on.
    """

    head: bytes
    connection: int

    @property
    def method(self) -> str:
        """Its method."""
        return self.head.split(b" ", 1)[0].decode()

    @property
    def path(self) -> str:
        """Its path, with the query."""
        return self.head.split(b" ", 2)[1].decode()


class GoneError(Exception):
    """The client has closed the connection."""


@define
class Peer:
    """A client that has connected.

    Attributes:
        sent: How many bytes were sent to it.
    """

    clock: SharedClock
    _socket: socket.socket
    _number: int
    sent: int = 0
    _buffer: bytes = b""

    def request(self) -> Received:
        """Return the next request, once it is there as a whole.

        Raises:
            GoneError: There is none.
        """
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        length = _LENGTH.search(head)
        size = 0 if length is None else int(length[1])
        while len(self._buffer) < size:
            self._receive()
        self._buffer = self._buffer[size:]
        return Received(head, self._number)

    def send(self, data: bytes) -> None:
        """Send something.

        Raises:
            GoneError: Nobody takes it.
        """
        try:
            self._socket.sendall(data)
        except OSError:
            raise GoneError from None
        self.sent += len(data)

    def trickle(self, data: bytes) -> None:
        """Send something byte by byte, one in a second."""
        for position in range(min(len(data), MOST_TRICKLED)):
            self.clock.pass_by(1)
            self.send(data[position : position + 1])

    def reset(self) -> None:
        """Break the connection."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise GoneError
        self._buffer += data


Behaviour: TypeAlias = Callable[[Peer, Received], object]
"""What a server does about a request; the connection is closed unless it returns True."""


@define
class HostileServer:
    """A server on a free port.

    Attributes:
        requests: What it was asked.
        connections: How many connections were made.
        clock: The time that it lets pass.
    """

    clock: SharedClock
    _behave: Behaviour
    _greet: Callable[[Peer], object]
    _context: ssl.SSLContext | None
    requests: list[Received] = field(factory=list)
    connections: int = 0
    peers: list[Peer] = field(factory=list)
    _listener: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _open: list[socket.socket] = field(factory=list)
    _threads: list[threading.Thread] = field(factory=list)

    @property
    def port(self) -> int:
        """Its port."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Its address, with the path of an API."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def sent(self) -> int:
        """How many bytes it has sent."""
        return sum(peer.sent for peer in self.peers)

    def asked(self, method: str) -> int:
        """Return how many requests with a method came in."""
        return sum(request.method == method for request in self.requests)

    def start(self) -> None:
        """Begin to accept connections."""
        self._begin(self._accept)

    def stop(self) -> None:
        """Close everything, and wait for the end of all threads."""
        # A listener that is only closed would keep its thread waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(HANG_GUARD)
            assert not thread.is_alive()

    def _begin(self, task: Callable[[], None]) -> None:
        thread = threading.Thread(target=task)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._begin(functools.partial(self._serve, connection, self.connections))

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(GoneError, OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            peer = Peer(self.clock, connection, number)
            self.peers.append(peer)
            self._greet(peer)
            while True:
                request = peer.request()
                self.requests.append(request)
                if self._behave(peer, request) is not True:
                    break
        _close(connection)


def _close(connection: socket.socket) -> None:
    """Close a connection so that what was sent arrives: with a FIN, even if something is unread."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    connection.close()


@contextlib.contextmanager
def hostile(
    behave: Behaviour,
    *,
    greet: Callable[[Peer], object] = lambda _peer: None,
    context: ssl.SSLContext | None = None,
) -> Iterator[HostileServer]:
    """Run a server for as long as the context lasts."""
    server = HostileServer(SharedClock(), behave, greet, context)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def client_with(
    server: HostileServer, url: str | None = None, **connection: Any
) -> Iterator[Client]:
    """Return a client of a server, whose clock is the server's, and that never really waits."""
    credential = Credential(KEY, "setsmart:apiKey", "Set another one")
    settings = {"timeout": 30.0, "retry": RetryPolicy(retries=1), **connection}
    client = Client.of(
        Connection(url or server.url, (credential,), **settings),
        sleep=server.clock.pass_by,
        clock=server.clock.time,
    )
    try:
        yield client
    finally:
        client.close()


def sends(data: bytes) -> Behaviour:
    """Return what sends the same for every request, and closes the connection if it may be cut off.

    One that is closed after a whole response may be used once more before the client sees it.
    """
    head, _, body = data.partition(b"\r\n\r\n")
    is_whole = _LENGTH.findall(head) == [b"%d" % len(body)]

    def behave(peer: Peer, _request: Received) -> bool:
        peer.send(data)
        return is_whole

    return behave


def response(
    body: bytes = LISTING, *headers: bytes, status: bytes = b"200 OK", length: bool = True
) -> bytes:
    """Return a response."""
    content_length = [b"Content-Length: %d" % len(body)] if length else []
    lines = [b"HTTP/1.1 " + status, b"Content-Type: application/json", *headers, *content_length]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    """Return a response in chunks."""
    parts = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
    head = response(b"", b"Transfer-Encoding: chunked", length=False)
    return head + b"".join(parts) + b"0\r\n" + trailers + b"\r\n"
