"""The request log in the dashboard: what reached the API, without its secrets."""

import json
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from attrs import evolve
from support.dashboard_page import cells, text_of
from support.signed_delivery import NOW, SECRET
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import ApiKey, Behaviour, LoggedRequest, SandboxSettings
from pulumi_setsmart.sandbox.request_log import LoggedContent
from pulumi_setsmart.testing import Failed, Lost, SandboxAccount, running_sandbox

KEY = "account-key-abcd"


@pytest.fixture
def api(setsmart_sandbox: SandboxAccount) -> Iterator[httpx.Client]:
    """A client of the API."""
    with httpx.Client(
        base_url=setsmart_sandbox.url,
        headers={"X-API-Key": setsmart_sandbox.key, "User-Agent": "pulumi-setsmart/1"},
        trust_env=False,
        timeout=HANG_GUARD,
    ) as client:
        yield client


def rows(page: httpx.Response) -> list[list[str]]:
    return [cells(row) for row in page.text.split("<tr>")[2:]]


def requests(page: httpx.Response) -> list[str]:
    return [row[0] for row in rows(page)]


def test_requests_are_shown_newest_first(browser: httpx.Client, api: httpx.Client) -> None:
    """With status, duration, key and user agent; the dashboard's own are not among them."""
    assert "There are none yet." in text_of(browser.get("/requests"))
    api.post("/properties", json={"name": "Villa"})
    api.get("/properties", params={"page": 1, "api_key": "in-the-query"})
    api.get("/properties/prop_9", headers={"X-API-Key": "not-a-key-of-it"})
    page = browser.get("/requests")
    assert "Requests 3" in text_of(page)
    assert [(row[0], row[1], row[3], row[4]) for row in rows(page)] == [
        ("GET /v1/properties/prop_9", "401", "••••-it", "pulumi-setsmart/1"),
        ("GET /v1/properties ?page=1&api_key=••••", "200", "••••ey", "pulumi-setsmart/1"),
        ("POST /v1/properties", "201", "••••ey", "pulumi-setsmart/1"),
    ]
    assert all(re.fullmatch(r"\d+(\.\d)? ms|\d+\.\d\d s", row[2]) for row in rows(page))


def test_a_request_has_a_page_of_its_own(browser: httpx.Client, api: httpx.Client) -> None:
    """With headers and bodies of request and response."""
    body = {"url": "http://127.0.0.1:9/", "events": ["property.created"], "secret": SECRET}
    api.post("/webhooks", json=body)
    api.post("/properties", json={"name": "Villa", "door_code": 4711, "wifi": {"password": "hej"}})
    [_, subscription] = re.findall(r'href="(/requests/\d+)"', browser.get("/requests").text)
    page = browser.get(subscription)
    text = text_of(page)
    assert "POST /v1/webhooks 201 in" in text
    assert '"secret": "••••"' in text
    assert "x-api-key: ••••ey" in text
    assert "content-type: application/json" in text
    assert '"id": "wh_1"' in text
    listing = browser.get("/requests/2")
    assert '"door_code": "••••"' in text_of(listing)
    assert 'href="/listings/prop_1"' in listing.text
    for secret in (SECRET, "sandbox-key", "4711", "hej"):
        assert secret not in page.text + listing.text


def test_times_and_durations_are_shown() -> None:
    """As people read them; how long ago it was is counted from now."""
    with running_sandbox(clock=lambda: NOW) as account:
        origin = account.url.removesuffix("/v1")
        log = account.app.requests
        for at, seconds in ((NOW - 7200, 0.0042), (NOW - 90, 0.75), (NOW, 12.0)):
            log.add(LoggedRequest("GET", "/v1/properties", 200, at=at, seconds=seconds))
        client = httpx.Client(base_url=origin, trust_env=False, timeout=HANG_GUARD)
        with client as browser:
            found = rows(browser.get("/requests"))
            text = text_of(browser.get("/requests/2"))
    assert [(row[2], row[5]) for row in found] == [
        ("12.00 s", "just now"),
        ("0.75 s", "1 min ago"),
        ("4.2 ms", "2 h ago"),
    ]
    assert "200 in 0.75 s, 1 min ago When 2025-11-23 21:58:30 UTC" in text
    assert "no longer kept" in text


