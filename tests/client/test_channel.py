"""The way to an account: within bounds, to nobody else, and without a word of the key."""

from __future__ import annotations

import gzip
import http.server
import json
import logging
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send
from support.messages import raises
from support.mock_client import BASE_URL, KEY, Clock, Script, credential
from support.served_sandbox import serving

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.errors import (
    ConnectionFailedError,
    DeadlineExceededError,
    ResponseTooLargeError,
    ServerError,
    UnknownOutcomeError,
    UntrustedServerError,
)
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.sandbox import DEFAULT_KEY, SandboxSettings

VILLA = {"id": "prop_1", "name": "Villa"}


def client_with(handler: Any, clock: Clock | None = None, **connection: Any) -> Client:
    """Return a client whose requests ``handler`` answers, with other settings than the usual."""
    clock = clock or Clock()
    return Client.of(
        Connection(BASE_URL, (credential(),), **connection),
        transport=httpx.MockTransport(handler),
        sleep=clock.sleep,
        clock=clock.time,
    )


def get(client: Client) -> object:
    """Ask for the villa."""
    return Collection(client, "/properties").get("prop_1")


def test_a_response_that_is_too_large_is_not_read() -> None:
    """It would fill the memory; and it is not asked for again."""
    script = Script(httpx.Response(200, content=b'"' + b"x" * 2000 + b'"'))
    with raises(
        ResponseTooLargeError,
        MessageCode.RESPONSE_TOO_LARGE,
        "0.000953674 MiB",
        "setsmart:maxResponseMiB",
    ):
        get(client_with(script, largest_response=1000))
    assert len(script.requests) == 1


def test_a_response_that_is_too_large_when_decompressed_is_not_read() -> None:
    """A few packed bytes may stand for very many."""
    packed = gzip.compress(b" " * 10_000_000)
    script = Script(httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ResponseTooLargeError):
        get(client_with(script, largest_response=100_000))


def test_a_response_of_the_largest_size_is_read() -> None:
    """The bound itself is within it."""
    body = json.dumps(VILLA).encode()
    get(client_with(Script(httpx.Response(200, content=body)), largest_response=len(body)))


def test_a_response_that_trickles_ends_with_the_timeout() -> None:
    """Each byte in time, but not the whole: the attempt is over."""
    clock = Clock()

    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                clock.now += 1
                yield b" "

    client = client_with(
        lambda _: httpx.Response(200, stream=Trickle()), clock, timeout=5, retry=RetryPolicy(0)
    )
    with raises(ConnectionFailedError, MessageCode.TIMED_OUT, "GET /properties/prop_1"):
        get(client)
    assert clock.now < 8


def test_no_wait_goes_beyond_the_deadline() -> None:
    """A server that is used up for longer than the operation may take is not waited for."""
    clock = Clock()
    script = Script(httpx.Response(429, headers={"Retry-After": "3600"}))
    with raises(
        DeadlineExceededError, MessageCode.DEADLINE_EXCEEDED, "3600 s", "setsmart:deadline"
    ):
        get(client_with(script, clock, deadline=100))
    assert clock.now < 1


def test_the_deadline_ends_retries() -> None:
    """The error is the last one, and says what ended it."""
    clock = Clock()
    client = client_with(lambda _: httpx.Response(500), clock, deadline=3)
    with raises(
        DeadlineExceededError, MessageCode.DEADLINE_EXCEEDED, "setsmart:deadline", "status 500"
    ):
        get(client)
    assert clock.now <= 3


def test_the_requests_of_an_operation_share_its_deadline() -> None:
    """What the first one has used is not there for the second."""
    clock = Clock()
    operation = client_with(
        lambda _: httpx.Response(200, json=VILLA), clock, deadline=10
    ).operation()
    get(operation)
    operation.wait(7)
    with pytest.raises(TimeoutError):
        operation.wait(7)
    clock.now += 5
    failing = client_with(lambda _: httpx.Response(500), clock, deadline=10).operation()
    clock.now += 10
    with pytest.raises(DeadlineExceededError):
        get(failing)


