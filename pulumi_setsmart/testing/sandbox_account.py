"""An account on a sandbox: what a test does with it, as somebody would in the dashboard."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen
from starlette.middleware import Middleware

from pulumi_setsmart.sandbox import (
    COLLECTIONS,
    ApiCollection,
    Delivery,
    FaultMiddleware,
    JsonObject,
    LoggedRequest,
    Sandbox,
    SandboxSettings,
    Storage,
    create_app,
    running,
)
from pulumi_setsmart.testing.next_faults import NextFaults

_LOOK_AGAIN = 0.01
"""Seconds."""


@frozen
class SandboxAccount:
    """A running sandbox, seen by a test. Made by `running_sandbox` or the fixture.

    Attributes:
        url: The base URL, such as ``http://127.0.0.1:49152/v1``.
        key: An API key that may read and write.
        app: The sandbox itself.
        faults: What goes wrong with the next requests: ``faults.add(Failed("before"))``.
    """

    url: str
    key: str
    app: Sandbox
    faults: NextFaults = field(factory=NextFaults)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead Pulumi programs, and our commands, to this account."""
        return {"SETSMART_BASE_URL": self.url, "SETSMART_API_KEY": self.key}

    @property
    def requests(self) -> list[LoggedRequest]:
        """What it was asked so far, the oldest first."""
        return [*self.app.requests]

    def objects(self, collection: str = "properties") -> list[JsonObject]:
        """Return what a collection holds, with all that is never shown, such as secrets.

        Args:
            collection: Its path: ``properties``, ``webhooks``, ``pricing-rules`` or
                ``message-templates``.
        """
        return self.app.storage.objects(_collection(collection))

    def get(self, object_id: str) -> JsonObject:
        """Return the object with an id, such as ``prop_1``.

        Raises:
            KeyError: If there is none.
        """
        return self.app.storage.get(_collection_of(object_id), object_id)

    def add(self, collection: str, **fields: Any) -> JsonObject:
        """Add an object outside the program; return it with its id. Nothing is checked."""
        kind = _collection(collection)
        return self.app.storage.insert(kind, {**kind.completed({}), **fields})

    def change(self, object_id: str, **fields: Any) -> JsonObject:
        """Change fields of an object outside the program; return it as it is now."""
        kind = _collection_of(object_id)
        return self.app.storage.replace(kind, object_id, {**self.get(object_id), **fields})

    def remove(self, object_id: str) -> None:
        """Delete an object outside the program."""
        self.app.storage.delete(_collection_of(object_id), object_id)

    def deliveries(self, subscription: str | None = None) -> list[Delivery]:
        """Return what was sent to webhook subscriptions, or to the one with an id, in order."""
        return self.app.storage.deliveries.deliveries(subscription)

    def redeliver(self, delivery: Delivery) -> None:
        """Send a delivery once more, as a duplicate."""
        self.app.storage.deliveries.redeliver(delivery.number)

    def wait_for_deliveries(self, seconds: float = 10.0) -> list[Delivery]:
        """Wait until no delivery is on its way any more; return all of them.

        Args:
            seconds: How long to wait at most.

        Raises:
            TimeoutError: If there still are some; its message has what became of the attempts.
        """
        end = time.monotonic() + seconds
        while self.app.storage.deliveries.pending():
            if time.monotonic() > end:
                raise TimeoutError(f"after {seconds:g} s: {_on_their_way(self.deliveries())}")
            time.sleep(_LOOK_AGAIN)
        return self.deliveries()


@contextmanager
def running_sandbox(
    settings: SandboxSettings | None = None,
    *,
    storage: Storage | None = None,
    clock: Callable[[], float] = time.time,
    middleware: Sequence[Middleware] = (),
) -> Iterator[SandboxAccount]:
    """Run a sandbox on a free port of this machine while the block runs.

    Args:
        settings: Its keys, limits and behaviour; the first of its keys is the account's.
        storage: What it holds; nothing, in memory, if None.
        clock: Its time in seconds since 1970.
        middleware: Wraps all of it but the faults.

    Yields:
        The account, which accepts requests.
    """
    settings = settings or SandboxSettings()
    faults = NextFaults()
    app = create_app(
        settings,
        storage=storage,
        clock=clock,
        middleware=[Middleware(FaultMiddleware, plan=faults), *middleware],
    )
    with running(app) as url:
        yield SandboxAccount(url, settings.keys[0].value, app, faults)


def _collection(path: str) -> ApiCollection:
    for collection in COLLECTIONS:
        if collection.path == path:
            return collection
    known = ", ".join(collection.path for collection in COLLECTIONS)
    raise KeyError(f"the sandbox has no {path}, but {known}")


def _collection_of(object_id: str) -> ApiCollection:
    for collection in COLLECTIONS:
        if collection.number(object_id) is not None:
            return collection
    raise KeyError(object_id)


def _on_their_way(deliveries: Sequence[Delivery]) -> str:
    pending = [delivery for delivery in deliveries if delivery.state == "pending"]
    errors = {
        attempt.error for delivery in pending for attempt in delivery.attempts if attempt.error
    }
    return f"{len(pending)} deliveries pending, errors: {', '.join(sorted(errors)) or 'none'}"
