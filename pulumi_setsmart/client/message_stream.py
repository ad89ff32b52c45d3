"""Connections that know where an HTTP response ends, so that nothing after it counts as another.

The parser of httpcore keeps the bytes after the end of a response, and reads them as the response
to the next request on the same connection. So it gets only one part at a time: headers, a response
without a length, and each chunk that may be the last one end with a blank line, and a body with a
length ends after that many bytes. If bytes are left then, the connection is not reused.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from pulumi_setsmart.client.timed_stream import TimedConnector, TimedStream

MOST_HEAD_BYTES = 1024 * 1024
"""The largest headers, including informational responses."""

_BLANK_LINE = re.compile(rb"\n\r?\n")
_LONGEST_BEFORE_ITS_END = 2
"""How many bytes of a blank line may have been returned before its last one arrives."""


class MessageStream(httpcore.NetworkStream):
    """A connection from which responses are read part by part.

    Args:
        wire: The connection.
    """

    def __init__(self, wire: TimedStream) -> None:
        self._wire = wire
        self._received = b""
        self._position = 0
        self._head_bytes: int | None = 0
        self._body_left = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes, up to the end of a part; nothing at the end of the connection."""
        if self._position == len(self._received):
            self._receive(max_bytes, timeout)
        end = min(self._end_of_part(), self._position + max_bytes, len(self._received))
        part = self._received[self._position : end]
        self._position = end
        self._body_left = max(0, self._body_left - len(part))
        return part

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a part of a request; bytes received before it do not belong to the response."""
        self._received, self._position = b"", 0
        self._head_bytes, self._body_left = 0, 0
        self._wire.write(buffer, timeout)

    def begin_body(self, length: int | None) -> None:
        """Note that the headers of a response are complete.

        Args:
            length: How many bytes its body has, or None if they do not say.
        """
        self._head_bytes = None
        self._body_left = length or 0

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> MessageStream:
        """Return the same connection, encrypted.

        Raises:
            httpcore.ConnectError: Unexpected bytes arrived before the encryption.
        """
        if self._has_bytes_left:
            raise httpcore.ConnectError("the proxy sent more than it was asked for")
        return MessageStream(self._wire.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return information about the connection; bytes that are left make it readable."""
        if info == "is_readable" and self._has_bytes_left:
            return True
        return self._wire.get_extra_info(info)

    @property
    def _has_bytes_left(self) -> bool:
        return self._position < len(self._received)

    def _receive(self, max_bytes: int, timeout: float | None) -> None:
        new = self._wire.read(max_bytes, timeout)
        if self._head_bytes is not None:
            self._head_bytes += len(new)
            if self._head_bytes > MOST_HEAD_BYTES:
                raise httpcore.RemoteProtocolError("the headers of the response never end")
        begun = b"" if self._body_left else self._received[-_LONGEST_BEFORE_ITS_END:]
        self._received, self._position = begun + new, len(begun)

    def _end_of_part(self) -> int:
        if self._body_left:
            return self._position + self._body_left
        search_from = max(0, self._position - _LONGEST_BEFORE_ITS_END)
        while (blank := _BLANK_LINE.search(self._received, search_from)) is not None:
            if blank.end() > self._position:
                return blank.end()
            search_from = blank.start() + 1
        return len(self._received)


class MessageBackend(httpcore.NetworkBackend):
    """Makes such connections for httpcore; its timeouts are deadlines.

    Args:
        clock: The monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._connector = TimedConnector(clock)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 -- never given by us
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> MessageStream:
        """Return a connection to a host."""
        assert timeout is not None  # noqa: S101 -- our transport gives one with each request
        return MessageStream(self._connector.connect(host, port, timeout, socket_options))