def test_requests_are_filtered_by_listing(browser: httpx.Client, api: httpx.Client) -> None:
    """By the id, which the creation has only in its response; ids that begin alike differ."""
    for _ in range(11):
        api.post("/properties", json={"name": "Villa"})
    api.put("/properties/prop_1", json={"name": "Loft"})
    api.get("/properties")
    api.get("/properties/prop_11")
    api.delete("/properties/prop_1")
    api.post("/webhooks", json={"url": "http://127.0.0.1:9/", "events": ["property.created"]})
    page = browser.get("/requests", params={"listing": " prop_1 "})
    assert requests(page) == [
        "DELETE /v1/properties/prop_1",
        "PUT /v1/properties/prop_1",
        "POST /v1/properties",
    ]
    assert requests(browser.get("/requests", params={"listing": "wh_1"})) == ["POST /v1/webhooks"]
    nothing = browser.get("/requests", params={"listing": "prop_99"})
    assert "No request matches." in text_of(nothing)
    [link] = re.findall(r'href="(/requests\?listing=[^"]*)"', browser.get("/listings/prop_2").text)
    assert requests(browser.get(link)) == ["POST /v1/properties"]


def test_numbers_as_ids_are_found_too() -> None:
    """As an API shows them whose ids are numbers; those of another collection are not meant."""
    settings = SandboxSettings(behaviour=Behaviour(ids="number"))
    with running_sandbox(settings) as account:
        with httpx.Client(
            base_url=account.url,
            headers={"X-API-Key": account.key},
            trust_env=False,
            timeout=HANG_GUARD,
        ) as api:
            api.post("/properties", json={"name": "Villa"})
            api.post("/pricing-rules", json={"name": "Weekend"})
            api.get("/properties/1")
        page = httpx.get(
            f"{account.url.removesuffix('/v1')}/requests?listing=prop_1",
            trust_env=False,
            timeout=HANG_GUARD,
        )
    assert requests(page) == ["GET /v1/properties/1", "POST /v1/properties"]


