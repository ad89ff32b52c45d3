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
)
from pulumi_setsmart.testing import running_sandbox
from support.waiting import HANG_GUARD


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
    with (
        running_sandbox(settings, storage=storage, clock=clock, middleware=middleware) as account,
        httpx.Client(
            base_url=account.url,
            headers={"X-API-Key": DEFAULT_KEY},
            trust_env=False,
            timeout=HANG_GUARD,
        ) as client,
    ):
        yield ServedSandbox(account.app, client)
