"""The sandbox that tests with the engine run against, one for each account."""

from typing import Any, Protocol

from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_setsmart.sandbox import ApiKey, Sandbox


@frozen
class EngineSandbox:
    """A running sandbox that holds one account.

    Attributes:
        sandbox: The sandbox itself: what it holds, what it was asked.
        base_url: Its base URL.
    """

    sandbox: Sandbox
    base_url: str
    _revoked: set[str]

    def requests(self, *methods: str) -> list[str]:
        """Return the requests with these methods, each as its method and path below /v1."""
        return [
            f"{request.method} {request.path.removeprefix('/v1')}"
            for request in self.sandbox.requests
            if request.method in methods
        ]

    def writes(self) -> list[str]:
        """Return the requests that change something."""
        return self.requests("POST", "PUT", "DELETE")

    def revoke(self, key: str) -> None:
        """Reject ``key`` from now on."""
        self._revoked.add(key)


class RevokedKeys:
    """ASGI middleware that replaces revoked keys with one that the sandbox does not know."""

    def __init__(self, app: ASGIApp, revoked: set[str]) -> None:
        self._app = app
        self._revoked = revoked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http" and Headers(scope=scope).get("X-API-Key") in self._revoked:
            MutableHeaders(scope=scope)["X-API-Key"] = "revoked"
        await self._app(scope, receive, send)


class OpenEngineSandbox(Protocol):
    """Starts a sandbox."""

    def __call__(self, *keys: ApiKey, **behaviour: Any) -> EngineSandbox:
        """Start one with these keys (the default one if none) and this `Behaviour`."""
