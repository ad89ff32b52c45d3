"""What every request passes first, and every response last."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from email.utils import formatdate

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_setsmart.sandbox.api_key import ApiKey
from pulumi_setsmart.sandbox.error_response import ErrorResponse
from pulumi_setsmart.sandbox.printable import printable
from pulumi_setsmart.sandbox.rate_limit import Allowance, RateLimit
from pulumi_setsmart.sandbox.settings import SandboxSettings

_LOG = logging.getLogger(__name__)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class AccessControl:
    """ASGI middleware that checks host, key and rate limit, and completes every response.

    Args:
        app: The application.
        settings: The hosts, the keys and the limits.
        clock: The time in seconds since 1970.
    """

    def __init__(self, app: ASGIApp, settings: SandboxSettings, clock: Callable[[], float]) -> None:
        self._app = app
        self._keys = {key.value: key for key in settings.keys}
        self._rate_limit = RateLimit(
            settings.rate_limit, settings.rate_window, clock, settings.reset_form
        )
        self._latency = settings.latency
        self._hosts = settings.hosts
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(self._latency)
        request = Request(scope)
        is_local = self._hosts.admit(scope)
        # A request under a foreign name counts for no key's limit.
        key = self._keys.get(request.headers.get("X-API-Key", "")) if is_local else None
        allowance = self._rate_limit.count(key.value if key else None)
        response = _CompletedResponse(
            send,
            allowance.headers()
            | {
                "X-Request-Id": f"req_{uuid.uuid4().hex}",
                "Date": formatdate(self._clock(), usegmt=True),
            },
        )
        try:
            _admit(request, is_local=is_local, key=key, allowance=allowance)
            await self._app(scope, receive, response.send)
        except ErrorResponse as error:
            await error.response()(scope, receive, response.send)
        except ClientDisconnect:
            return  # nobody is left to send a response to
        except Exception:
            _LOG.exception("%s %s failed", request.method, printable(scope["path"]))
            if response.begun:
                raise
            failure = ErrorResponse(500, "internal_error", "Internal error.")
            await failure.response()(scope, receive, response.send)


class _CompletedResponse:
    """Sends a response with more headers."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            MutableHeaders(scope=message).update(self._headers)
        await self._send(message)


def _admit(request: Request, *, is_local: bool, key: ApiKey | None, allowance: Allowance) -> None:
    if not is_local:
        raise ErrorResponse(
            403,
            "forbidden",
            "The Host of the request is not a name of this machine. If it should be, start the"
            " sandbox with --allow-host.",
        )
    if allowance.exceeded:
        raise ErrorResponse(429, "rate_limited", "Rate limit exceeded.")
    if key is None:
        raise ErrorResponse(401, "unauthorized", "Invalid API key.")
    if not key.admits(request.client.host if request.client else None):
        raise ErrorResponse(403, "forbidden", "This API key may not be used from this address.")
    if key.read_only and request.method not in _READING:
        raise ErrorResponse(403, "forbidden", "This API key may only read.")
