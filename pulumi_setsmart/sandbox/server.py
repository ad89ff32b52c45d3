"""The sandbox on a port: in a thread for tests, in the foreground for the command line."""

import asyncio
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from pulumi_setsmart.sandbox.app import BASE_PATH
from pulumi_setsmart.sandbox.exchange import CLOSE


@contextmanager
def running(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application from a thread while the block runs.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.

    Yields:
        The base URL, such as ``http://127.0.0.1:49152/v1``. It accepts connections.

    Raises:
        OSError: If the address cannot be listened on.
        RuntimeError: If the server does not start.
    """
    ready = threading.Event()
    listener = _listen(host, port)
    server = _Server(app, ready.set)

    def serve() -> None:
        try:
            server.run(sockets=[listener])
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
        announce: Told the base URL once connections are accepted.

    Raises:
        OSError: If the address cannot be listened on.
    """
    with _listen(host, port) as listener:
        base_url = _base_url(listener)
        # Uvicorn stops in good order, then raises the signal once more for these handlers.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _exit)
        _Server(app, lambda: announce(base_url)).run(sockets=[listener])


class _Protocol(H11Protocol):
    """Uvicorn's, which offers to close the connection of a request."""

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


class _Server(uvicorn.Server):
    """Uvicorn, quiet, that tells when it accepts connections."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=_Protocol,
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,  # the sandbox sends its own, by its own clock
                timeout_graceful_shutdown=2,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns off Nagle's algorithm, which costs 40 ms a request.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A port can be taken again at once after a restart.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{BASE_PATH}"


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