def test_requests_are_filtered_by_status(
    browser: httpx.Client, api: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """By one, or those that failed; no response is a status too."""
    api.post("/properties", json={"name": "Villa"})
    api.get("/properties/prop_9")
    setsmart_sandbox.faults.add(Failed("before"))
    api.get("/properties/prop_1")
    setsmart_sandbox.app.requests.add(LoggedRequest("GET", "/v1/properties/lost", None))
    found = {
        status: [row[1] for row in rows(browser.get("/requests", params={"status": status}))]
        for status in ("", "201", "404", "failed", "none", "999")
    }
    failed = found[""][1]
    assert failed.startswith("5")
    assert found == {
        "": ["none", failed, "404", "201"],
        "201": ["201"],
        "404": ["404"],
        "failed": ["none", failed, "404"],
        "none": ["none"],
        "999": [],
    }
    page = browser.get("/requests", params={"status": "404"}).text
    assert re.findall(r"<option[^>]*>([^<]*)<", page) == [
        *("any", "failed", "no response"),
        *("201", "404", failed),
    ]
    assert re.findall(r"<option[^>]* selected>([^<]*)<", page) == ["404"]


def test_many_requests_are_shown_on_pages(
    browser: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """25 on each, whose links keep the filter."""
    for number in range(30):
        path = f"/v1/properties/prop_{number}"
        setsmart_sandbox.app.requests.add(LoggedRequest("GET", path, 200))
    first = browser.get("/requests", params={"status": "200"})
    assert len(rows(first)) == 25
    [link] = re.findall(r'rel="next" href="([^"]*)"', first.text)
    second = browser.get(unescape(link))
    assert requests(second)[-1] == "GET /v1/properties/prop_0"
    assert second.url.params["status"] == "200"


def test_a_response_that_was_lost_is_in_the_log(
    browser: httpx.Client, api: httpx.Client, setsmart_sandbox: SandboxAccount
) -> None:
    """The request is shown with its body, and without a response."""
    setsmart_sandbox.faults.add(Lost("after"))
    with pytest.raises(httpx.HTTPError):
        api.post("/properties", json={"name": "Sea Villa"})
    page = text_of(browser.get("/requests/1"))
    assert "no response in" in page
    assert '"name": "Sea Villa"' in page


@pytest.mark.parametrize("key", [KEY, "a-real-key-by-mistake"])
def test_no_key_is_on_any_page(key: str) -> None:
    """Neither that of the sandbox nor one that it does not know, wherever it stands."""
    with running_sandbox(SandboxSettings(keys=(ApiKey(KEY),))) as account:
        origin = account.url.removesuffix("/v1")
        client = httpx.Client(trust_env=False, timeout=HANG_GUARD)
        with client as api:
            api.request(
                "POST",
                f"{account.url}/{key}",
                params={"q": key, key: "x", "key": key},
                headers={
                    "X-API-Key": key,
                    "User-Agent": f"mine {key}",
                    "X-Note": f"is {key}",
                    "Authorization": f"Bearer {key}",
                    "Cookie": f"session={key}",
                },
                content=json.dumps({"name": f"of {key}", key: [key]}),
            )
            pages = [
                api.get(f"{origin}{path}").text
                for path in ("/requests", "/requests/1", f"/requests?listing={key[:3]}")
            ]
    assert all(key not in page for page in pages)
    assert "mine ••••" in pages[1]


@pytest.mark.parametrize("key", [KEY, "a-real-key-by-mistake"])
@pytest.mark.parametrize("cut", [2, 9])
def test_no_part_of_a_key_is_on_any_page(key: str, cut: int) -> None:
    """Where a long path, user agent or id is cut."""
    with running_sandbox(SandboxSettings(keys=(ApiKey(KEY),))) as account:
        origin = account.url.removesuffix("/v1")
        with httpx.Client(trust_env=False, timeout=HANG_GUARD) as api:
            path = f"/v1/properties/{'x' * (100 - cut)}{key}/"
            api.put(
                f"{origin}{path:x<{500 - cut}}{key}/z",
                headers={"X-API-Key": key, "User-Agent": f"{'x' * (200 - cut)}{key} z"},
                json={"name": "Villa"},
            )
            pages = [api.get(f"{origin}{path}").text for path in ("/requests", "/requests/1")]
    for page in pages:
        assert "x" * 90 in page
        assert f"x{key[:2]}" not in page


def test_the_log_is_for_this_machine_only(browser: httpx.Client, api: httpx.Client) -> None:
    """As the rest of the dashboard is; and nothing is changed through it."""
    api.post("/properties", json={"name": "Sea Villa"})
    for path in ("/requests", "/requests/1"):
        refused = browser.get(path, headers={"Host": "evil.example"})
        assert refused.status_code == 403
        assert "Villa" not in refused.text
        assert browser.get(path).headers["Cache-Control"] == "no-store"
        assert browser.post(path).status_code == 405


def test_odd_bytes_do_no_harm(browser: httpx.Client, setsmart_sandbox: SandboxAccount) -> None:
    """Whatever reached the API, its page is there; what a terminal or page may obey is escaped."""
    log = setsmart_sandbox.app.requests
    odd = LoggedContent(
        b"\xff=\xfe&%ff=%00&a",
        ((b"\xff", b"\x80\x1b"), (b"x", b"")),
        b'{"\\ud800": "\\u202e\\u0000"}',
        (),
        b"\xff\xfe",
    )
    for path in ("/v1/\ud800\u202e\x00", "", "/", "/v1/properties/\x1b"):
        request = log.add(LoggedRequest("GE\x1bT", path, 200, user_agent="\x1b[1m\u202e"))
        log.complete(evolve(request, content=odd, object_id="\u202e"))
    assert browser.get("/requests").status_code == 200
    for number in range(1, 5):
        page = browser.get(f"/requests/{number}")
        assert page.status_code == 200
        assert not {"\x1b", "\u202e", "\x00", "\x80"} & set(page.text)
