"""The request log: what it keeps, how long, and what it says of each request."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from attrs import evolve
from starlette.types import Message, Receive, Scope, Send
from support.served_sandbox import serving

from pulumi_setsmart.sandbox import DEFAULT_KEY, Behaviour, LoggedRequest, SandboxSettings
from pulumi_setsmart.sandbox.masking import Masking
from pulumi_setsmart.sandbox.request_log import LoggedContent, RequestLog, RequestLogger

MEBIBYTE = 1024 * 1024


def written(log: RequestLog, path: str, body: bytes = b"") -> LoggedRequest:
    """Write a request to a log, as one that has ended; return it."""
    request = log.add(LoggedRequest("GET", path, 200))
    log.complete(evolve(request, content=LoggedContent(b"", (), body)))
    return request


def kept(log: RequestLog) -> list[tuple[str, bool]]:
    """Return the paths in a log, each with whether its content is kept."""
    return [(request.path, request.content is not None) for request in log]


def test_the_oldest_requests_are_forgotten() -> None:
    """And their content with them; numbers go on."""
    log = RequestLog(most_requests=2, most_bytes=100)
    for path in ("a", "b", "c"):
        written(log, path, b"x" * 40)
    assert kept(log) == [("b", True), ("c", True)]
    assert [request.number for request in log] == [2, 3]
    assert log.get(1) is None
    written(log, "d", b"x" * 60)
    assert kept(log) == [("c", True), ("d", True)]


def test_the_oldest_content_is_forgotten_first() -> None:
    """While the requests themselves are still counted."""
    log = RequestLog(most_bytes=100)
    for path in ("a", "b", "c"):
        written(log, path, b"x" * 40)
    assert kept(log) == [("a", False), ("b", True), ("c", True)]
    written(log, "d", b"x" * 101)
    assert kept(log) == [("a", False), ("b", False), ("c", False), ("d", False)]
    written(log, "e", b"x" * 100)
    assert kept(log)[-1] == ("e", True)


def test_headers_and_queries_count_as_content() -> None:
    """A request may consist of them alone."""
    content = LoggedContent(b"ab", ((b"name", b"value"),), b"body", ((b"n", b"v"),), b"response")
    assert content.size == 2 + 9 + 4 + 2 + 8
    assert LoggedContent(b"", (), None, (), None).size == 0


def test_many_requests_are_kept() -> None:
    """A hundred thousand, with 32 MiB of content."""
    log = RequestLog()
    for number in range(100_002):
        log.add(LoggedRequest("GET", str(number), 200))
    assert len(log) == 100_000
    assert log[0].path == "2"
    log.clear()
    paths = [str(number) for number in range(33)]
    for path in paths:
        written(log, path, b"x" * MEBIBYTE)
    assert kept(log) == [(path, path != "0") for path in paths]


def test_a_log_can_be_cleared() -> None:
    """What was under way then is not in it; its places and slices are those of a list."""
    log = RequestLog()
    request = log.add(LoggedRequest("GET", "a", 200))
    log.clear()
    log.complete(evolve(request, content=LoggedContent(b"", ())))
    assert len(log) == 0
    assert written(log, "b").number == 2
    written(log, "c")
    assert [request.path for request in log[1:]] == ["c"]
    assert log[-1].path == "c"


def exchange(
    app: Callable[[Scope, Receive, Send], Any],
    scope: dict[str, Any],
    body: Sequence[Message] = (),
) -> RequestLog:
    """Let an application handle a request, and ten seconds pass between looks at the time."""
    log = RequestLog()
    times = iter(range(0, 1000, 10))
    logger = RequestLogger(app, log, lambda: 1000.0, lambda: float(next(times)))
    messages: Iterator[Message] = iter(body)

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    async def send(_message: Message) -> None:
        return

    given = {"type": "http", "method": "GET", "path": "/v1/properties", "headers": [], **scope}
    asyncio.run(logger(given, receive, send))
    return log


async def ok(_scope: Scope, receive: Receive, send: Send) -> None:
    """Respond in two pieces, to a request in any number of them."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"one ", "more_body": True})
    await send({"type": "http.response.body", "body": b"two"})


def test_a_request_is_kept_with_all_there_is_of_it() -> None:
    """Headers, query and bodies; how long it took is measured until the response ends."""
    headers = ((b"x-api-key", b"0123456789abcdef"), (b"user-agent", b"pulumi/3"))
    scope = {
        "method": "PUT",
        "path": "/v1/properties/prop_7",
        "query_string": b"a=b",
        "headers": headers,
    }
    body = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}", "more_body": False},
    ]
    [request] = exchange(ok, scope, body)
    assert request == LoggedRequest("PUT", "/v1/properties/prop_7", 200)
    assert (request.number, request.at, request.seconds) == (1, 1000.0, 20.0)
    assert (request.key, request.user_agent) == ("••••cdef", "pulumi/3")
    assert request.object_id == "prop_7"
    assert request.content == LoggedContent(
        b"a=b", headers, b"{}", ((b"content-type", b"text/plain"),), b"one two"
    )
    assert "0123456789abcdef" not in repr(request)


@pytest.mark.parametrize(("size", "is_kept"), [(MEBIBYTE, True), (MEBIBYTE + 1, False)])
def test_a_body_that_is_too_long_is_not_kept(size: int, *, is_kept: bool) -> None:
    """Neither that of a request nor that of a response."""

    async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": message["body"]})

    [request] = exchange(echo, {}, [{"type": "http.request", "body": b"x" * size}])
    assert request.content is not None
    for body in (request.content.body, request.content.response_body):
        assert (body is not None) == is_kept


