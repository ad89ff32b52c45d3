"""A sandbox on a free port, with a client for it, as long as a test needs it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
from attrs import frozen
from starlette.middleware import Middleware

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    Sandbox,
    SandboxSettings,
    Storage,
    create_app,
    running,
)


@frozen
class ServedSandbox:
    """A running sandbox.

    Attributes:
        app: The sandbox itself: what it holds, what it was asked.
        client: A plain HTTP client that sends the default key; paths are below ``/v1``.
    """

    app: Sandbox
    client: httpx.Client


@contextmanager
def serving(
    settings: SandboxSettings | None = None,
    *,
    storage: Storage | None = None,
    clock: Callable[[], float] = time.time,
    middleware: Sequence[Middleware] = (),
) -> Iterator[ServedSandbox]:
    """Run a sandbox, with the arguments of `create_app`, while the block runs."""
    app = create_app(settings, storage=storage, clock=clock, middleware=middleware)
    with (
        running(app) as base_url,
        httpx.Client(
            base_url=base_url, headers={"X-API-Key": DEFAULT_KEY}, trust_env=False
        ) as client,
    ):
        yield ServedSandbox(app, client)
