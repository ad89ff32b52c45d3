"""The pages of the dashboard: rendered here, usable without scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.contract import COLLECTIONS, PROPERTIES, WEBHOOKS
from pulumi_setsmart.sandbox.dashboard.listing_form import inputs, read, shown
from pulumi_setsmart.sandbox.dashboard.protection import FormToken, LocalOnly
from pulumi_setsmart.sandbox.database import DatabaseTroubleError
from pulumi_setsmart.sandbox.deliveries.delivery import Delivery
from pulumi_setsmart.sandbox.error_response import FieldViolation
from pulumi_setsmart.sandbox.hosts import Hosts
from pulumi_setsmart.sandbox.json import JsonObject
from pulumi_setsmart.sandbox.storage import NoSuchObjectError, Storage

_LISTINGS_ON_A_PAGE = 100
_DELIVERIES_ON_A_PAGE = 100
_LARGEST_FORM = 1024 * 1024
_NOTICES = {
    "created": "The listing was created.",
    "saved": "The listing was saved.",
    "deleted": "The listing was deleted.",
    "again": "It is delivered again.",
}


def dashboard(
    storage: Storage, hosts: Hosts, collections: Sequence[ApiCollection] = COLLECTIONS
) -> Starlette:
    """Return the dashboard of what a storage holds, for browsers on this machine.

    Args:
        storage: What it shows and changes.
        hosts: The names of this machine.
        collections: What the API beside it serves.
    """
    properties = next((each for each in collections if each.path == PROPERTIES.path), PROPERTIES)
    pages = _Pages(storage, properties)
    listing = "/listings/{id}"
    return Starlette(
        routes=[
            Route("/", pages.listings),
            Route("/listings/new", pages.new_listing),
            Route("/listings/new", pages.create, methods=["POST"]),
            Route(listing, pages.listing),
            Route(listing, pages.save, methods=["POST"]),
            Route(f"{listing}/delete", pages.ask_before_deletion),
            Route(f"{listing}/delete", pages.delete, methods=["POST"]),
            Route("/webhooks", pages.webhooks),
            Route("/webhooks/{id}", pages.webhook),
            Route("/webhooks/{id}/deliveries/{number}", pages.redeliver, methods=["POST"]),
            Route("/dashboard.css", pages.style),
        ],
        middleware=[Middleware(LocalOnly, hosts=hosts)],
        exception_handlers={
            NoSuchObjectError: pages.missing,
            HTTPException: pages.refused,
            DatabaseTroubleError: pages.in_trouble,
        },
    )


class _Pages:
    def __init__(self, storage: Storage, properties: ApiCollection) -> None:
        self._storage = storage
        self._properties = properties
        self._inputs = inputs(properties)
        self._statuses = next((each.choices for each in self._inputs if each.name == "status"), ())
        self._token = FormToken()
        self._templates = Environment(
            loader=PackageLoader("pulumi_setsmart.sandbox.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def listings(self, request: Request) -> Response:
        query, status = request.query_params.get("q", ""), request.query_params.get("status", "")
        found = [
            listing
            for listing in self._storage.objects(self._properties)
            if _matches(listing, query) and status in ("", listing.get("status"))
        ]
        pages = max(1, -(-len(found) // _LISTINGS_ON_A_PAGE))
        page = min(_page(request), pages)
        first = (page - 1) * _LISTINGS_ON_A_PAGE
        return self._page(
            "listings.html.j2",
            request,
            total=len(found),
            columns=[input_ for input_ in self._inputs if input_.is_column],
            listings=[self._row(listing) for listing in found[first : first + _LISTINGS_ON_A_PAGE]],
            q=query,
            status=status,
            page=page,
            pages=pages,
        )

    async def new_listing(self, request: Request) -> Response:
        return self._form(request, {}, shown(self._properties.completed({}), self._properties))

    async def create(self, request: Request) -> Response:
        form = await self._sent(request)
        listing = read(form, {}, self._properties)
        if isinstance(listing, FieldViolation):
            return self._form(request, {}, form, listing)
        created = self._storage.insert(self._properties, listing)
        return RedirectResponse(f"/listings/{created['id']}?notice=created", 303)

    async def listing(self, request: Request) -> Response:
        listing = self._listing(request)
        return self._form(request, listing, shown(listing, self._properties))

    async def save(self, request: Request) -> Response:
        form = await self._sent(request)
        stored = self._listing(request)
        if form.get("updated_at") != stored["updated_at"]:
            text = "was changed by somebody else in the meantime; look at it and try again"
            return self._form(
                request,
                stored,
                shown(stored, self._properties),
                FieldViolation("the listing", text),
            )
        listing = read(form, stored, self._properties)
        if isinstance(listing, FieldViolation):
            return self._form(request, stored, form, listing)
        self._storage.replace(self._properties, str(stored["id"]), listing)
        return RedirectResponse(f"/listings/{stored['id']}?notice=saved", 303)

    async def ask_before_deletion(self, request: Request) -> Response:
        listing = self._listing(request)
        return self._page("delete.html.j2", request, listing_id=listing["id"], name=_title(listing))

    async def delete(self, request: Request) -> Response:
        await self._sent(request)
        self._storage.delete(self._properties, request.path_params["id"])
        return RedirectResponse("/?notice=deleted", 303)

    async def webhooks(self, request: Request) -> Response:
        counts = self._storage.deliveries.counts()
        subscriptions = [
            _subscription(subscription)
            | {
                "deliveries": ", ".join(
                    f"{number} {state}"
                    for state, number in counts.get(str(subscription["id"]), {}).items()
                )
            }
            for subscription in self._storage.objects(WEBHOOKS)
        ]
        return self._page("webhooks.html.j2", request, subscriptions=subscriptions)

    async def webhook(self, request: Request) -> Response:
        subscription = self._storage.get(WEBHOOKS, request.path_params["id"])
        log, subscription_id = self._storage.deliveries, str(subscription["id"])
        existing = {str(listing["id"]) for listing in self._storage.objects(self._properties)}
        return self._page(
            "webhook.html.j2",
            request,
            subscription=_subscription(subscription),
            total=sum(log.counts().get(subscription_id, {}).values()),
            deliveries=[
                _delivery(delivery, existing)
                for delivery in log.latest(subscription_id, _DELIVERIES_ON_A_PAGE)
            ],
        )

    async def redeliver(self, request: Request) -> Response:
        await self._sent(request)
        subscription = str(self._storage.get(WEBHOOKS, request.path_params["id"])["id"])
        log, number = self._storage.deliveries, request.path_params["number"]
        # Compared as texts: a text of digits may be longer than any number that Python reads.
        numbers = {
            str(delivery.number): delivery.number for delivery in log.deliveries(subscription)
        }
        if number not in numbers:
            raise NoSuchObjectError(number)
        log.redeliver(numbers[number])
        return RedirectResponse(f"/webhooks/{subscription}?notice=again", 303)

    async def style(self, _request: Request) -> Response:
        text = self._templates.get_template("dashboard.css").render()
        return Response(text, media_type="text/css")

    async def missing(self, request: Request, _error: Exception) -> Response:
        return self._message_page(
            request, 404, "Not there", "There is no such page, or not any more."
        )

    async def refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
        if error.status_code == 404:  # noqa: PLR2004 - as it is known
            return await self.missing(request, error)
        return self._message_page(request, error.status_code, "Not done", error.detail)

    async def in_trouble(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, DatabaseTroubleError)  # noqa: S101 - registered for no other
        return self._message_page(request, 507 if error.is_full else 503, "Not done", str(error))

    def _message_page(self, request: Request, status: int, title: str, text: str) -> Response:
        return self._page("missing.html.j2", request, status_code=status, title=title, text=text)

    def _form(
        self,
        request: Request,
        listing: JsonObject,
        values: Mapping[str, str],
        violation: FieldViolation | None = None,
    ) -> Response:
        return self._page(
            "listing.html.j2",
            request,
            status_code=200 if violation is None else 400,
            heading=_title(listing) if listing else "New listing",
            listing_id=listing.get("id"),
            created_at=listing.get("created_at", ""),
            updated_at=listing.get("updated_at", ""),
            inputs=self._inputs,
            values=shown({}, self._properties) | dict(values),
            violation=violation,
        )

    def _page(
        self, template: str, request: Request, status_code: int = 200, **values: Any
    ) -> Response:
        section = "webhooks" if request.url.path.startswith("/webhooks") else "listings"
        notice = _NOTICES.get(request.query_params.get("notice", ""))
        text = self._templates.get_template(template).render(
            section=section,
            notice=notice,
            token=self._token.value,
            statuses=self._statuses,
            **values,
        )
        return HTMLResponse(text, status_code)

    def _row(self, listing: JsonObject) -> dict[str, str]:
        texts = shown(listing, self._properties)
        return {**texts, "id": str(listing["id"]), "name": _title(listing)}

    def _listing(self, request: Request) -> JsonObject:
        return self._storage.get(self._properties, request.path_params["id"])

    async def _sent(self, request: Request) -> dict[str, str]:
        """Return a form that was sent from a page of ours."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_FORM:
                raise HTTPException(413, "The form is larger than 1 MiB.")
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        if not self._token.is_in(form):
            raise HTTPException(403, "The form is not of this page, or too old. Load it again.")
        return form


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004 - digits enough


