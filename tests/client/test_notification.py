"""A message to a chat: delivered once if that is possible, within limits, and to nobody else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import httpx
import pytest

from pulumi_setsmart.client.notification import post_notification

ADDRESS = "https://hooks.chat.example/services/T0/B0/canary-of-the-address"
MESSAGE = {"text": "1 deleted"}


class Chat:
    """A service that responds in turn with statuses, or fails."""

    def __init__(self, *responses: int | Exception) -> None:
        self._responses = iter(responses)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def post(self, address: str = ADDRESS) -> str | None:
        """Post a message to it."""
        transport = httpx.MockTransport(self._respond)
        return post_notification(address, MESSAGE, transport=transport, sleep=self.slept.append)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = next(self._responses)
        if isinstance(response, Exception):
            raise response
        headers = {"Location": "https://elsewhere.example/"} if response // 100 == 3 else {}
        return httpx.Response(response, headers=headers, stream=_Endless())


class _Endless(httpx.SyncByteStream):
    """A body that nobody may read."""

    def __iter__(self) -> Iterator[bytes]:
        raise AssertionError("it was read")


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_message_is_posted_once(status: int) -> None:
    """As JSON, without a key of ours, and whatever else the service says is not read."""
    chat = Chat(status)
    assert chat.post() is None
    [request] = chat.requests
    assert (request.method, str(request.url)) == ("POST", ADDRESS)
    assert json.loads(request.content) == MESSAGE
    assert request.headers["Content-Type"] == "application/json"
    assert "X-API-Key" not in request.headers
    assert chat.slept == []


@pytest.mark.parametrize(
    "failure",
    [429, 500, 503, httpx.ConnectError("refused"), httpx.ReadTimeout("late")],
    ids=str,
)
def test_what_may_pass_is_tried_again(failure: int | Exception) -> None:
    """Three times at most, with a wait before each, and then there is a reason."""
    chat = Chat(failure, failure, 200)
    assert chat.post() is None
    assert len(chat.requests) == 3
    assert len(chat.slept) == 2
    given_up = Chat(failure, failure, failure, failure)
    assert given_up.post() is not None
    assert len(given_up.requests) == 4
    assert sum(given_up.slept) < 30


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 403, 404, 410])
def test_what_will_not_pass_is_final(status: int) -> None:
    """A redirect is not followed: the message was not meant for whoever is there."""
    chat = Chat(status)
    assert str(status) in (chat.post() or "")
    assert len(chat.requests) == 1


@pytest.mark.parametrize(
    "fail", [lambda: 404, lambda: httpx.ConnectError(f"no route to {ADDRESS}"), lambda: 503]
)
def test_no_reason_and_no_log_has_the_address(
    fail: Callable[[], int | Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever knows it can post."""
    with caplog.at_level(logging.DEBUG, logger="pulumi_setsmart"):
        reason = Chat(*(fail() for _ in range(4))).post()
    assert reason is not None
    assert "canary" not in reason + caplog.text


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "https://HOOKS.chat.example/services/../T0/B0/canary",
        "https://hooks.chat.example:443/a/./T0/canary?canary=a b#canary",
        "https://hooks.chat.example/T\N{LATIN SMALL LETTER E WITH ACUTE}/canary",
    ],
)
def test_no_line_of_the_http_library_has_the_address(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """However it is spelled, and as it is sent."""
    with caplog.at_level(logging.DEBUG):
        Chat(404).post(address)
    assert "HTTP Request: POST" in caplog.text
    assert "canary" not in caplog.text


def test_an_address_that_cannot_be_used_is_a_reason() -> None:
    """Not a traceback, and no attempt after it."""
    assert Chat().post("https://[::1") is not None


@pytest.mark.parametrize(
    ("name", "value", "fact"),
    [
        ("HTTPS_PROXY", "ftp://user:canary@proxy.example", "proxy"),
        ("HTTPS_PROXY", "http://user:canary@proxy.example:port", "proxy"),
        ("ALL_PROXY", "socks5://user:canary@127.0.0.1:1", "proxy"),
        ("SSL_CERT_FILE", "/nowhere/canary.pem", "SSL_CERT_FILE"),
    ],
)
def test_what_the_network_needs_and_cannot_be_used_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fact: str
) -> None:
    """The report is there, so it is no failure of the command; nothing is sent another way."""
    monkeypatch.setenv(name, value)
    slept: list[float] = []
    reason = post_notification(ADDRESS, MESSAGE, sleep=slept.append)
    assert fact in (reason or "")
    assert "canary" not in (reason or "")
