"""The sandbox on a port: in a thread for tests, in the foreground for the command line."""

from __future__ import annotations

import asyncio
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import H11Protocol

from pulumi_setsmart.sandbox.app import BASE_PATH
from pulumi_setsmart.sandbox.connections import (
    Acceptor,
    ConnectionLimits,
    Connections,
    Timer,
)
from pulumi_setsmart.sandbox.error_response import ErrorResponse
from pulumi_setsmart.sandbox.exchange import CLOSE

_QUEUE = 1024
"""How many connections may wait to be accepted."""


@contextmanager
def running(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    limits: ConnectionLimits | None = None,
) -> Iterator[str]:
    """Serve an application from a thread while the block runs.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        limits: What it grants its clients; the usual if None.

    Yields:
        The base URL, such as ``http://127.0.0.1:49152/v1``. It accepts connections.

    Raises:
        OSError: If the address cannot be listened on.
        RuntimeError: If the server does not start.
    """
    ready = threading.Event()
    listener = _listen(host, port)
    server = _Server(app, listener, limits or ConnectionLimits(), ready.set)

    def serve() -> None:
        try:
            server.run()
        finally:
            ready.set()
            listener.close()

    thread = threading.Thread(target=serve, name="setsmart-sandbox")
    thread.start()
    try:
        ready.wait()
        if not server.started:
            raise RuntimeError("the sandbox did not start")
        yield _base_url(listener)
    finally:
        server.should_exit = True
        thread.join()


def serve(app: ASGIApp, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve an application until SIGINT or SIGTERM, either of which ends the process with 0.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        announce: Called with the base URL once connections are accepted.

    Raises:
        OSError: If the address cannot be listened on.
    """
    with _listen(host, port) as listener:
        base_url = _base_url(listener)
        # Uvicorn stops in good order, then raises the signal once more for these handlers.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _exit)
        _Server(app, listener, ConnectionLimits(), lambda: announce(base_url)).run()


class _Protocol(H11Protocol):
    """Uvicorn's, which offers to close the connection of a request, and waits for so long only."""

    def __init__(self, server: _Server, connections: Connections, limits: ConnectionLimits) -> None:
        super().__init__(server.config, server.server_state, server.lifespan.state)
        self._open_connections = connections
        self._limits = limits
        self._deadline: Timer | None = None
        self._is_dropped = False
        connections.add(self)

    @property
    def is_idle(self) -> bool:
        """Whether it has no request that is being handled."""
        return self.cycle is None or self.cycle.response_complete

    def drop(self) -> None:
        """Close it at once."""
        # Until it is connected there is nothing to close: it closes itself then.
        self._is_dropped = True
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)

        def close(reset: bool) -> None:  # noqa: FBT001 -- called by one place, by name of its state
            if reset:
                connection: socket.socket = transport.get_extra_info("socket")
                # Not to linger, for no time at all: the kernel sends a reset.
                no_farewell = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_farewell)
            transport.abort()

        self.app_state = {**self.app_state, CLOSE: close}
        if self._is_dropped:
            transport.abort()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()
        self._open_connections.remove(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._stop_watching()
        self._watch()
        if self.is_idle:
            self._open_connections.rested(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._watch()

    def _unsupported_upgrade_warning(self) -> None:
        """Go on with HTTP, as the standard has it. That is not worth a warning."""

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request of HTTP, in the form of the API; the log need not know."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            error = ErrorResponse(400, "bad_request", msg).response()
            headers = [*error.raw_headers, CLOSE_HEADER]
            for event in (
                h11.Response(status_code=error.status_code, headers=headers),
                h11.Data(data=bytes(error.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        # Else the response has been given or begun: there is no place for another one.
        self.transport.close()

    def _watch(self) -> None:
        """Begin to count the time of a client that has something to do, and else stop it."""
        is_reading = self.is_idle or self.cycle.more_body
        if not (is_reading or self.flow.write_paused):
            self._stop_watching()
        elif self._deadline is None and self in self.connections:
            self._deadline = self._limits.call_later(self._limits.client_timeout, self._time_out)

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _time_out(self) -> None:
        self._deadline = None
        if self.flow.read_paused and not self.flow.write_paused:
            # It is the application that has not asked for more yet.
            self._watch()
        else:
            self.transport.abort()


class _Server(uvicorn.Server):
    """Uvicorn, quiet, that accepts connections in its own way and calls back when it does."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        limits: ConnectionLimits,
        on_ready: Callable[[], None],
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=H11Protocol,
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,  # the sandbox sends its own, by its own clock
                timeout_graceful_shutdown=2,
            )
        )
        self._listener = listener
        self._limits = limits
        self._on_ready = on_ready
        self._connections = Connections(limits)
        self._opening: set[asyncio.Task[None]] = set()
        self._acceptor: Acceptor | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Without a socket uvicorn would open one; with none in the list it opens none.
        await super().startup(sockets or [])
        self._acceptor = Acceptor(self._listener, self._connections, self._limits, self._opened)
        self._acceptor.start()
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._acceptor is not None:
            self._acceptor.stop()
        self._listener.close()
        await super().shutdown(sockets)

    def _opened(self, connected: socket.socket) -> None:
        task = asyncio.get_running_loop().create_task(
            self._connect(connected, _Protocol(self, self._connections, self._limits))
        )
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, connected: socket.socket, protocol: _Protocol) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: protocol, connected)
        except OSError:  # it has gone again
            connected.close()
            self._connections.remove(protocol)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns off Nagle's algorithm, which costs 40 ms a request.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A port can be taken again at once after a restart.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_QUEUE)
    except OSError:
        listener.close()
        raise
    return listener


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{BASE_PATH}"


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