def _matches(listing: JsonObject, query: str) -> bool:
    texts = (str(listing.get(name) or "") for name in ("name", "address", "id"))
    return query.strip().casefold() in " ".join(texts).casefold()


def _title(listing: JsonObject) -> str:
    return str(listing.get("name") or listing["id"])


def _subscription(subscription: JsonObject) -> dict[str, Any]:
    events = subscription.get("events")
    return {
        "id": subscription["id"],
        "url": str(subscription.get("url")),
        "events": ", ".join(map(str, events)) if isinstance(events, list) else str(events),
        "status": str(subscription.get("status") or "active"),
        "signed": bool(subscription.get("secret")),
    }


def _delivery(delivery: Delivery, existing: set[str]) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(delivery.payload)
    listing_id = str(payload["data"]["id"])
    return {
        "number": delivery.number,
        "type": delivery.type,
        "event_id": delivery.event_id,
        "about": _title(payload["data"]),
        "listing_id": listing_id if listing_id in existing else None,
        "state": delivery.state,
        "reason": delivery.reason,
        "payload": json.dumps(payload, ensure_ascii=False, indent=2),
        "attempts": [
            {
                "at": datetime.fromtimestamp(attempt.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
                "outcome": attempt.error or f"status {attempt.status}",
                "seconds": f"{attempt.seconds:.2f}",
            }
            for attempt in delivery.attempts
        ],
    }
