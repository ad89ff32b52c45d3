"""A fault, and the middleware that lets requests meet faults.

Two rules hold for every fault. It forwards its request to the application once at most, so that
whatever happens twice was asked for twice. And it ends its request, either with one response or by
closing the connection. A clock that goes wrong needs no fault: give `create_app` another ``clock``.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_setsmart.sandbox.exchange import Exchange

Moment: TypeAlias = Literal["before", "after"]
"""Whether a fault applies before the server has done what was asked, or after."""


class Fault(Protocol):
    """Something that goes wrong with one exchange."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    async def apply(self, exchange: Exchange) -> None:
        """Let it go wrong."""


class FaultPlan(Protocol):
    """Says what goes wrong."""

    def fault_for(self, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, or None.

        The middleware asks once for each request, in the order of their arrival.
        """


class FaultMiddleware:
    """ASGI middleware that lets requests go wrong.

    Args:
        app: The application.
        plan: Says which, and how.
    """

    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app = app
        self._plan = plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        fault = None
        if scope["type"] == "http":
            fault = self._plan.fault_for(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await fault.apply(await Exchange.begin(self._app, scope, receive, send))