def test_the_number_of_retries_is_a_setting() -> None:
    """And the error tells the attempt that was the last."""
    script = Script(*[httpx.Response(503)] * 3)
    with raises(ServerError, MessageCode.SERVER_ERROR, "status 503, attempt 3"):
        get(client_with(script, retry=RetryPolicy(retries=2)))


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_sandbox_is_asked_directly(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """A proxy would be handed the key in clear."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with serving() as served:
        base_url = str(served.client.base_url).rstrip("/")
        client = Client.of(Connection(base_url, (credential(DEFAULT_KEY),)))
        assert list(Collection(client, "/properties").records()) == []
        client.close()


@contextmanager
def https_server(authority: trustme.CA) -> Iterator[str]:
    """Serve the villa over HTTPS, with a certificate of this authority."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(VILLA).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with http.server.ThreadingHTTPServer(("localhost", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_certificate_has_to_be_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An authority of one's own is named by the usual variable; without, nothing is sent."""
    authority = trustme.CA()
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    monkeypatch.setenv("NO_PROXY", "localhost")
    with https_server(authority) as base_url:
        connection = Connection(base_url, (credential(),))
        stranger = Client.of(connection)
        with raises(UntrustedServerError, MessageCode.UNTRUSTED_SERVER, "SSL_CERT_FILE"):
            get(stranger)
        stranger.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        client = Client.of(connection)
        assert get(client) is not None
        client.close()


def test_each_exchange_is_logged_without_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """Method, path, status, duration, attempt and budget: no key, no body, no query."""
    limits = {
        "X-RateLimit-Remaining": "41",
        "Date": "Sat, 20 Nov 2286 17:46:00 GMT",
        "X-RateLimit-Reset": "9999999999",
        "X-RateLimit-Limit": "100",
    }
    script = Script(httpx.ReadError("reset"), httpx.Response(200, json=VILLA, headers=limits))
    with caplog.at_level(logging.DEBUG, logger="pulumi_setsmart"):
        client_with(script).send(
            Request("PUT", "/properties/prop_1?cursor=secret", {"name": "hush"}), lambda _: None
        )
    lines = [record.getMessage() for record in caplog.records]
    facts = [json.loads(line.removeprefix("SetSmart request ")) for line in lines]
    assert [(fact["status"], fact["attempt"], fact["remaining"]) for fact in facts] == [
        (None, 1, None),
        (200, 2, 41),
    ]
    assert {(fact["method"], fact["path"]) for fact in facts} == {("PUT", "/properties/prop_1")}
    for secret in (KEY, "secret", "hush"):
        assert secret not in caplog.text


def test_a_lost_post_has_an_error_of_its_own() -> None:
    """Whoever creates decides what to do about it."""
    script = Script(httpx.ReadError("reset"))
    with raises(UnknownOutcomeError, MessageCode.UNKNOWN_OUTCOME, "POST /properties"):
        Collection(client_with(script), "/properties").create({}, "key")


class Connections:
    """ASGI middleware that notes from where each request came, and what it could decompress."""

    def __init__(self, app: ASGIApp, ports: set[int], encodings: set[str]) -> None:
        self._app = app
        self._ports = ports
        self._encodings = encodings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        self._ports.add(scope["client"][1])
        self._encodings.add(Headers(scope=scope).get("Accept-Encoding", ""))
        await self._app(scope, receive, send)


def test_connections_are_reused_and_responses_may_be_compressed() -> None:
    """Four threads need four connections at the most, whatever the number of requests."""
    ports, encodings = set[int](), set[str]()
    middleware = [Middleware(Connections, ports=ports, encodings=encodings)]
    with serving(SandboxSettings(rate_limit=0), middleware=middleware) as served:
        credentials = (credential(DEFAULT_KEY),)
        client = Client.of(Connection(str(served.client.base_url).rstrip("/"), credentials))
        listings = Collection(client, "/properties")
        with ThreadPoolExecutor(4) as threads:
            made = [
                *threads.map(lambda n: listings.create({"name": f"Villa {n}"}, str(n)), range(40))
            ]
        assert [record.id for record in listings.records()] == [
            identifier for identifier, _ in sorted(made, key=lambda one: int(one[0][5:]))
        ]
        client.close()
    assert len(ports) <= 4
    assert all("gzip" in encoding for encoding in encodings)
