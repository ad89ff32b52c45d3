"""The dashboard as a person uses it: without scripts, with the keyboard, on a phone."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import httpx
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from support.axe import serious_violations
from support.chromium import is_dark, leaving, look, misfits
from support.recording_receiver import receiving
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.sandbox import PROPERTIES, listings
from pulumi_setsmart.testing import SandboxAccount

OpenBrowser = Callable[..., Chrome]
LONG = "Wohnungseigentümergemeinschaftshaus" * 4
PAGES = {
    "listings": "/",
    "listings-sorted": "/?sort=-bedrooms&q=a",
    "listing": "/listings/prop_13",
    "listing-new": "/listings/new",
    "delete": "/listings/prop_13/delete",
    "requests": "/requests",
    "request": "/requests/1",
    "webhooks": "/webhooks",
    "subscribe": "/webhooks/new",
    "webhook": "/webhooks/wh_2",
    "webhook-long": "/webhooks/wh_1",
    "subscription": "/webhooks/wh_2/edit",
    "subscription-long": "/webhooks/wh_1/edit",
    "unsubscribe": "/webhooks/wh_1/delete",
    "delivery": "/webhooks/wh_2/deliveries/2",
    "missing": "/nope",
}
LINE = 12  # pixels by which the middles of what stands in one line may differ
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def origin(account: SandboxAccount) -> str:
    return account.url.removesuffix("/v1")


@pytest.fixture
def account(setsmart_sandbox: SandboxAccount) -> SandboxAccount:
    """An account with listings, one of them with a name that is hard to fit."""
    made_up = listings()
    setsmart_sandbox.app.storage.insert_all(PROPERTIES, [next(made_up) for _ in range(12)])
    setsmart_sandbox.add("properties", name=LONG, address=LONG, status="inactive", notes=LONG)
    events = ["property.created", "property.updated", "property.deleted"]
    setsmart_sandbox.add("webhooks", url=f"https://hooks.example.com/{LONG}", events=events)
    with receiving(500, 200) as receiver:
        receiver.text = '{"error": "try again", "token": "abc"}'
        setsmart_sandbox.add("webhooks", url=receiver.url, events=events)
        setsmart_sandbox.change("prop_1", bedrooms=9)
        setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    ask(setsmart_sandbox)
    return setsmart_sandbox


def has_arrived(account: SandboxAccount, subscription: Mapping[str, Any]) -> bool:
    """Return whether all that was sent to a subscription has arrived."""
    sent = account.deliveries(str(subscription["id"]))
    return bool(sent) and all(delivery.state == "delivered" for delivery in sent)


def ask(account: SandboxAccount) -> None:
    """Send requests to the API, some of which fail."""
    with httpx.Client(
        base_url=account.url,
        headers={"X-API-Key": account.key, "User-Agent": "pulumi-setsmart/1"},
        trust_env=False,
        timeout=HANG_GUARD,
    ) as client:
        fields = {"name": "Sea Villa", "bedrooms": 3, "door_code": "4711", "notes": LONG}
        client.put("/properties/prop_13", json={"name": LONG, **fields})
        client.get("/properties", params={"page": 1})
        client.get(f"/properties/{LONG}")
        client.get("/properties", headers={"X-API-Key": "wrong", "User-Agent": "x" * 150})
        client.post("/properties", json={"name": ""})


def focused(browser: Chrome) -> WebElement:
    return browser.switch_to.active_element


def tab_to(browser: Chrome, text: str, most: int = 60) -> None:
    """Press Tab until something with this text, name or address has the focus."""
    for _ in range(most):
        focused(browser).send_keys(Keys.TAB)
        element = focused(browser)
        if text in (element.text, *map(element.get_attribute, ("name", "href"))):
            return
    raise AssertionError(f"the keyboard does not reach {text!r}")


def test_drift_is_made_with_the_keyboard_alone(
    account: SandboxAccount, open_browser: OpenBrowser
) -> None:
    """From the search to the form and its button, without scripts and without a mouse."""
    browser = open_browser()
    browser.get(origin(account))
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert focused(browser).text == "Skip to the content"
    tab_to(browser, "q")
    with leaving(browser):
        focused(browser).send_keys("prop_1", Keys.ENTER)
    name = str(account.get("prop_1")["name"])
    tab_to(browser, name)
    with leaving(browser):
        focused(browser).send_keys(Keys.ENTER)
    tab_to(browser, "bedrooms")
    focused(browser).send_keys(Keys.CONTROL, "a")
    focused(browser).send_keys("4")
    tab_to(browser, "Save")
    with leaving(browser):
        focused(browser).send_keys(Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, "[role=status]").text == "The listing was saved."
    assert account.get("prop_1")["bedrooms"] == 4


def test_a_mistake_is_shown_at_its_field(
    account: SandboxAccount, open_browser: OpenBrowser
) -> None:
    """Which has the focus then, so that it can be put right at once."""
    browser = open_browser()
    browser.get(f"{origin(account)}/listings/prop_1")
    field = browser.find_element(By.NAME, "max_guests")
    field.clear()
    with leaving(browser):
        field.send_keys("many", Keys.ENTER)
    assert "Nothing was saved" in browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    assert focused(browser).get_attribute("name") == "max_guests"
    assert focused(browser).accessible_name == "Max guests"
    assert browser.find_element(By.ID, "violation").text == "must be an integer"


def test_a_listing_is_deleted_after_a_question(
    account: SandboxAccount, open_browser: OpenBrowser
) -> None:
    """Two clicks on two pages."""
    browser = open_browser()
    browser.get(f"{origin(account)}/listings/prop_2")
    with leaving(browser):
        browser.find_element(By.LINK_TEXT, "Delete…").click()
    with leaving(browser):
        browser.find_element(By.XPATH, "//button[text()='Delete']").click()
    assert "The listing was deleted." in browser.find_element(By.TAG_NAME, "main").text
    assert "prop_2" not in [listing["id"] for listing in account.objects()]


@SCHEMES
@pytest.mark.parametrize("width", [360, 390, 820, 1280])
def test_every_page_fits(
    account: SandboxAccount, open_browser: OpenBrowser, width: int, scheme: str
) -> None:
    """Nothing is cut off or reaches beyond the side; the scheme is the one that is asked for."""
    browser = open_browser(width, scheme, scripts=True)
    for name, path in PAGES.items():
        browser.get(origin(account) + path)
        look(browser, f"{name}-{width}-{scheme}")
        assert misfits(browser) == [], (name, width)
        assert is_dark(browser) == (scheme == "dark")


@SCHEMES
def test_an_empty_account_fits(
    setsmart_sandbox: SandboxAccount, open_browser: OpenBrowser, scheme: str
) -> None:
    """On a phone and on a screen, with nothing that axe finds serious."""
    for width in (390, 1280):
        browser = open_browser(width, scheme, scripts=True)
        for name, path in (("empty", "/"), ("no-requests", "/requests"), ("no-hooks", "/webhooks")):
            browser.get(origin(setsmart_sandbox) + path)
            look(browser, f"{name}-{width}-{scheme}")
            assert misfits(browser) == [], (name, width)
            assert serious_violations(browser) == [], name


@SCHEMES
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious(
    account: SandboxAccount, open_browser: OpenBrowser, width: int, scheme: str
) -> None:
    """On any page: contrast, names, roles, and what the keyboard cannot reach."""
    browser = open_browser(width, scheme, scripts=True)
    for name, path in PAGES.items():
        browser.get(origin(account) + path)
        assert serious_violations(browser) == [], name
    for path, field in (
        ("/listings/prop_1", "max_guests"),
        ("/webhooks/new", "url"),
        ("/webhooks/wh_1/edit", "events"),
    ):
        browser.get(origin(account) + path)
        with leaving(browser):
            browser.find_element(By.NAME, field).send_keys("x", Keys.ENTER)
        assert browser.find_elements(By.CSS_SELECTOR, "[role=alert]")
        assert serious_violations(browser) == [], path


def order_of_focus(browser: Chrome) -> list[tuple[float, float]]:
    """Press Tab until the focus is back at the beginning; return where it was: top, then left."""
    places: list[tuple[float, float]] = []
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    first = focused(browser)
    while not places or focused(browser) not in (first, browser.find_element(By.TAG_NAME, "body")):
        box = focused(browser).rect
        places.append((box["y"] + box["height"] / 2, box["x"]))
        focused(browser).send_keys(Keys.TAB)
    return places


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_goes_through_a_page_as_one_reads_it(
    account: SandboxAccount, open_browser: OpenBrowser, width: int
) -> None:
    """From the top to the bottom; within a line, from the left to the right."""
    browser = open_browser(width, scripts=True)
    for name in ("listings", "listing", "requests", "subscribe", "subscription", "webhook"):
        browser.get(origin(account) + PAGES[name])
        places = order_of_focus(browser)[1:]  # the first one is the link that skips the others
        assert len(places) > 4
        for (top, left), (next_top, next_left) in pairwise(places):
            is_below = next_top > top + LINE
            is_beside = abs(next_top - top) <= LINE and next_left > left
            assert is_below or is_beside, (name, width, (top, left), (next_top, next_left))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_subscription_is_made_and_watched_with_the_keyboard_alone(
    account: SandboxAccount, open_browser: OpenBrowser, width: int
) -> None:
    """From the form to the delivery of an event, and to what was sent and came back."""
    with receiving(200) as receiver:
        receiver.text = '{"stored": true}'
        browser = open_browser(width)
        browser.get(origin(account))
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        for text in ("Webhooks", "New subscription"):
            tab_to(browser, text)
            with leaving(browser):
                focused(browser).send_keys(Keys.ENTER)
        tab_to(browser, "url")
        focused(browser).send_keys(receiver.url)
        tab_to(browser, "events.property.created")
        focused(browser).send_keys(Keys.SPACE)
        tab_to(browser, "Create")
        with leaving(browser):
            focused(browser).send_keys(Keys.ENTER)
        status = browser.find_element(By.CSS_SELECTOR, "[role=status]")
        assert status.text == "The subscription was created."
        [made] = account.objects("webhooks")[2:]
        assert made["events"] == ["property.updated", "property.deleted"]
        account.change("prop_1", bedrooms=7)
        # Not for all deliveries: those to the subscriptions that were there are tried for minutes.
        wait_until(lambda: has_arrived(account, made))
        [delivery] = account.deliveries(str(made["id"]))
        browser.get(f"{origin(account)}/webhooks/{made['id']}")
        tab_to(browser, f"{browser.current_url}/deliveries/{delivery.number}")
        with leaving(browser):
            focused(browser).send_keys(Keys.ENTER)
        main = browser.find_element(By.TAG_NAME, "main").text
        assert '"stored": true' in main
        tab_to(browser, "Deliver again")
        with leaving(browser):
            focused(browser).send_keys(Keys.ENTER)
        wait_until(lambda: len(receiver.received) == 2 and has_arrived(account, made))
    assert len(receiver.received) == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_a_subscription_is_changed_and_deleted_with_the_keyboard_alone(
    account: SandboxAccount, open_browser: OpenBrowser, width: int
) -> None:
    """From its page to its form, and to the question before it is gone; without scripts."""

    def press(text: str) -> None:
        tab_to(browser, text)
        with leaving(browser):
            focused(browser).send_keys(Keys.ENTER)

    before = account.get("wh_1")
    browser = open_browser(width)
    browser.get(f"{origin(account)}/webhooks/wh_1")
    press("Edit")
    tab_to(browser, "events.property.updated")
    focused(browser).send_keys(Keys.SPACE)
    tab_to(browser, "events")
    assert focused(browser).accessible_name == "Other events"
    focused(browser).send_keys("not an event")
    press("Save")
    assert "Nothing was saved" in browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    assert focused(browser).get_attribute("name") == "events"
    focused(browser).send_keys(Keys.CONTROL, "a")
    focused(browser).send_keys("reservation.created")
    press("Save")
    status = browser.find_element(By.CSS_SELECTOR, "[role=status]")
    assert status.text == "The subscription was saved."
    after = account.get("wh_1")
    events = ["property.created", "property.deleted", "reservation.created"]
    assert after == {**before, "events": events, "updated_at": after["updated_at"]}
    for text in ("Edit", "Delete…", "Delete"):
        press(text)
    status = browser.find_element(By.CSS_SELECTOR, "[role=status]")
    assert status.text == "The subscription was deleted."
    assert [each["id"] for each in account.objects("webhooks")] == ["wh_2"]


def test_a_request_is_found_with_the_keyboard_alone(
    account: SandboxAccount, open_browser: OpenBrowser
) -> None:
    """By its listing, on a phone; what is secret in it is masked."""
    browser = open_browser(390)
    browser.get(f"{origin(account)}/requests")
    tab_to(browser, "listing")
    with leaving(browser):
        focused(browser).send_keys("prop_13", Keys.ENTER)
    tab_to(browser, "PUT /v1/properties/prop_13")
    with leaving(browser):
        focused(browser).send_keys(Keys.ENTER)
    main = browser.find_element(By.TAG_NAME, "main").text
    assert '"bedrooms": 3' in main
    assert '"door_code": "••••"' in main
    assert "4711" not in main


def test_a_table_is_sorted_on_a_phone(account: SandboxAccount, open_browser: OpenBrowser) -> None:
    """The heads of its columns are links there too; on a screen, they stay in view."""
    for width in (390, 1280):
        browser = open_browser(width)
        browser.get(origin(account))
        for _ in range(2):
            with leaving(browser):
                browser.find_element(By.LINK_TEXT, "Bedrooms").click()
        assert browser.find_element(By.CSS_SELECTOR, "[aria-sort=descending]").is_displayed()
        assert "sort=-bedrooms" in browser.current_url
    head = browser.find_element(By.TAG_NAME, "thead")
    assert head.find_element(By.TAG_NAME, "th").value_of_css_property("position") == "sticky"


def test_no_page_has_scripts_or_browser_errors(
    account: SandboxAccount, open_browser: OpenBrowser
) -> None:
    """The browser logs nothing about any page: no error, nothing that the policy blocks."""
    browser = open_browser(scripts=True)
    for name, path in PAGES.items():
        browser.get(origin(account) + path)
        assert browser.find_elements(By.TAG_NAME, "script") == []
        entries = browser.get_log("browser")  # type: ignore[no-untyped-call]  # theirs
        if name == "missing":
            entries = [entry for entry in entries if "404" not in entry["message"]]
        assert entries == [], path
