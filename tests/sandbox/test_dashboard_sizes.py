"""Every page of the dashboard is below 60 KiB, whatever is in the account."""

import json
from typing import Any

import httpx
import pytest
from attrs import evolve
from support.signed_delivery import NOW
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import PROPERTIES, WEBHOOKS, Json, LoggedRequest, listings
from pulumi_setsmart.sandbox.deliveries.delivery import Attempt, AttemptContent
from pulumi_setsmart.sandbox.request_log import LoggedContent
from pulumi_setsmart.testing import SandboxAccount

MOST = 60 * 1024
LONG = "&<\"'> 🏖️" * 300  # what takes five bytes for a character, or four
PATHS = (
    *("/", "/?sort=-name", "/?page=40", "/listings/new", "/listings/prop_1"),
    *("/listings/prop_1/delete", "/requests", "/requests/60", "/webhooks", "/webhooks/new"),
    *("/webhooks/wh_1", "/webhooks/wh_1/edit", "/webhooks/wh_1/delete"),
    *("/webhooks/wh_1/deliveries/1", "/dashboard.css", "/nope"),
)


@pytest.fixture
def account(setsmart_sandbox: SandboxAccount) -> SandboxAccount:
    """An account with more of everything than fits a page; no event is sent anywhere."""
    storage = setsmart_sandbox.app.storage
    for number in range(60):
        events: list[Json] = ["reservation.created" if number else "property.created"]
        storage.insert(WEBHOOKS, {"url": "https://a.example/", "events": events})
    made_up = listings()
    storage.insert_all(PROPERTIES, [next(made_up) for _ in range(2000)])
    return setsmart_sandbox


def sizes(account: SandboxAccount) -> dict[str, int]:
    """Return how many bytes each page has."""
    with httpx.Client(
        base_url=account.url.removesuffix("/v1"), trust_env=False, timeout=HANG_GUARD
    ) as browser:
        pages = {path: browser.get(path) for path in PATHS}
    assert [path for path, page in pages.items() if page.status_code != 200] == ["/nope"]
    return {path: len(page.content) for path, page in pages.items()}


def log(account: SandboxAccount, text: str) -> None:
    """Write requests, and attempts of the first delivery, of which everything is a text."""
    body = json.dumps([{text[:50]: text}] * 500).encode()
    headers = ((text.encode()[:200], text.encode()),) * 20
    content = LoggedContent(text.encode(), headers, body, headers, body)
    for _ in range(60):
        request = account.app.requests.add(
            LoggedRequest(text[:20], f"/v1/{text[:400]}", 200, user_agent=text[:200])
        )
        account.app.requests.complete(evolve(request, content=content, object_id=text[:100]))
    deliveries = account.app.storage.deliveries
    [delivery] = deliveries.latest("wh_1", 1, offset=len(deliveries.deliveries("wh_1")) - 1)
    pairs = ((text[:50], text[:500]),) * 50
    for _ in range(60):
        place = deliveries.begin(delivery, NOW, "https://a.example/")
        deliveries.finish(place, Attempt(NOW, "https://a.example/", 500, "status 500", 0.1))
        deliveries.keep(place, AttemptContent(pairs, pairs, body[:16_000]))


def test_pages_of_usual_listings_are_small(account: SandboxAccount) -> None:
    """With 2,000 listings, 2,000 deliveries and 60 requests."""
    log(account, "GET")
    found = sizes(account)
    assert {path: size for path, size in found.items() if size >= MOST} == {}
    assert found["/"] > 25 * 300, "there is a page of listings"


def test_pages_of_long_texts_are_small(account: SandboxAccount) -> None:
    """Where every text is as long as it can be, and every character has to be escaped."""
    storage = account.app.storage
    odd = {"name": LONG[:200], "address": LONG[:500], "status": LONG, "bedrooms": LONG}
    for listing in storage.objects(PROPERTIES, limit=50):
        storage.replace(PROPERTIES, str(listing["id"]), {**listing, **odd})
    for subscription in storage.objects(WEBHOOKS):
        given: dict[str, Any] = {
            "url": f"https://a.example/{LONG}",
            "events": [LONG],
            "status": LONG,
        }
        storage.replace(WEBHOOKS, str(subscription["id"]), given)
    log(account, LONG)
    assert {path: size for path, size in sizes(account).items() if size >= MOST} == {}