def test_a_request_without_a_response_is_kept_too() -> None:
    """Whatever the application does instead."""

    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("on purpose")

    async def leave(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    log = RequestLog()
    logger = RequestLogger(fail, log, lambda: 0.0)
    scope = {"type": "http", "method": "GET", "path": "/v1", "headers": []}

    async def unused(*_arguments: object) -> Any:
        raise AssertionError

    with pytest.raises(RuntimeError):
        asyncio.run(logger(scope, unused, unused))
    assert list(log) == [LoggedRequest("GET", "/v1", None)]
    [cut] = exchange(leave, {})
    assert cut.content is not None
    assert cut.content.response_body == b"half"


def test_long_names_do_not_fill_the_memory() -> None:
    """Path and user agent are cut off."""
    scope = {"path": "/" + "x" * 60_000, "headers": [(b"user-agent", b"y" * 60_000)]}
    [request] = exchange(ok, scope)
    assert len(request.path) == 500
    assert len(request.user_agent) == 200


SECRET = "Zx9-canary-Qw7"


@pytest.mark.parametrize(
    "where",
    [
        {"headers": [(b"x-api-key", SECRET.encode())]},
        {"query_string": f"token={SECRET}".encode()},
        {"body": f'{{"door_code": "{SECRET}"}}'},
        {"known": [SECRET]},
    ],
)
@pytest.mark.parametrize("cut", [2, 8, 13])
def test_what_is_cut_is_masked_before(where: dict[str, Any], cut: int) -> None:
    """Wherever the secret is known from: no part of it is left at the end of a text."""
    texts = [f"{'x' * (most - cut - 1)}/{SECRET}/and more" for most in (500, 100, 200)]
    path, object_id, agent = texts
    body = str(where.get("body", "")).encode()
    headers = [*where.get("headers", []), (b"user-agent", agent.encode())]
    known = frozenset(where.get("known", ()))

    rows: list[LoggedRequest] = []
    log = RequestLog(masking=Masking(frozenset(), known))

    async def respond(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        head = [(b"location", f"/v1/{object_id.replace('/', ' ')}".encode())]
        await send({"type": "http.response.start", "status": 201, "headers": head})
        rows.append(log[-1])
        await send({"type": "http.response.body", "body": b""})

    scope = {"type": "http", "method": "POST", "path": path, **where, "headers": headers}
    message: Message = {"type": "http.request", "body": body}

    async def receive() -> Message:
        return message

    async def send(_message: Message) -> None:
        return

    asyncio.run(RequestLogger(respond, log, lambda: 0.0)(scope, receive, send))
    for request in (*rows, *log):
        assert request.path.startswith("x" * 400)
        assert len(request.path) <= 500
        assert len(request.user_agent) <= 200
        for text in (request.path, request.user_agent, request.object_id or ""):
            assert SECRET[:2] not in text


def test_what_outlives_its_headers_is_masked_before() -> None:
    """Afterwards nobody could know that a key is one."""
    log = RequestLog(most_bytes=100)
    content = LoggedContent(b"", ((b"x-api-key", SECRET.encode()),))
    for _ in range(5):
        request = log.add(LoggedRequest("GET", f"/v1/{SECRET}", 401, user_agent=f"of {SECRET}"))
        log.complete(evolve(request, content=content, object_id=SECRET))
    oldest = log[0]
    assert oldest.content is None
    assert (oldest.path, oldest.user_agent, oldest.object_id) == ("/v1/••••", "of ••••", "••••")
    assert log[-1].path == f"/v1/{SECRET}"


def test_whoever_has_a_response_finds_it_in_the_log() -> None:
    """All of it: nothing is written down afterwards."""
    with serving() as served:
        for number in range(20):
            served.client.post("/properties", json={"name": f"Villa {number}"})
            content = served.app.requests[-1].content
            assert content is not None
            assert f"Villa {number}".encode() in (content.response_body or b"")


@pytest.mark.parametrize("form", ["object", "enveloped", "location"])
def test_what_was_created_is_known_by_its_id(form: Any) -> None:
    """Wherever the server shows it; a list, and what failed, is about no object."""
    behaviour = Behaviour(create_response=form)
    with serving(SandboxSettings(behaviour=behaviour)) as served:
        served.client.post("/properties", json={"name": "Villa"})
        served.client.get("/properties")
        served.client.post("/properties", json={"name": ""})
        served.client.delete("/properties/prop_1")
        served.client.get("/properties/")
        served.client.get("/")
        served.client.post("/properties", content=b"[" * 5000)
        found = [request.object_id for request in served.app.requests]
    assert found == ["prop_1", None, None, "prop_1", None, None, None]


def test_a_key_is_kept_by_its_end_only() -> None:
    """At most a quarter of it."""
    with serving() as served:
        for key in (DEFAULT_KEY, "abc", "12345678", "x" * 100 + "1234"):
            served.client.get("/properties", headers={"X-API-Key": key})
        served.client.get("/properties", headers={"X-API-Key": ""})
        keys = [request.key for request in served.app.requests]
    assert keys == ["••••ey", "••••", "••••78", "••••1234", "none"]
