"""What the sandbox was asked: for tests that count requests, and for people who look at them.

It is kept in memory. Rows are small and many; headers and bodies are kept of the latest requests
only, as they are, and masked when they are shown. What is cut, or outlives its headers, is masked
before that: its secrets could not be found afterwards.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import overload

from attrs import evolve, field, frozen
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_setsmart.sandbox.masked_exchange import RawMessage, masking_of
from pulumi_setsmart.sandbox.masking import Masking, masked_key

_MOST_REQUESTS = 100_000
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST_BODY = 1024 * 1024
"""As long as the body of a request may be; what is longer is not kept."""
_LONGEST_PATH = 500
_LONGEST_USER_AGENT = 200
_LONGEST_ID = 100

Header = tuple[bytes, bytes]


@frozen
class LoggedContent:
    """What a request and its response consisted of, secrets included.

    Attributes:
        query: The query string.
        headers: The headers of the request.
        body: The body of the request as far as it was read, or None if it was too long to keep.
        response_headers: The headers of the response.
        response_body: The body of the response, or None if it was too long to keep.
    """

    query: bytes
    headers: tuple[Header, ...]
    body: bytes | None = b""
    response_headers: tuple[Header, ...] = ()
    response_body: bytes | None = b""

    @property
    def size(self) -> int:
        """How many bytes all of it has."""
        headers = (*self.headers, *self.response_headers)
        bodies = len(self.body or b"") + len(self.response_body or b"")
        return bodies + len(self.query) + sum(len(name) + len(value) for name, value in headers)


@frozen
class LoggedRequest:
    """A request and how it ended. Two are equal if method, path and status are.

    Attributes:
        method: The HTTP method.
        path: The path, with the base path and without a query.
        status: The status of the response, or None if there was none.
        number: Its place among all requests, from 1 on.
        at: When it arrived, in seconds since 1970.
        seconds: How long it took until the response ended, or as long as it has lasted.
        key: The last characters of the API key.
        user_agent: What the client calls itself.
        object_id: The id of the object that it was about, as client or server spelled it, or None.
        content: Headers and bodies, or None if they are no longer kept.
    """

    method: str
    path: str
    status: int | None
    number: int = field(default=0, eq=False)
    at: float = field(default=0.0, eq=False)
    seconds: float = field(default=0.0, eq=False)
    key: str = field(default="none", eq=False)
    user_agent: str = field(default="", eq=False)
    object_id: str | None = field(default=None, eq=False)
    content: LoggedContent | None = field(default=None, eq=False, repr=False)


def masking_of_request(
    masking: Masking, content: LoggedContent, status: int | None = None
) -> Masking:
    """Return the masking that also knows the secrets in a request and its response."""
    return masking_of(
        [
            RawMessage(content.headers, content.body),
            RawMessage(content.response_headers, content.response_body, status),
        ],
        masking.fields,
        query=content.query,
        secrets=masking.secrets,
    )


class RequestLog(Sequence[LoggedRequest]):
    """The latest requests, the oldest first.

    Args:
        most_requests: How many are kept.
        most_bytes: How many bytes of content are kept; the content of the oldest goes first.
        masking: What masks the secrets that are known beforehand.

    Attributes:
        masking: The same.
    """

    def __init__(
        self,
        most_requests: int = _MOST_REQUESTS,
        most_bytes: int = _MOST_BYTES,
        masking: Masking = Masking(frozenset()),  # noqa: B008 - it never changes
    ) -> None:
        self.masking = masking
        self._most_requests = most_requests
        self._most_bytes = most_bytes
        self._requests: dict[int, LoggedRequest] = {}
        self._with_content: deque[int] = deque()
        self._bytes = 0
        self._last = 0

    def add(self, request: LoggedRequest) -> LoggedRequest:
        """Add a request, without its content, and return it with its number."""
        self._last += 1
        added = evolve(request, number=self._last)
        self._requests[added.number] = added
        if len(self._requests) > self._most_requests:
            self._forget(next(iter(self._requests)))
        return added

    def complete(self, request: LoggedRequest) -> None:
        """Put a request, with its content, in the place of the one with its number."""
        if request.number not in self._requests or request.content is None:
            return
        self._requests[request.number] = request
        self._with_content.append(request.number)
        self._bytes += request.content.size
        while self._bytes > self._most_bytes:
            self._forget_content(self._with_content[0])

    def get(self, number: int) -> LoggedRequest | None:
        """Return the request with a number, or None if it is not kept."""
        return self._requests.get(number)

    def clear(self) -> None:
        """Forget all requests. Their numbers are not used again."""
        self._requests.clear()
        self._with_content.clear()
        self._bytes = 0

    def __len__(self) -> int:
        """Return how many requests are kept."""
        return len(self._requests)

    def __iter__(self) -> Iterator[LoggedRequest]:
        """Return the requests as they are now, whatever arrives meanwhile."""
        return iter([*self._requests.values()])

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[LoggedRequest]: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | list[LoggedRequest]:
        """Return the request at a place, or those of a slice."""
        return [*self][index]

    def _forget(self, number: int) -> None:
        if self._requests[number].content is not None:
            self._forget_content(number)
        del self._requests[number]

    def _forget_content(self, number: int) -> None:
        request = self._requests[number]
        self._with_content.remove(number)
        if request.content is None:
            return
        self._bytes -= request.content.size
        # What is secret by the headers could not be found in the row afterwards. Bodies are not
        # read for it, as they are not for the table.
        known = evolve(request.content, body=b"", response_body=b"")
        masking = masking_of_request(self.masking, known)
        self._requests[number] = _with_texts(
            evolve(request, content=None), lambda text, _most: masking.text(text)
        )


class RequestLogger:
    """ASGI middleware that writes down each request when its response begins, and when it ends.

    Args:
        app: The application.
        log: Where to write.
        clock: The time in seconds since 1970.
        timer: Seconds that only ever grow, to measure durations with.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: RequestLog,
        clock: Callable[[], float],
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._app = app
        self._log = log
        self._clock = clock
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = _Record(scope, self._log, self._clock(), self._timer)

        async def receive_and_write() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                record.body.add(message.get("body", b""))
            return message

        async def send_and_write(message: Message) -> None:
            # Before it is sent: whoever has the response finds all of it in the log.
            record.write(message)
            await send(message)

        try:
            await self._app(scope, receive_and_write, send_and_write)
        finally:
            record.end()


