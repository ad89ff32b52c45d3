"""The dashboard: which address shows which page, and who may see it. Usable without scripts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.contract import COLLECTIONS, PROPERTIES
from pulumi_setsmart.sandbox.dashboard.listing_pages import ListingPages
from pulumi_setsmart.sandbox.dashboard.pages import Pages
from pulumi_setsmart.sandbox.dashboard.protection import LocalOnly
from pulumi_setsmart.sandbox.dashboard.request_pages import RequestPages
from pulumi_setsmart.sandbox.dashboard.webhook_pages import WebhookPages
from pulumi_setsmart.sandbox.database import DatabaseTroubleError
from pulumi_setsmart.sandbox.request_log import RequestLog
from pulumi_setsmart.sandbox.settings import SandboxSettings
from pulumi_setsmart.sandbox.storage import NoSuchObjectError, Storage


def dashboard(
    storage: Storage,
    settings: SandboxSettings,
    requests: RequestLog,
    *,
    base_path: str,
    clock: Callable[[], float] = time.time,
    collections: Sequence[ApiCollection] = COLLECTIONS,
) -> Starlette:
    """Return the dashboard of a sandbox, for browsers on this machine.

    Args:
        storage: What it shows and changes.
        settings: The names of this machine, and the keys.
        requests: What reached the API.
        base_path: What the paths of the API begin with.
        clock: The time in seconds since 1970.
        collections: What the API beside it serves.
    """
    properties = next((each for each in collections if each.path == PROPERTIES.path), PROPERTIES)
    pages = Pages()
    listings = ListingPages(pages, storage, properties, settings.keys, base_path)
    log = RequestPages(pages, requests, collections, properties, clock)
    webhooks = WebhookPages(pages, storage, collections, properties, clock)
    delivery = "/webhooks/{id}/deliveries/{number}"
    return Starlette(
        routes=[
            Route("/", listings.listings),
            *listings.forms.routes(),
            Route("/requests", log.requests),
            Route("/requests/{number}", log.request),
            Route("/webhooks", webhooks.webhooks),
            *webhooks.forms.routes(),
            Route("/webhooks/{id}", webhooks.webhook),
            Route(delivery, webhooks.delivery),
            Route(delivery, webhooks.redeliver, methods=["POST"]),
            Route("/dashboard.css", pages.style),
        ],
        middleware=[Middleware(LocalOnly, hosts=settings.hosts)],
        exception_handlers={
            NoSuchObjectError: pages.missing,
            HTTPException: pages.refused,
            DatabaseTroubleError: pages.in_trouble,
        },
    )
