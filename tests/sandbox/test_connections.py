"""The connections of the sandbox: those that ask nothing are closed, and there are not too many.

Clients are raw sockets here: what they do not send is the point.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from attrs import define
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from support.pause import Pause
from support.sandbox_process import sandbox_process
from support.waiting import HANG_GUARD, MOMENT, wait_until

from pulumi_setsmart.sandbox import DEFAULT_KEY, PROPERTIES, SandboxSettings, create_app, running
from pulumi_setsmart.sandbox.connections import Acceptor, ConnectionLimits


class Timers:
    """The time that a server gives to clients, which ends when a test says so."""

    def __init__(self) -> None:
        self.limits = ConnectionLimits(call_later=self._call_later)
        self.running: list[_Timer] = []

    def _call_later(self, _seconds: float, callback: Callable[[], None]) -> _Timer:
        timer = _Timer(asyncio.get_running_loop(), callback, self.running)
        self.running.append(timer)
        return timer

    def run_out(self) -> None:
        """End the time of every client that keeps the server waiting, one at least."""
        wait_until(lambda: self.running)
        for timer in [*self.running]:
            timer.loop.call_soon_threadsafe(timer.run_out)


@define(eq=False)
class _Timer:
    loop: asyncio.AbstractEventLoop
    callback: Callable[[], None]
    running: list[_Timer]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True
        self.running.remove(self)

    def run_out(self) -> None:
        if self in self.running:
            self.running.remove(self)
            self.callback()


HEAD = f"Host: localhost\r\nX-API-Key: {DEFAULT_KEY}\r\n"


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=HANG_GUARD)


def read_to_the_end(client: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection, or resets it."""
    received = b""
    try:
        while piece := client.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "G",
        "GET /v1/properties HT",
        f"GET /v1/properties HTTP/1.1\r\n{HEAD}",
        f"POST /v1/properties HTTP/1.1\r\n{HEAD}Content-Length: 50\r\n\r\n",
        f'POST /v1/properties HTTP/1.1\r\n{HEAD}Content-Length: 50\r\n\r\n{{"name": "Cab',
        f"POST /v1/properties HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n",
        "POST /listings/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\ntok",
    ],
)
def test_a_request_that_does_not_come_is_not_waited_for_without_end(
    sent: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not its first byte, its head or its body; nothing is stored, and nothing is logged."""
    app, timers = create_app(), Timers()
    with running(app, limits=timers.limits) as url, connected(url) as client:
        client.sendall(sent.encode())
        timers.run_out()
        assert read_to_the_end(client) == b""
        assert httpx.get(url, trust_env=False, timeout=HANG_GUARD).status_code == 401
    assert caplog.text == ""


def test_the_time_for_a_request_ends_by_itself() -> None:
    """It is measured in seconds, if nobody else measures it."""
    limits = ConnectionLimits(client_timeout=0.1)
    with running(create_app(), limits=limits) as url, connected(url) as client:
        assert read_to_the_end(client) == b""


def is_closed(client: socket.socket) -> bool:
    try:
        client.sendall(b"x")
    except OSError:
        return True
    return False


def test_a_request_that_trickles_is_not_waited_for_without_end() -> None:
    """Each byte gives it no more time: the server counts from the first one."""
    timers = Timers()
    with running(create_app(), limits=timers.limits) as url, connected(url) as client:
        client.sendall(b"GET /v1/properties HTTP/1.1\r\nX-Slow: ")
        wait_until(lambda: timers.running)
        [first] = timers.running
        assert not is_closed(client)
        timers.run_out()
        wait_until(lambda: is_closed(client))
    assert not first.is_cancelled


def test_a_connection_that_was_used_is_closed_as_well() -> None:
    """Also if the next request is begun and not finished."""
    timers = Timers()
    request = f"GET /v1/properties HTTP/1.1\r\n{HEAD}\r\n"
    with running(create_app(), limits=timers.limits) as url, connected(url) as client:
        client.sendall(f"{request}GET /v1/prop".encode())
        received = b""
        while not received.endswith(b"\r\n\r\n[]"):
            received += client.recv(65536)
        timers.run_out()
        assert read_to_the_end(client) == b""
    assert received.startswith(b"HTTP/1.1 200 OK")


def test_a_response_that_nobody_takes_is_not_kept() -> None:
    """A client that reads nothing holds neither memory nor a place."""
    app, timers = create_app(SandboxSettings(rate_limit=0)), Timers()
    app.storage.insert_all(PROPERTIES, [{"name": "x" * 1000} for _ in range(20_000)])
    with running(app, limits=timers.limits) as url, connected(url) as client:
        client.sendall(f"GET /v1/properties HTTP/1.1\r\n{HEAD}\r\n".encode())
        wait_until(lambda: app.requests)
        timers.run_out()
        wait_until(lambda: is_closed(client))


class Slow:
    """An application that responds once the test lets it."""

    def __init__(self) -> None:
        self.pause = Pause()
        self.asked = 0
        routes = [Route("/slow", self._slow), Route("/quick", self._quick)]
        self.app = Starlette(routes=routes)

    async def _slow(self, _request: Request) -> Response:
        self.asked += 1
        await self.pause.sleep(0)
        return Response("done")

    async def _quick(self, _request: Request) -> Response:
        return Response("done")


@pytest.fixture
def slow() -> Iterator[Slow]:
    one = Slow()
    try:
        yield one
    finally:
        one.pause.end()


SLOW_REQUEST = b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_request_that_is_being_handled_has_all_the_time_it_needs(slow: Slow) -> None:
    """Only clients have a time limit: it ends for others meanwhile."""
    timers = Timers()
    with running(slow.app, limits=timers.limits) as url, connected(url) as client:
        client.sendall(SLOW_REQUEST)
        wait_until(lambda: slow.asked)
        assert not timers.running
        with connected(url) as idle:
            timers.run_out()
            assert read_to_the_end(idle) == b""
        slow.pause.end()
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_the_longest_idle_connection_makes_room_for_a_new_one(
    slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    """Those with a request stay; the log says it once."""
    limits = ConnectionLimits(most=4)
    with running(slow.app, limits=limits) as url, ExitStack() as clients:
        busy = clients.enter_context(connected(url))
        busy.sendall(SLOW_REQUEST)
        wait_until(lambda: slow.asked)
        idle = [clients.enter_context(connected(url)) for _ in range(12)]
        for connection in idle[:9]:
            assert read_to_the_end(connection) == b""
        idle[-1].sendall(b"GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle[-1].recv(65536).startswith(b"HTTP/1.1 200 OK")
        slow.pause.end()
        assert busy.recv(65536).startswith(b"HTTP/1.1 200 OK")
    assert [record.getMessage() for record in caplog.records] == [
        "4 connections are open: connections that ask nothing are closed for new ones"
    ]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """Count how often the loop wakes the acceptor."""
    wakings: list[None] = []
    accept = Acceptor._accept  # noqa: SLF001 -- what the loop calls

    def counting(self: Acceptor) -> None:
        wakings.append(None)
        accept(self)

    monkeypatch.setattr(Acceptor, "_accept", counting)
    yield wakings


def test_where_all_are_busy_a_new_one_waits_without_keeping_the_server_busy(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is accepted as soon as one of them is done."""
    limits = ConnectionLimits(most=2)
    with (
        counted(monkeypatch) as wakings,
        running(slow.app, limits=limits) as url,
        ExitStack() as clients,
    ):
        busy = [clients.enter_context(connected(url)) for _ in range(2)]
        for number, connection in enumerate(busy, 1):
            connection.sendall(SLOW_REQUEST)
            wait_until(lambda number=number: slow.asked == number)  # type: ignore[misc]
        waiting = clients.enter_context(connected(url))
        waiting.sendall(b"GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n")
        waiting.settimeout(MOMENT)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        assert len(wakings) < 10
        waiting.settimeout(HANG_GUARD)
        slow.pause.end()
        assert waiting.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_without_file_descriptors_the_server_waits_and_then_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where none of its connections is to blame, as where other files are open."""
    failures = [OSError(24, "Too many open files")] * 3
    accept = socket.socket.accept

    def failing(self: socket.socket) -> tuple[socket.socket, object]:
        if failures:
            raise failures.pop()
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", failing)
    limits = ConnectionLimits(try_again=0.01)
    with running(create_app(), limits=limits) as url:
        assert httpx.get(url, trust_env=False, timeout=HANG_GUARD).status_code == 401
    assert not failures
    assert len(caplog.records) == 1
    assert "Too many open files" in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


FEW_DESCRIPTORS = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))"


def test_two_hundred_idle_connections_leave_room_for_a_request() -> None:
    """With 128 file descriptors: it is answered at once, and the terminal has one line."""
    with sandbox_process(limits=FEW_DESCRIPTORS) as sandbox, ExitStack() as clients:
        for _ in range(200):
            clients.enter_context(connected(str(sandbox.client.base_url)))
        assert sandbox.client.get("/properties").json() == []
        assert sandbox.end(signal.SIGTERM) == (
            "64 connections are open: connections that ask nothing are closed for new ones\n"
        )
