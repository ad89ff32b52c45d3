"""Whatever comes over the wire: a response in the API's form or a closed connection, no traceback.

The server is a process, so that its terminal shows what a person would see.
"""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.sandbox_process import SandboxProcess, sandbox_process
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import DEFAULT_KEY


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    """A sandbox for all tests here; whatever they did to it, at the end its terminal is empty."""
    with sandbox_process("--rate-limit", "0", "--seed", "2") as process:
        yield process
        assert process.client.get("/properties").status_code == 200
        errors = process.end(signal.SIGTERM)
        refused = "Invalid HTTP request received."
        assert [line for line in errors.splitlines() if not line.endswith(refused)] == []


def exchanged(sandbox: SandboxProcess, sent: bytes, *, ends: bool = False) -> bytes:
    """Send bytes and return what comes back until the server closes the connection.

    Args:
        sandbox: Where to.
        sent: What to send.
        ends: Whether to tell the server that no more will come. It may then close without a word.
    """
    parts = urlsplit(str(sandbox.client.base_url))
    received = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=HANG_GUARD) as client:
        try:
            client.sendall(sent)
            if ends:
                client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65536):
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
    return received


def request(line: str, *headers: str, body: bytes = b"", key: str = DEFAULT_KEY) -> bytes:
    head = [line, "Host: localhost", f"X-API-Key: {key}", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def is_in_form(response: bytes) -> bool:
    """Return whether a response is in a form of the API, or a page of the dashboard."""
    head, _, body = response.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return is_in_form(body)
    status = int(head.split(b" ")[1])
    if status == 500:
        return False
    if b"text/html" in head or b"text/css" in head or b"text/plain" in head:
        return b"/v1" not in body
    if status >= 400 and body:
        return set(json.loads(body)["error"]) >= {"code", "message"}
    return not body or json.loads(body) is not None


POST = "POST /v1/properties HTTP/1.1"
GET = "GET /v1/properties HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"

BROKEN: dict[str, bytes] = {
    "a length that is no number": request(POST, "Content-Length: abc"),
    "a negative length": request(POST, "Content-Length: -1"),
    "a length in another script": request(POST, "Content-Length: \xb2"),
    "two lengths": request(POST, "Content-Length: 2", "Content-Length: 3", body=b"{}"),
    "a huge length": request(POST, f"Content-Length: {'9' * 30}", body=b"{}"),
    "a length and chunks": request(
        POST, "Content-Length: 2", CHUNKED, body=b"2\r\n{}\r\n0\r\n\r\n"
    ),
    "chunks that are none": request(POST, CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "a huge chunk": request(POST, CHUNKED, body=b"f" * 30 + b"\r\n{}"),
    "an endless extension": request(
        POST, CHUNKED, body=b"2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n"
    ),
    "another coding": request(POST, "Transfer-Encoding: gzip", body=b"{}"),
    "chunks that are none, of a stranger": request(POST, CHUNKED, key="no", body=b"zz\r\n{}\r\n"),
    "a body that goes on, of a stranger": request(
        POST, "Content-Length: 2", key="no", body=b"{}" + b"\xff" * 5000
    ),
    "garbage after a request": request(GET) + b"\x00\x01\xff\r\n\r\n",
    "a body that ends early": request(POST, "Content-Length: 500", body=b"{"),
    "a form that ends early": request(
        "POST /listings/new HTTP/1.1", "Content-Length: 9", body=b"t"
    ),
    "a body for a GET": request(GET, "Content-Length: 5", body=b"hello"),
    "a large header": request(GET, f"X-Large: {'x' * 100_000}"),
    "many headers": request(GET, *[f"X-{number}: x" for number in range(5000)]),
    "a header without a name": request(GET, ": x"),
    "a header without a colon": request(GET, "hello"),
    "a folded header": request(GET, "X-One: a\r\n b"),
    "NUL in a header": request(GET, "X-One: a\x00b"),
    "two hosts": request(GET, "Host: evil.example"),
    "a key of bytes": request(GET, key="\xff\xfe"),
    "a long path": request(f"GET /v1/{'x' * 60_000} HTTP/1.1"),
    "a long id": request(f"GET /v1/properties/prop_{'9' * 10_000} HTTP/1.1"),
    "a long query": request(f"GET /v1/properties?page={'9' * 14_000} HTTP/1.1"),
    "many parameters": request(f"GET /v1/properties?{'a&' * 7000} HTTP/1.1"),
    "no path": request("GET  HTTP/1.1"),
    "an absolute path": request("GET http://evil.example/v1/properties HTTP/1.1"),
    "a path without a slash": request("GET v1/properties HTTP/1.1"),
    "an asterisk": request("OPTIONS * HTTP/1.1"),
    "a tunnel": request("CONNECT evil.example:443 HTTP/1.1"),
    "a method of its own": request("HACK /v1/properties HTTP/1.1"),
    "a method in lower case": request("get /v1/properties HTTP/1.1"),
    "HTTP 1.0": request("GET /v1/properties HTTP/1.0"),
    "HTTP 1.0 without a host": b"GET /v1/properties HTTP/1.0\r\n\r\n",
    "HTTP 1.1 without a host": b"GET /v1/properties HTTP/1.1\r\n\r\n",
    "HTTP 0.9": b"GET /v1/properties\r\n\r\n",
    "HTTP 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP 9": request("GET /v1/properties HTTP/9.9"),
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 200,
    "nothing": b"",
    "lines": b"\r\n" * 1000,
    "an upgrade": request(GET, "Upgrade: websocket", "Connection: upgrade"),
    "an upgrade to HTTP 2": request(GET, "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings"),
    "an expectation": request(POST, "Expect: 100-continue", "Content-Length: 2", body=b"{}"),
    "another expectation": request(POST, "Expect: miracles", "Content-Length: 2", body=b"{}"),
    "many requests at once": request(GET).replace(b"Connection: close\r\n", b"") * 50
    + request(GET),
}
UNFINISHED = {
    "a huge length",
    "a huge chunk",
    "a body that ends early",
    "a form that ends early",
    "nothing",
    "lines",
}
"""The server would wait for the rest."""


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_hardly_http_is_refused_in_the_form_of_the_api(
    name: str, sandbox: SandboxProcess
) -> None:
    """Or not answered at all."""
    response = exchanged(sandbox, BROKEN[name], ends=name in UNFINISHED)
    if name == "many requests at once":
        assert response.count(b"HTTP/1.1 200 OK") == 51
    elif response or name not in UNFINISHED:
        assert is_in_form(response)


PATHS = [
    "/v1/properties/..%2f..%2fetc%2fpasswd",
    "/v1/properties/../../etc/passwd",
    "/v1/../listings/new",
    "/v1/%2e%2e/",
    "/v1//properties",
    "//v1/properties",
    "/v1/properties/",
    "/v1/properties/prop_1/",
    "/v1/properties/prop_1%00",
    "/v1/properties/%00",
    "/v1/properties/%ff%fe",
    "/v1/properties/%",
    "/v1/properties/%zz",
    "/v1/properties/%ed%a0%80",
    "/v1/properties/prop_%D9%A1",
    "/v1/properties/prop_01",
    "/v1/properties/prop_-1",
    "/v1/properties/prop_1;x=1",
    "/v1/properties/prop_1'%20OR%201=1--",
    f"/v1/properties/prop_{'9' * 5000}",
    "/v1/properties?page=%00",
    "/v1/properties?page=1&page=2",
    "/v1/properties?page=1e3",
    "/v1/properties?%ff=%ff",
    "/v1",
    "/v1/",
    "/V1/properties",
    "/listings/%00",
    "/listings/..%2f..%2f",
    f"/listings/prop_{'9' * 5000}",
    "/webhooks/wh_1",
    "/webhooks/%ff",
    f"/webhooks/wh_1/deliveries/{'9' * 5000}",
    "/webhooks/wh_1/deliveries/-1",
    "/?page=-1&q=%00&status=%ff&notice=__class__",
    f"/?page={'9' * 5000}",
    "/?q=%ed%a0%80",
    "/dashboard.css%00",
    "/sandbox/requests",
]
METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_odd_paths_lead_nowhere_with_any_method(
    path: str, method: str, sandbox: SandboxProcess
) -> None:
    """Nothing is found that has another name, and nothing is deleted."""
    sent = request(f"{method} {path} HTTP/1.1", "X-HTTP-Method-Override: DELETE")
    response = exchanged(sandbox, sent)
    assert is_in_form(response)
    assert b"root:" not in response
    assert len(sandbox.client.get("/properties").json()) >= 2


def as_one(body: bytes) -> bytes:
    return request(POST, f"Content-Length: {len(body)}", body=body)


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "deep arrays": b'{"name": "x", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "arrays as deep as they are read": b'{"name": "x", "a": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a number of many digits": b'{"name": "x", "bedrooms": ' + b"9" * 100_000 + b"}",
    "a large number": b'{"name": "x", "rate": ' + b"9" * 400 + b"}",
    "no finite number": b'{"name": "x", "rate": 1e999}',
    "not a number": b'{"name": "x", "rate": NaN}',
    "the same name twice": b'{"name": "x", "name": "y"}',
    "half a character": b'{"name": "\\ud800"}',
    "NUL": b'{"name": "a\\u0000b", "\\u0000": "\\u0000"}',
    "control characters": b'{"name": "a\x01b"}',
    "a mark": b'\xef\xbb\xbf{"name": "x"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a list": b"[]",
    "a text": b'"x"',
    "a mebibyte": b'{"name": "' + b"x" * (1024 * 1024 - 12) + b'"}',
    "more than a mebibyte": b'{"name": "' + b"x" * (5 * 1024 * 1024) + b'"}',
    "many fields": json.dumps({"name": "x", **dict.fromkeys(map(str, range(50_000)))}).encode(),
    "fields of the server": b'{"name": "x", "id": [], "created_at": {}, "updated_at": null}',
    "odd events": b'{"url": [], "events": {"a": 1}, "secret": {}, "status": []}',
}


@pytest.mark.parametrize("path", ["properties", "webhooks", "pricing-rules"])
@pytest.mark.parametrize("name", BODIES)
def test_odd_bodies_are_refused_or_kept(name: str, path: str, sandbox: SandboxProcess) -> None:
    """What is kept can be listed, and shown in the dashboard."""
    sent = as_one(BODIES[name]).replace(b"/properties", f"/{path}".encode(), 1)
    response = exchanged(sandbox, sent)
    assert is_in_form(response)
    assert b" 500 " not in response.splitlines()[0]
    assert sandbox.client.get(f"/{path}").status_code == 200
    origin = str(sandbox.client.base_url).removesuffix("/v1/")
    for page in ("/", "/webhooks"):
        assert sandbox.client.get(f"{origin}{page}").status_code == 200


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["", GET, POST, "GET /", "POST /listings/new"]))
def test_bytes_of_any_kind_do_no_harm(sandbox: SandboxProcess, noise: bytes, start: str) -> None:
    """Alone, or after the beginning of a request."""
    response = exchanged(sandbox, start.encode() + noise, ends=True)
    if response:
        assert is_in_form(response)
