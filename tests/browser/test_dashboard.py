"""The dashboard as a person uses it: without scripts, with the keyboard, on a phone."""

from collections.abc import Callable

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from support.chromium import is_dark, leaving, look, misfits
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import PROPERTIES, listings
from pulumi_setsmart.testing import SandboxAccount

OpenBrowser = Callable[..., Chrome]
LONG = "Wohnungseigentümergemeinschaftshaus" * 4


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
    setsmart_sandbox.change("prop_1", bedrooms=9)
    setsmart_sandbox.wait_for_deliveries(HANG_GUARD)
    return setsmart_sandbox


def focused(browser: Chrome) -> WebElement:
    return browser.switch_to.active_element


def tab_to(browser: Chrome, text: str, most: int = 60) -> None:
    """Press Tab until something with this text, or this name, has the focus."""
    for _ in range(most):
        focused(browser).send_keys(Keys.TAB)
        element = focused(browser)
        if text in (element.text, element.get_attribute("name")):
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1280])
def test_every_page_fits(
    account: SandboxAccount, open_browser: OpenBrowser, width: int, scheme: str
) -> None:
    """Nothing is cut off or reaches beyond the side; the scheme is the one that is asked for."""
    browser = open_browser(width, scheme, scripts=True)
    for name, path in (
        ("listings", "/"),
        ("listing", "/listings/prop_13"),
        ("delete", "/listings/prop_13/delete"),
        ("webhooks", "/webhooks"),
        ("webhook", "/webhooks/wh_1"),
    ):
        browser.get(origin(account) + path)
        assert misfits(browser) == [], (name, width)
        assert is_dark(browser) == (scheme == "dark")
        look(browser, f"{name}-{width}-{scheme}")


def test_no_page_has_scripts_or_browser_errors(
    account: SandboxAccount, open_browser: OpenBrowser
) -> None:
    """The browser logs nothing about any page: no error, nothing that the policy blocks."""
    browser = open_browser(scripts=True)
    for path in ("/", "/listings/prop_1", "/listings/new", "/webhooks", "/webhooks/wh_1"):
        browser.get(origin(account) + path)
        assert browser.find_elements(By.TAG_NAME, "script") == []
        entries = browser.get_log("browser")  # type: ignore[no-untyped-call]  # theirs
        assert entries == [], path
