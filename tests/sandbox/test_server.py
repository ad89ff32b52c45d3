"""The sandbox in a thread, and what it remembers of its requests."""

import asyncio
import socket
import threading

import httpx
import pytest
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.served_sandbox import serving
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    LoggedRequest,
    SandboxSettings,
    create_app,
    running,
)


def test_a_sandbox_runs_while_the_block_runs() -> None:
    """It answers at once, on a port of its own, and afterwards nobody listens there."""
    with running(create_app()) as base_url:
        response = httpx.get(f"{base_url}/properties", trust_env=False, timeout=HANG_GUARD)
    assert response.status_code == 401
    assert base_url == f"http://127.0.0.1:{httpx.URL(base_url).port}/v1"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{base_url}/properties", trust_env=False, timeout=HANG_GUARD)


def test_several_run_side_by_side() -> None:
    """Each has its own port and its own data."""
    with serving() as one, serving() as other:
        one.client.post("/properties", json={"name": "Cabin"})
        assert other.client.get("/properties").json() == []


def test_no_thread_is_left_behind() -> None:
    """Not even when the block fails."""
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), running(create_app()):
        raise ZeroDivisionError
    assert threading.active_count() == before


def test_a_port_in_use_is_an_error() -> None:
    """It is raised to whoever starts the server."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), running(create_app(), port=port):
            pass


def test_an_open_connection_does_not_hold_the_server_up() -> None:
    """A client that keeps its connection does not keep the block from ending."""
    with httpx.Client(trust_env=False, timeout=HANG_GUARD) as client:
        with running(create_app()) as base_url:
            client.get(base_url)
        with pytest.raises(httpx.ConnectError):
            client.get(base_url)


def test_a_port_can_be_taken_again_at_once() -> None:
    """Even when the server that had it closed a connection, which the system remembers a while."""
    with httpx.Client(trust_env=False, timeout=HANG_GUARD) as client:
        with running(create_app()) as base_url:
            client.get(base_url)
        port = httpx.URL(base_url).port
        assert port is not None
        with running(create_app(), port=port) as again:
            assert client.get(again).status_code == 401


def test_requests_are_recorded_with_their_responses() -> None:
    """In their order, refused ones too, without their queries."""
    with serving(SandboxSettings(rate_limit=3)) as served:
        served.client.post("/properties", json={"name": "Cabin"})
        served.client.get("/properties", params={"page": 1})
        served.client.get("/properties/prop_9")
        served.client.get("/properties")
        assert list(served.app.requests) == [
            LoggedRequest("POST", "/v1/properties", 201),
            LoggedRequest("GET", "/v1/properties", 200),
            LoggedRequest("GET", "/v1/properties/prop_9", 404),
            LoggedRequest("GET", "/v1/properties", 429),
        ]


def test_a_client_that_goes_away_is_recorded_without_a_response(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is stored, nothing is sent, and the log has no error."""
    app = create_app()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/properties",
        "query_string": b"",
        "headers": [(b"x-api-key", DEFAULT_KEY.encode())],
    }
    received: list[Message] = [
        {"type": "http.request", "body": b'{"name": "Cabin"}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return received.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert list(app.requests) == [LoggedRequest("POST", "/v1/properties", None)]
    assert app.storage.objects(PROPERTIES) == []
    assert sent == []
    assert caplog.text == ""


class Teapot:
    """Middleware that answers everything itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("short and stout", status_code=418)(scope, receive, send)


def test_middleware_stands_before_everything_and_is_remembered() -> None:
    """It sees requests that have no key, and its responses are in the log."""
    with serving(middleware=[Middleware(Teapot)]) as served:
        response = served.client.get("/properties", headers={"X-API-Key": "wrong"})
        assert [request.status for request in served.app.requests] == [418]
    assert response.text == "short and stout"
