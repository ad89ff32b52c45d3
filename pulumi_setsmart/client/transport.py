"""What carries requests to the network: httpcore's pool of connections, over streams of our own."""

from __future__ import annotations

import contextlib
import ipaddress
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import httpcore

from pulumi_setsmart.client.body import content_length
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.message_stream import MessageBackend, MessageStream

_MOST_CONNECTIONS = 100
_KEPT_CONNECTIONS = 20
_KEPT_FOR = 5.0
"""Seconds; these three are httpx's own defaults."""

_ERRORS: Mapping[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}


class BoundedTransport(httpx.BaseTransport):
    """Carries requests, each of which is over when its timeout is, all of its parts together.

    Args:
        clock: The monotonic time in seconds.
        proxy: The proxy to go through, or None.
        is_encrypted: Whether https is spoken, which takes the certificates of this machine.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        proxy: httpx.Proxy | None = None,
        *,
        is_encrypted: bool = True,
    ) -> None:
        self._clock = clock
        self._pool = _pool(MessageBackend(clock), proxy, is_encrypted=is_encrypted)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the response, whose body is still to be read."""
        seconds = request.extensions["timeout"]["read"]
        ends_at = self._clock() + seconds
        limits = {"connect": ends_at, "read": ends_at, "write": ends_at, "pool": seconds}
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101 -- the client is not async
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={**request.extensions, "timeout": limits},
        )
        with _errors_of_httpx():
            response = self._pool.handle_request(sent)
        headers = httpx.Headers(response.headers)
        connection = response.extensions.get("network_stream")
        if isinstance(connection, MessageStream):
            is_chunked = "Transfer-Encoding" in headers
            connection.begin_body(None if is_chunked else content_length(headers))
        assert isinstance(response.stream, Iterable)  # noqa: S101 -- the pool is not async
        return httpx.Response(
            response.status,
            headers=headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of a response, as it comes."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._parts

    def close(self) -> None:
        if hasattr(self._parts, "close"):
            self._parts.close()


def network(
    base_url: str, clock: Callable[[], float]
) -> tuple[BoundedTransport, dict[str, httpx.BaseTransport | None]]:
    """Return what carries requests to an address, and what does so by way of proxies.

    The environment's proxies are used for https only: another one would be handed the key in clear.

    Args:
        base_url: The address.
        clock: The monotonic time in seconds.

    Returns:
        The transport, and those that take its place, by the patterns of httpx's ``mounts``.
    """
    if base_url.startswith("http:"):
        return BoundedTransport(clock, is_encrypted=False), {}
    mounts: dict[str, httpx.BaseTransport | None] = {}
    for pattern, proxy in proxies(urllib.request.getproxies()).items():
        mounts[pattern] = None if proxy is None else BoundedTransport(clock, httpx.Proxy(proxy))
    return BoundedTransport(clock), mounts


def proxies(found: Mapping[str, str]) -> dict[str, str | None]:
    """Return the proxies for https, as httpx finds them: each URL, or None, by its pattern.

    Args:
        found: What `urllib.request.getproxies` returns.
    """
    exceptions = [name.strip() for name in found.get("no", "").split(",") if name.strip()]
    if "*" in exceptions:
        return {}
    patterns: dict[str, str | None] = {}
    for scheme in ("https", "all"):
        address = found.get(scheme)
        if address:
            patterns[f"{scheme}://"] = address if "://" in address else f"http://{address}"
    return patterns | {_pattern(name): None for name in exceptions}


def _pattern(name: str) -> str:
    """Return the pattern for a host, or for a domain with all below it, that has no proxy."""
    if "://" in name:
        return name
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(name.split("/", 1)[0])
        return f"all://{name}" if address.version == 4 else f"all://[{name}]"  # noqa: PLR2004
    return f"all://{name}" if name.lower() == "localhost" else f"all://*{name}"


def _pool(
    backend: MessageBackend, proxy: httpx.Proxy | None, *, is_encrypted: bool
) -> httpcore.ConnectionPool:
    certificates = httpx.create_ssl_context() if is_encrypted else None
    common: dict[str, Any] = {
        "ssl_context": certificates,
        "max_connections": _MOST_CONNECTIONS,
        "max_keepalive_connections": _KEPT_CONNECTIONS,
        "keepalive_expiry": _KEPT_FOR,
        "network_backend": backend,
    }
    if proxy is None:
        return httpcore.ConnectionPool(**common)
    address = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/"
    )
    if proxy.url.scheme.startswith("socks5"):
        return httpcore.SOCKSProxy(proxy_url=address, proxy_auth=proxy.raw_auth, **common)
    return httpcore.HTTPProxy(
        proxy_url=address,
        proxy_auth=proxy.raw_auth,
        proxy_headers=proxy.headers.raw,
        **common,
    )


@contextlib.contextmanager
def _errors_of_httpx() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        for error_class in type(error).__mro__:
            if error_class in _ERRORS:
                raise _ERRORS[error_class](str(error)) from error
        raise
