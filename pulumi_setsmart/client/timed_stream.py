"""Connections that end with the attempt they are used for, however slowly a server sends.

httpx and httpcore limit each read and write separately, so a server that sends a byte now and then
is never too late. Here all of them share one deadline. httpcore passes the timeouts of a request on
unchanged, so the ``timeout`` of these methods is that deadline, on the clock that they are given.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

import httpcore

_Result = TypeVar("_Result")

_TLS_RECORD = 16 * 1024


class TimedStream(httpcore.NetworkStream):
    """A connection with one deadline for all its steps.

    Args:
        inner: The connection, whose timeouts are seconds.
        clock: The monotonic time in seconds.
        ends_at: The deadline of steps that are given none.
    """

    def __init__(
        self, inner: httpcore.NetworkStream, clock: Callable[[], float], ends_at: float
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._ends_at = ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes next; nothing at the end."""
        return self._inner.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        rest = memoryview(buffer)
        while rest:
            rest = rest[self._send(rest, self._left(timeout, httpcore.WriteTimeout)) :]

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> TimedStream:
        """Return the same connection, encrypted."""
        left = self._left(timeout, httpcore.ConnectTimeout)
        if self.get_extra_info("ssl_object") is not None:
            return _TunnelledStream(self, self._clock, self._ends_at, ssl_context, server_hostname)
        # Limits the whole handshake: Python's ssl counts down over all its reads.
        inner = self._inner.start_tls(ssl_context, server_hostname, left)
        return TimedStream(inner, self._clock, self._ends_at)

    def get_extra_info(self, info: str) -> Any:
        """Return information about the connection."""
        return self._inner.get_extra_info(info)

    def _left(self, ends_at: float | None, over: type[Exception]) -> float:
        """Return how many seconds are left."""
        if ends_at is not None:
            self._ends_at = ends_at
        left = self._ends_at - self._clock()
        if left <= 0:
            raise over("the attempt is over")
        return left

    def _send(self, rest: memoryview, seconds: float) -> int:
        """Send as much as possible at once, and return how much was sent."""
        connection = self._inner.get_extra_info("socket")
        try:
            connection.settimeout(seconds)
            sent: int = connection.send(rest)
        except TimeoutError:
            raise httpcore.WriteTimeout("the attempt is over") from None
        except OSError as error:
            raise httpcore.WriteError(str(error)) from None
        return sent


class _TunnelledStream(TimedStream):
    """TLS within the TLS of a proxy, which a socket cannot do by itself."""

    def __init__(
        self,
        tunnel: TimedStream,
        clock: Callable[[], float],
        ends_at: float,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None,
    ) -> None:
        super().__init__(tunnel, clock, ends_at)
        self._tunnel = tunnel
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = ssl_context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        try:
            self._perform(self._tls.do_handshake)
        except (httpcore.TimeoutException, httpcore.NetworkError, OSError) as error:
            self.close()
            is_late = isinstance(error, httpcore.TimeoutException)
            failure = httpcore.ConnectTimeout if is_late else httpcore.ConnectError
            raise failure(str(error)) from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._left(timeout, httpcore.ReadTimeout)
        try:
            return self._perform(lambda: self._tls.read(max_bytes))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except OSError as error:
            raise httpcore.ReadError(str(error)) from None

    def get_extra_info(self, info: str) -> Any:
        return self._tls if info == "ssl_object" else super().get_extra_info(info)

    def _send(self, rest: memoryview, seconds: float) -> int:  # noqa: ARG002 -- the tunnel counts
        try:
            return self._perform(lambda: self._tls.write(rest))
        except OSError as error:
            raise httpcore.WriteError(str(error)) from None

    def _perform(self, step: Callable[[], _Result]) -> _Result:
        """Perform a step of TLS, and send and receive what it needs."""
        while True:
            result = []
            with contextlib.suppress(ssl.SSLWantReadError):  # it goes on once more has come
                result = [step()]
            self._tunnel.write(self._outgoing.read(), self._ends_at)
            if result:
                return result[0]
            received = self._tunnel.read(_TLS_RECORD, self._ends_at)
            if received:
                self._incoming.write(received)
            else:
                self._incoming.write_eof()


class TimedConnector:
    """Makes connections before a deadline.

    Args:
        clock: The monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._backend = httpcore.SyncBackend()

    def connect(
        self,
        host: str,
        port: int,
        ends_at: float,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> TimedStream:
        """Return a connection to one of the addresses of a host.

        Each address gets its share of the time that is left, so that one that never responds
        leaves time for the next.

        Raises:
            httpcore.ConnectTimeout: It took too long.
            httpcore.ConnectError: There is no such host, or no address of it can be reached.
        """
        addresses = _addresses(host, port, self._left(ends_at))
        failure: Exception = httpcore.ConnectError("the host has no address")
        for position, address in enumerate(addresses):
            share = self._left(ends_at) / (len(addresses) - position)
            try:
                inner = self._backend.connect_tcp(address, port, share, None, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(inner, self._clock, ends_at)
        raise failure

    def _left(self, ends_at: float) -> float:
        left = ends_at - self._clock()
        if left <= 0:
            raise httpcore.ConnectTimeout("the attempt is over")
        return left


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a host.

    Nothing can interrupt the system's resolver. So it runs in a thread of its own. If it takes too
    long, the thread is left behind and ends when the resolver gives up.
    """
    if _is_address(host):
        return [host]
    found: Future[list[str]] = Future()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([*dict.fromkeys(str(entry[4][0]) for entry in entries)])
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    threading.Thread(target=resolve, name="setsmart-resolver", daemon=True).start()
    try:
        return found.result(seconds)
    except TimeoutError:
        raise httpcore.ConnectTimeout("the host's address was not found in time") from None
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
