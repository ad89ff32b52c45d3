"""The sandbox as an ASGI application."""

import contextlib
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_setsmart.sandbox.access_control import AccessControl
from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.contract import COLLECTIONS
from pulumi_setsmart.sandbox.dashboard.dashboard import dashboard
from pulumi_setsmart.sandbox.database import DatabaseTroubleError
from pulumi_setsmart.sandbox.deliveries.delivery import Delivery
from pulumi_setsmart.sandbox.deliveries.dispatcher import Dispatcher
from pulumi_setsmart.sandbox.error_form import ErrorForm, in_form
from pulumi_setsmart.sandbox.error_response import ErrorResponse
from pulumi_setsmart.sandbox.masking import Masking
from pulumi_setsmart.sandbox.request_log import RequestLog, RequestLogger
from pulumi_setsmart.sandbox.routes import CollectionRoutes
from pulumi_setsmart.sandbox.settings import SandboxSettings
from pulumi_setsmart.sandbox.storage import NoSuchObjectError, Storage

BASE_PATH = "/v1"
_SMALLEST_COMPRESSED = 1024
"""A response of so many bytes is compressed for a client that offers to decompress it."""


class Sandbox(Starlette):
    """A SetSmart to run locally. Made by `create_app`.

    Attributes:
        storage: What it holds. Tests may change it, as somebody would in the dashboard.
        requests: What it was asked, the latest 100,000 requests, the oldest first.
        dashboard: What browsers get beside the API.
    """

    storage: Storage
    requests: RequestLog

    dashboard: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or the start of the server, of which middleware need know nothing."""
        if scope["type"] == "lifespan":
            scope["app"] = self
            await self.router(scope, receive, send)
            return
        # A client that goes away in the middle of its request is nobody's mistake.
        with contextlib.suppress(ClientDisconnect):
            if f"{scope['path']}/".startswith(f"{BASE_PATH}/"):
                await super().__call__(scope, receive, send)
            else:
                await self.dashboard(scope, receive, send)


def create_app(
    settings: SandboxSettings | None = None,
    *,
    storage: Storage | None = None,
    clock: Callable[[], float] = time.time,
    middleware: Sequence[Middleware] = (),
    collections: Sequence[ApiCollection] = COLLECTIONS,
    on_outcome: Callable[[Delivery, str], None] = lambda _delivery, _outcome: None,
) -> Sandbox:
    """Return a sandbox.

    Args:
        settings: Its keys, limits and behaviour; those of the contract if None.
        storage: What it holds; nothing, in memory, if None.
        clock: The time in seconds since 1970, for the rate limit, the ``Date`` of responses and
            the request log.
        middleware: Wraps the whole sandbox, the first one outermost: it sees each request as the
            client sent it and each response with all its headers. Its own responses are
            in the request log too.
        collections: What is served below the base path ``/v1``.
        on_outcome: Called with the outcome, in a phrase, of each attempt to deliver an event to a
            webhook subscription, while the sandbox is served.
    """
    settings = settings or SandboxSettings()
    storage = storage or Storage(clock=clock)
    secrets = frozenset(name for collection in collections for name in collection.secrets)
    masking = Masking(secrets, frozenset(key.value for key in settings.keys))
    requests = RequestLog(masking=masking)
    dispatcher = Dispatcher(storage, settings.deliveries, clock, on_outcome)
    app = Sandbox(
        routes=[
            route
            for collection in collections
            for route in CollectionRoutes(collection, storage, settings.behaviour).routes(BASE_PATH)
        ],
        middleware=[
            Middleware(GZipMiddleware, minimum_size=_SMALLEST_COMPRESSED),
            Middleware(RequestLogger, log=requests, clock=clock),
            *middleware,
            Middleware(AccessControl, settings=settings, clock=clock),
        ],
        exception_handlers={
            ErrorResponse: _in_form(settings.behaviour.error_form),
            NoSuchObjectError: _not_found,
            DatabaseTroubleError: _in_trouble,
            HTTPException: _unroutable,
        },
        lifespan=lambda _app: dispatcher.running(),
    )
    # A path that is not exactly an operation's path is unknown.
    app.router.redirect_slashes = False
    app.storage = storage
    app.dashboard = dashboard(
        storage, settings, requests, base_path=BASE_PATH, clock=clock, collections=collections
    )
    app.requests = requests
    return app


def _in_form(form: ErrorForm) -> Callable[[Request, Exception], Response]:
    def response(_request: Request, error: Exception) -> Response:
        assert isinstance(error, ErrorResponse)  # noqa: S101 - for the type checker: registered for no other
        return in_form(error, form)

    return response


async def _not_found(_request: Request, _error: Exception) -> Response:
    return ErrorResponse(404, "not_found", "There is no such object.").response()


async def _in_trouble(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DatabaseTroubleError)  # noqa: S101 - for the type checker: registered for no other
    code = "insufficient_storage" if error.is_full else "unavailable"
    return ErrorResponse(507 if error.is_full else 503, code, str(error)).response()


async def _unroutable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker: registered for no other
    status = HTTPStatus(error.status_code)
    return ErrorResponse(
        status, status.name.lower(), f"{status.phrase}.", headers=error.headers
    ).response()
