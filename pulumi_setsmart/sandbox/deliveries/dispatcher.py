"""Sending what there is to send, until it has arrived."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from random import Random
from time import monotonic

import httpx
from attrs import evolve

from pulumi_setsmart.sandbox.contract import WEBHOOKS
from pulumi_setsmart.sandbox.database import DatabaseTroubleError
from pulumi_setsmart.sandbox.deliveries.delivery import (
    Attempt,
    AttemptContent,
    Delivery,
    State,
)
from pulumi_setsmart.sandbox.deliveries.dispatch_lock import DispatchLock
from pulumi_setsmart.sandbox.deliveries.settings import DeliverySettings
from pulumi_setsmart.sandbox.deliveries.signature import UnusableSecretError, signing_headers
from pulumi_setsmart.sandbox.deliveries.subscription import is_active
from pulumi_setsmart.sandbox.json import JsonObject
from pulumi_setsmart.sandbox.masking import Masking
from pulumi_setsmart.sandbox.schema import violation
from pulumi_setsmart.sandbox.storage import NoSuchObjectError, Storage

_LOG = logging.getLogger(__name__)
_AT_ONCE = 50
"""How many deliveries are read from the log, and put in another order, at a time."""
_LONGEST_WAIT = 600.0
_LONGEST_RESPONSE = 64 * 1024
_LONGEST_KEPT = 16 * 1024
"""A longer response is not kept for the dashboard."""
_MOST_HEADERS = 50
_LONGEST_HEADER = 500
_SUCCESSES = range(200, 300)
_LOOK_AGAIN = 0.5
"""After how many seconds to look again whether others changed a database, or it has recovered."""


class Dispatcher:
    """Sends deliveries: to each subscription one after the other, to different ones side by side.

    Args:
        storage: Holds the subscriptions and the log.
        settings: How to deliver.
        clock: The time in seconds since 1970.
        on_outcome: Called with what came of each attempt, in a phrase, and with why no further one
            is made.
    """

    def __init__(
        self,
        storage: Storage,
        settings: DeliverySettings,
        clock: Callable[[], float],
        on_outcome: Callable[[Delivery, str], None],
    ) -> None:
        self._storage = storage
        self._log = storage.deliveries
        self._settings = settings
        self._clock = clock
        self._on_outcome = on_outcome
        self._chance = Random(settings.seed)  # noqa: S311 - it has to be repeatable
        self._client: httpx.AsyncClient | None = None
        self._dispatch_lock = DispatchLock(storage.path if storage.is_shareable else None)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send what there is to send while the block runs."""
        work = asyncio.create_task(self._work())
        try:
            yield
        finally:
            work.cancel()
            # An attempt that is under way counts as not made: it is made again after a restart.
            with contextlib.suppress(asyncio.CancelledError):
                await work
            if self._client is not None:
                await self._client.aclose()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        busy: set[str] = set()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        async def serve(subscription: str) -> None:
            busy.add(subscription)
            try:
                await self._serve(subscription)
            except DatabaseTroubleError:
                # It is in the log already.
                await asyncio.sleep(_LOOK_AGAIN)
            busy.discard(subscription)
            woken.set()

        self._log.on_addition(wake)
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    woken.clear()
                    waits = self._waits(busy)
                    due = [subscription for subscription, wait in waits.items() if wait <= 0]
                    for subscription in due:
                        del waits[subscription]
                        tasks.create_task(serve(subscription))
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(woken.wait(), self._pause_before(waits))
        finally:
            self._log.on_addition(None)
            self._dispatch_lock.release()

    def _waits(self, busy: Collection[str]) -> dict[str, float]:
        """Return how long each subscription that is not busy has to wait for what is sent next.

        There is nothing to send while another process sends, or while the database is in trouble.
        """
        try:
            times = self._log.due_times()
        except DatabaseTroubleError:
            return {}
        if not times or not self._dispatch_lock.acquire():
            return {}
        return {
            subscription: due_at + self._settings.shuffle - self._clock()
            for subscription, due_at in times.items()
            if subscription not in busy
        }

    def _pause_before(self, waits: Mapping[str, float]) -> float | None:
        # Other processes change the file without waking this one, and end without a word.
        longest = [_LOOK_AGAIN] if self._storage.is_shareable else []
        return min([*waits.values(), *longest], default=None)

    async def _serve(self, subscription: str) -> None:
        """Send all that is due to a subscription."""
        while due := self._due(subscription):
            for delivery in due:
                try:
                    await self._deliver(delivery)
                except DatabaseTroubleError:
                    raise
                except Exception:  # noqa: BLE001 - it must not stop the other deliveries
                    _LOG.exception("delivery %d failed", delivery.number)
                    self._give_up(delivery, "failed", "the sandbox failed")

    def _due(self, subscription: str) -> list[Delivery]:
        now = self._clock() - self._settings.shuffle
        due = self._log.due(subscription, now, _AT_ONCE)
        if self._settings.shuffle:
            self._chance.shuffle(due)
        return due

    async def _deliver(self, delivery: Delivery) -> None:
        subscription = self._subscription(delivery)
        if subscription is None:
            self._give_up(delivery, "dropped", "the subscription is gone or not active")
            return
        url = str(subscription.get("url"))
        if not self._settings.may_call(url):
            self._give_up(delivery, "dropped", "the sandbox calls this machine only")
            return
        if violation(WEBHOOKS.field("url").schema, url) is not None:
            self._give_up(delivery, "failed", "its URL cannot be called")
            return
        try:
            arrived = await self._attempt(delivery, url, subscription)
            if arrived and self._chance.random() < self._settings.duplicates:
                await self._attempt(delivery, url, subscription)
        except UnusableSecretError as error:
            self._give_up(delivery, "dropped", str(error))
            return
        made = len(delivery.attempts) + 1
        if arrived:
            self._log.settle(delivery, "delivered")
        elif made >= self._settings.attempts:
            self._give_up(delivery, "failed", f"given up after attempt {made}")
        else:
            self._log.postpone(delivery, self._clock() + self._wait_after(made))

    async def _attempt(self, delivery: Delivery, url: str, subscription: JsonObject) -> bool:
        """Send a delivery, write down what came of it, and return whether it arrived."""
        at = self._clock()
        signing = signing_headers(
            self._settings.signature, delivery, self._secrets(subscription, at), at
        )
        headers = {**signing, "Content-Type": "application/json", "User-Agent": "SetSmart-Sandbox"}
        place = self._log.begin(delivery, at, url)
        start = monotonic()
        status, error, content = await self._send(url, delivery.payload.encode(), headers)
        attempt = Attempt(at, url, status, error, round(monotonic() - start, 3))
        self._log.finish(place, attempt)
        # For people only: without space for it the attempt has been made all the same.
        with contextlib.suppress(DatabaseTroubleError):
            self._log.keep(place, content)
        self._on_outcome(delivery, error or f"status {status}")
        return error is None

    def _give_up(self, delivery: Delivery, state: State, reason: str) -> None:
        self._log.settle(delivery, state, reason)
        self._on_outcome(delivery, f"{state}, {reason}")

    async def _send(
        self, url: str, payload: bytes, headers: dict[str, str]
    ) -> tuple[int | None, str | None, AttemptContent]:
        sent = AttemptContent(tuple(headers.items()))
        if self._client is None:
            # Made when it is first needed: reading the certificates takes a while.
            self._client = httpx.AsyncClient(trust_env=False, timeout=self._settings.timeout)
        try:
            async with asyncio.timeout(self._settings.timeout):
                status, content = await self._post(self._client, url, payload, sent)
        except (TimeoutError, httpx.TimeoutException):
            return None, f"no response within {self._settings.timeout:g} s", sent
        # A name that cannot be looked up is an error of the encoding: of ValueError.
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return None, f"no response: {type(error).__name__}", sent
        return status, None if status in _SUCCESSES else f"status {status}", content

    @staticmethod
    async def _post(
        client: httpx.AsyncClient, url: str, payload: bytes, sent: AttemptContent
    ) -> tuple[int, AttemptContent]:
        size = 0
        body = b""
        async with client.stream(
            "POST", url, content=payload, headers=dict(sent.headers)
        ) as response:
            # Read to its end, so that the connection can be used again; unless it has none.
            async for piece in response.aiter_raw():
                size += len(piece)
                body += piece if size <= _LONGEST_KEPT else b""
                if size > _LONGEST_RESPONSE:
                    break
            headers = response.headers.multi_items()
            received = tuple(map(_short, headers[:_MOST_HEADERS]))
            # A secret that only such a header names could not be found in the body.
            is_secret_lost = any(
                Masking(frozenset()).is_secret(name)
                for name, value in headers
                if (name, value) not in received
            )
            kept = None if is_secret_lost or size > _LONGEST_KEPT else body
            return response.status_code, evolve(sent, response_headers=received, response_body=kept)

    def _subscription(self, delivery: Delivery) -> JsonObject | None:
        try:
            subscription = self._storage.get(WEBHOOKS, delivery.subscription)
        except NoSuchObjectError:
            return None
        return subscription if is_active(subscription) else None

    def _secrets(self, subscription: JsonObject, now: float) -> list[str]:
        current = subscription.get("secret")
        replaced = self._log.replaced_secrets(
            str(subscription["id"]), now - self._settings.secret_overlap
        )
        return [*([current] if isinstance(current, str) else []), *replaced]

    def _wait_after(self, made: int) -> float:
        longest = min(_LONGEST_WAIT, self._settings.backoff * 2.0 ** (made - 1))
        return longest * self._chance.uniform(0.8, 1.0)


def _short(header: tuple[str, str]) -> tuple[str, str]:
    """Return a header with nothing of its value if that is too long to keep."""
    name, value = header
    return name, value if len(value) <= _LONGEST_HEADER else "…"