class _Body:
    """A body, as long as it is short enough to keep."""

    def __init__(self) -> None:
        self.kept: bytes | None = b""

    def add(self, piece: bytes) -> None:
        if self.kept is not None:
            longer = self.kept + piece
            self.kept = longer if len(longer) <= _LONGEST_BODY else None


class _Record:
    """A request while it is handled."""

    def __init__(
        self, scope: Scope, log: RequestLog, at: float, timer: Callable[[], float]
    ) -> None:
        headers = Headers(scope=scope)
        self._log = log
        self._timer = timer
        self._start = timer()
        self._request = LoggedRequest(
            scope["method"],
            scope["path"],
            None,
            at=at,
            key=masked_key(headers.get("X-API-Key")),
            user_agent=headers.get("User-Agent", ""),
        )
        self._content = LoggedContent(scope.get("query_string", b""), tuple(scope["headers"]))
        self._response_body = _Body()
        self._has_ended = False
        self.body = _Body()

    def write(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._content = evolve(self._content, response_headers=tuple(message["headers"]))
            self._add(evolve(self._request, status=message["status"], seconds=self._seconds()))
        elif message["type"] == "http.response.body":
            self._response_body.add(message.get("body", b""))
            if not message.get("more_body", False):
                self.end()

    def end(self) -> None:
        """Write down what there was; a request without a response is written down here."""
        if self._has_ended:
            return
        self._has_ended = True
        if self._request.status is None:
            self._add(self._request)
        content = evolve(self._content, body=self.body.kept, response_body=self._response_body.kept)
        request = evolve(
            self._request,
            seconds=self._seconds(),
            object_id=_object_id(self._request, content),
        )
        self._log.complete(evolve(self._short(request, content), content=content))

    def _add(self, request: LoggedRequest) -> None:
        added = self._log.add(self._short(request, evolve(self._content, body=self.body.kept)))
        self._request = evolve(request, number=added.number)

    def _short(self, request: LoggedRequest, content: LoggedContent) -> LoggedRequest:
        """Return a request with texts that are short enough to be kept."""

        def short(text: str, most: int) -> str:
            if len(text) <= most:
                return text
            masking = masking_of_request(self._log.masking, content, request.status)
            return masking.excerpt(text, most)

        return _with_texts(request, short)

    def _seconds(self) -> float:
        return self._timer() - self._start


def _with_texts(request: LoggedRequest, changed: Callable[[str, int], str]) -> LoggedRequest:
    """Return a request with its texts changed, given how many characters are kept of each."""
    return evolve(
        request,
        method=changed(request.method, _LONGEST_PATH),
        path=changed(request.path, _LONGEST_PATH),
        user_agent=changed(request.user_agent, _LONGEST_USER_AGENT),
        object_id=changed(request.object_id or "", _LONGEST_ID) or None,
    )


def _object_id(request: LoggedRequest, content: LoggedContent) -> str | None:
    """Return the id in the path, or that of the object that was created."""
    _, _, _, *rest = (*request.path.split("/"), "", "")
    named = rest[0] if rest else ""
    if not named and request.method == "POST":
        location = Headers(raw=[*content.response_headers]).get("location", "")
        named = location.rpartition("/")[2] or _shown_id(content.response_body)
    return named or None


def _shown_id(body: bytes | None) -> str:
    try:
        shown = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return ""
    for each in (shown, shown.get("data") if isinstance(shown, dict) else None):
        if isinstance(each, dict) and isinstance(each.get("id"), str | int):
            return str(each["id"])
    return ""
