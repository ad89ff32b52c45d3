"""What carries requests: which proxies are used, and that nobody on the way sees the key."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
import trustme
from support.hostile_server import LISTING, Received, client_with, hostile, response, sends
from support.messages import raises
from support.mock_client import KEY
from support.waiting import HANG_GUARD

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import ConnectionFailedError
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.client.transport import network, proxies
from pulumi_setsmart.models.message_code import MessageCode

ENVIRONMENTS: list[Mapping[str, str]] = [
    {},
    {"HTTPS_PROXY": "http://proxy.example:8080"},
    {"https_proxy": "proxy.example:8080", "HTTP_PROXY": "http://other.example"},
    {"ALL_PROXY": "https://user:password@proxy.example"},
    {"ALL_PROXY": "http://one.example", "HTTPS_PROXY": "http://two.example"},
    *(
        {"HTTPS_PROXY": "http://proxy.example:8080", "NO_PROXY": exceptions}
        for exceptions in (
            "",
            "*",
            "setsmart.example",
            ".setsmart.example",
            "example",
            "127.0.0.1, ::1 ,localhost",
            "10.0.0.0/8",
            "LOCALHOST,http://setsmart.example",
            "https://setsmart.example",
            "one.example,,*",
            "setsmart.example:443",
        )
    ),
]
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
def test_proxies_are_those_of_httpx(
    monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]
) -> None:
    """Whoever knows its rules finds them here."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _, mounts = network("https://setsmart.example/v1", lambda: 0.0)
    expected = httpx.Client(timeout=HANG_GUARD)
    ours = httpx.Client(mounts=mounts, trust_env=False, timeout=HANG_GUARD)
    hosts = [
        "setsmart.example",
        "www.setsmart.example",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "10.1.2.3",
    ]
    for url in (httpx.URL(f"https://{host}/") for host in hosts):
        chosen = expected._transport_for_url(url) is not expected._transport  # noqa: SLF001 -- the rule
        taken = ours._transport_for_url(url) is not ours._transport  # noqa: SLF001 -- as above
        assert taken == chosen, url
    for client in (expected, ours):
        client.close()


def test_no_proxy_is_used_without_encryption() -> None:
    """It would be handed the key in clear."""
    _, mounts = network("http://127.0.0.1:1/v1", lambda: 0.0)
    assert mounts == {}
    assert "http://" not in proxies({"http": "http://proxy.example", "https": "proxy.example"})


class Proxy:
    """A proxy that connects wherever it is asked to, over TLS or not.

    Attributes:
        seen: What clients sent to it before they were connected.
        forwarded: What went through it afterwards.
        before: What it sends together with its consent.
    """

    def __init__(self, context: ssl.SSLContext | None, before: bytes = b"") -> None:
        self.seen, self.forwarded = b"", b""
        self._before = before
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._begin(self._serve)

    def stop(self) -> None:
        """Close everything."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(HANG_GUARD)

    def _begin(self, task: object, *arguments: object) -> None:
        thread = threading.Thread(target=task, args=arguments)  # type: ignore[arg-type]  # a method
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            self._open.append(client)
            if self._context is not None:
                client = self._context.wrap_socket(client, server_side=True)
                self._open.append(client)
            while b"\r\n\r\n" not in self.seen:
                self.seen += client.recv(65536)
            host, port = self.seen.split(b" ")[1].split(b":")
            server = socket.create_connection((host.decode(), int(port)))
            self._open.append(server)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + self._before)
            self._begin(self._forward, server, client)
            self._forward(client, server)

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.forwarded += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The certificates of a server and of a proxy that this machine trusts."""
    authority = trustme.CA()
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@contextlib.contextmanager
def proxy(
    monkeypatch: pytest.MonkeyPatch, context: ssl.SSLContext | None, before: bytes = b""
) -> Iterator[Proxy]:
    """Run a proxy, and have the environment name it."""
    running = Proxy(context, before)
    monkeypatch.setenv("HTTPS_PROXY", running.url)
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_proxy_carries_what_it_cannot_read(
    monkeypatch: pytest.MonkeyPatch, certificates: ssl.SSLContext, *, is_encrypted: bool
) -> None:
    """Over TLS or not: it learns the host and no more."""
    with (
        hostile(sends(response()), context=certificates) as server,
        proxy(monkeypatch, certificates if is_encrypted else None) as carrier,
        client_with(server, server.url.replace("http:", "https:")) as client,
    ):
        for _ in range(3):
            assert Collection(client, "/properties").get("prop_1").id == "prop_1"
    assert server.connections == 1
    assert b"CONNECT 127.0.0.1:" in carrier.seen
    for secret in (KEY.encode(), LISTING, b"X-API-Key"):
        assert secret not in carrier.seen + carrier.forwarded


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_response_that_trickles_through_a_proxy_ends(
    monkeypatch: pytest.MonkeyPatch, certificates: ssl.SSLContext, *, is_encrypted: bool
) -> None:
    """The time of an attempt is over all that is between."""

    def behave(peer: object, _request: Received) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nX-A: ")  # type: ignore[attr-defined]  # a Peer
        peer.trickle(b"x" * 1000)  # type: ignore[attr-defined]  # as above

    with (
        hostile(behave, context=certificates) as server,
        proxy(monkeypatch, certificates if is_encrypted else None),
        client_with(
            server, server.url.replace("http:", "https:"), retry=RetryPolicy(retries=0)
        ) as client,
        raises(ConnectionFailedError, MessageCode.TIMED_OUT, "GET /properties/prop_1"),
    ):
        Collection(client, "/properties").get("prop_1")


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_bytes_that_a_proxy_adds_before_the_encryption_are_rejected(
    monkeypatch: pytest.MonkeyPatch, certificates: ssl.SSLContext, *, is_encrypted: bool
) -> None:
    """It is not from the server, so nothing is sent."""
    with (
        hostile(sends(response()), context=certificates) as server,
        proxy(monkeypatch, certificates if is_encrypted else None, before=response()),
        client_with(
            server, server.url.replace("http:", "https:"), retry=RetryPolicy(retries=0)
        ) as client,
        raises(
            ConnectionFailedError,
            MessageCode.CONNECTION_FAILED,
            server.url.replace("http:", "https:"),
        ),
    ):
        Collection(client, "/properties").create({"name": "Villa"}, "one")
    assert server.requests == []
