"""The pages of the webhook subscriptions, and of what was delivered to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.contract import WEBHOOKS
from pulumi_setsmart.sandbox.dashboard.form_pages import FormPages, Subject
from pulumi_setsmart.sandbox.dashboard.object_form import ObjectForm
from pulumi_setsmart.sandbox.dashboard.pages import ROWS_ON_A_PAGE, Pages, Paging
from pulumi_setsmart.sandbox.dashboard.sorting import Sorting
from pulumi_setsmart.sandbox.dashboard.wording import (
    ago,
    duration,
    excerpt,
    listing_name,
    moment,
    shown_url,
)
from pulumi_setsmart.sandbox.deliveries.delivery import Attempt, AttemptContent, Delivery, State
from pulumi_setsmart.sandbox.deliveries.subscription import ALL_EVENTS
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.masked_exchange import (
    RawMessage,
    masking_of,
    shown_body,
    shown_headers,
)
from pulumi_setsmart.sandbox.masking import Masking
from pulumi_setsmart.sandbox.storage import NoSuchObjectError, Storage

_LONGEST_PAYLOAD = 16 * 1024
_LONGEST_HEADERS = 2 * 1024
_LONGEST_RESPONSE = 2 * 1024
_MOST_ATTEMPTS = 25
_MOST_RESPONSES = 5
"""How many of the latest attempts show their response: all together make a page of 60 KiB."""
_GOOD_RATE = 100
_FAIR_RATE = 90
_TONES: dict[State, str] = {
    "delivered": "good",
    "failed": "bad",
    "dropped": "warn",
    "pending": "info",
}
_HINTS = {
    "url": "The sandbox calls this machine and the hosts of --webhook-host only.",
    "events": "With spaces between them.",
    "secret": "whsec_ and base64. Without it, deliveries are not signed.",
}
_COLUMNS = (
    ("url", "Address", False),
    ("events", "Events", False),
    ("status", "Status", False),
    ("signed", "Signed", False),
    ("rate", "Success", True),
)


class WebhookPages:
    """The subscriptions, their deliveries, and the attempts to deliver.

    Args:
        pages: Renders them.
        storage: Holds subscriptions and deliveries.
        collections: What the API serves: their events can be subscribed to.
        properties: The one of them that has the listings.
        clock: The time in seconds since 1970.

    Attributes:
        forms: The pages that change a subscription.
    """

    def __init__(
        self,
        pages: Pages,
        storage: Storage,
        collections: Sequence[ApiCollection],
        properties: ApiCollection,
        clock: Callable[[], float],
    ) -> None:
        self._pages = pages
        self._storage = storage
        self._log = storage.deliveries
        self._properties = properties
        self._fields = frozenset(name for each in collections for name in each.secrets)
        self._clock = clock
        self.forms = FormPages(pages, storage, *_form(collections))

    async def webhooks(self, request: Request) -> Response:
        """Return the table of subscriptions."""
        counts = self._log.counts()
        rows = [
            _subscription(each) | _counted(counts.get(str(each["id"]), {}))
            for each in self._storage.objects(WEBHOOKS)
        ]
        sorting = Sorting(request, _COLUMNS)
        paging = Paging(request, len(rows))
        rows = sorting.sorted(rows, lambda row, column: row[column])
        return self._pages.page(
            "webhooks.html.j2",
            request,
            paging=paging,
            sorting=sorting,
            subscriptions=rows[paging.first : paging.first + ROWS_ON_A_PAGE],
        )

    async def webhook(self, request: Request) -> Response:
        """Return the page of a subscription, with its deliveries, the newest first."""
        subscription = self._subscription(request)
        subscription_id = str(subscription["id"])
        counts = self._log.counts().get(subscription_id, {})
        paging = Paging(request, sum(counts.values()))
        deliveries = self._log.latest(subscription_id, ROWS_ON_A_PAGE, paging.first)
        return self._pages.page(
            "webhook.html.j2",
            request,
            subscription=_subscription(subscription) | _counted(counts),
            paging=paging,
            deliveries=self._rows(deliveries),
        )

    async def delivery(self, request: Request) -> Response:
        """Return the page of a delivery: what is sent, and what came of each attempt."""
        subscription = self._subscription(request)
        delivery = self._delivery(request, subscription)
        contents = self._log.contents(delivery.number)
        latest = next((each for each in reversed(contents) if each is not None), None)
        payload = RawMessage(_raw(latest.headers) if latest else (), delivery.payload.encode())
        masking = self._masking(subscription, payload)
        [row] = self._rows([delivery])
        attempts = [*self._attempts(delivery, contents, masking)]
        headers = "\n".join(
            f"{name}: {value}" for name, value in shown_headers(payload.headers, masking)
        )
        return self._pages.page(
            "delivery.html.j2",
            request,
            subscription=_subscription(subscription),
            delivery=row,
            headers=excerpt(headers, _LONGEST_HEADERS),
            payload=excerpt(shown_body(payload, masking).text, _LONGEST_PAYLOAD),
            attempts=attempts[::-1][:_MOST_ATTEMPTS],
            total=len(attempts),
        )

    async def redeliver(self, request: Request) -> Response:
        """Deliver again."""
        await self._pages.form(request)
        subscription = self._subscription(request)
        delivery = self._delivery(request, subscription)
        self._log.redeliver(delivery.number)
        path = f"/webhooks/{subscription['id']}/deliveries/{delivery.number}"
        return RedirectResponse(f"{path}?notice=again", 303)

    def _subscription(self, request: Request) -> JsonObject:
        return self._storage.get(WEBHOOKS, request.path_params["id"])

    def _delivery(self, request: Request, subscription: JsonObject) -> Delivery:
        number = request.path_params["number"]
        delivery = self._log.get(str(subscription["id"]), number)
        if delivery is None:
            raise NoSuchObjectError(number)
        return delivery

    def _masking(
        self,
        subscription: JsonObject,
        payload: RawMessage,
    ) -> Masking:
        secrets = [str(subscription.get(name) or "") for name in WEBHOOKS.secrets]
        return masking_of(
            [payload],
            self._fields,
            secrets=[*secrets, *self._log.replaced_secrets(str(subscription["id"]), 0.0)],
        )

    def _rows(self, deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
        now = self._clock()
        listings = [json.loads(delivery.payload)["data"] for delivery in deliveries]
        ids = self._storage.existing(self._properties, (str(each["id"]) for each in listings))
        return [
            _row(delivery, listing, now) | {"is_there": str(listing["id"]) in ids}
            for delivery, listing in zip(deliveries, listings, strict=True)
        ]

    def _attempts(
        self, delivery: Delivery, contents: Sequence[AttemptContent | None], masking: Masking
    ) -> Iterator[dict[str, Any]]:
        now = self._clock()
        before: float | None = None
        for position, (attempt, content) in enumerate(
            zip(delivery.attempts, contents, strict=True), 1
        ):
            is_recent = position > len(contents) - _MOST_RESPONSES
            yield {
                "number": position,
                "at": moment(attempt.at),
                "ago": ago(attempt.at, now),
                "after": None if before is None else duration(attempt.at - before),
                "outcome": _outcome(attempt),
                "tone": "bad" if attempt.error else "good",
                "seconds": duration(attempt.seconds),
                "response": _response(attempt, content, masking) if content and is_recent else None,
            }
            before = attempt.at


def _form(collections: Sequence[ApiCollection]) -> tuple[ObjectForm, Subject]:
    """Return the form of a subscription, with the events of collections, and its wording."""
    events: list[Json] = [
        f"{each.event_noun}.{verb}"
        for each in collections
        if each.event_noun is not None
        for verb in ("created", "updated", "deleted")
    ]
    return ObjectForm(WEBHOOKS, {"events": [*map(str, events), ALL_EVENTS]}, _HINTS), Subject(
        noun="subscription",
        name=_name,
        table="/webhooks",
        path="/webhooks",
        form_path="/edit",
        on_deletion=", and its secret. Events that have not been delivered to it are dropped",
        proposed={"events": events},
    )


def _name(subscription: JsonObject) -> str:
    return shown_url(str(subscription.get("url")))


def _response(attempt: Attempt, content: AttemptContent, masking: Masking) -> dict[str, str] | None:
    if attempt.status is None:
        return None
    message = RawMessage(_raw(content.response_headers), content.response_body, attempt.status)
    masking = masking.knowing(masking_of([message], masking.fields).secrets)
    headers = "\n".join(
        f"{name}: {value}" for name, value in shown_headers(message.headers, masking)
    )
    body = shown_body(message, masking)
    return {
        "headers": excerpt(headers, _LONGEST_HEADERS),
        "body": excerpt(body.text, _LONGEST_RESPONSE),
        "note": body.note,
    }


def _raw(headers: Sequence[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in headers
    )


def _row(delivery: Delivery, listing: JsonObject, now: float) -> dict[str, Any]:
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "number": delivery.number,
        "type": delivery.type,
        "event_id": delivery.event_id,
        "about": listing_name(listing),
        "listing_id": listing["id"],
        "state": delivery.state,
        "tone": _TONES[delivery.state],
        "reason": delivery.reason or "",
        "attempts": len(delivery.attempts),
        "outcome": _outcome(last) if last else "",
        "ago": ago(last.at, now) if last else "",
    }


def _outcome(attempt: Attempt) -> str:
    return attempt.error or f"status {attempt.status}"


def _subscription(subscription: JsonObject) -> dict[str, Json]:
    events = subscription.get("events")
    return {
        "id": subscription["id"],
        "url": _name(subscription),
        "events": ", ".join(map(str, events)) if isinstance(events, list) else str(events),
        "status": str(subscription.get("status") or "active"),
        "signed": "yes" if subscription.get("secret") else "no",
    }


def _counted(counts: Mapping[State, int]) -> dict[str, Any]:
    """Return how many deliveries are in which state, and what share of those that ended arrived."""
    ended = sum(number for state, number in counts.items() if state != "pending")
    rate = 100 * counts.get("delivered", 0) // ended if ended else None
    return {
        "rate": rate,
        "tone": "good" if rate == _GOOD_RATE else "warn" if (rate or 0) >= _FAIR_RATE else "bad",
        "counts": [(state, number, _TONES[state]) for state, number in counts.items()],
    }
