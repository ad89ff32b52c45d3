"""What the sandbox was asked, for tests that count requests."""

from collections import deque

from attrs import frozen
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST = 100_000


@frozen
class LoggedRequest:
    """A request and how it ended.

    Attributes:
        method: The HTTP method.
        path: The path, with the base path and without a query.
        status: The status of the response, or None if there was none.
    """

    method: str
    path: str
    status: int | None


def new_log() -> deque[LoggedRequest]:
    """Return an empty log, which forgets the oldest request when it has 100,000."""
    return deque(maxlen=_LONGEST)


class RequestLogger:
    """ASGI middleware that writes down each request when its response begins.

    Args:
        app: The application.
        log: Where to write.
    """

    def __init__(self, app: ASGIApp, log: deque[LoggedRequest]) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        logged = False

        def write(status: int | None) -> None:
            nonlocal logged
            if not logged:
                logged = True
                self._log.append(LoggedRequest(scope["method"], scope["path"], status))

        async def send_and_write(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Before it is sent: whoever has the response finds the request in the log.
                write(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_and_write)
        finally:
            write(None)
