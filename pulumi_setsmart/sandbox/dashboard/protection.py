"""Who may use the dashboard: a browser on this machine, and no page of somebody else's in it."""

from __future__ import annotations

import hmac
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_setsmart.sandbox.hosts import Hosts
from pulumi_setsmart.sandbox.loopback import is_loopback

TOKEN_FIELD = "_token"  # noqa: S105 - the name of a field, not a secret
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class FormToken:
    """What a form of ours has and nobody else's can have: other sites cannot read our pages."""

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(32)

    def is_in(self, form: dict[str, str]) -> bool:
        """Return whether a form that was sent is ours."""
        return hmac.compare_digest(form.get(TOKEN_FIELD, "").encode(), self.value.encode())


class LocalOnly:
    """ASGI middleware that admits browsers on this machine alone, and adds protective headers.

    The name that the browser asked for has to be this machine's as well: else another site's name
    could lead here, and its pages read ours.

    Args:
        app: The application.
        hosts: The names of this machine.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        request = Request(scope)
        client = request.client.host if request.client else ""
        if not (is_loopback(client) and self._hosts.are_local(scope)):
            response = PlainTextResponse("The dashboard is for this machine only.\n", 403)
            await response(scope, receive, send)
            return

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_carefully)
