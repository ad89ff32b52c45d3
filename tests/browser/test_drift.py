"""From the dashboard in a browser to the report of the next preview."""

from collections.abc import Callable
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from support.chromium import leaving
from support.engine_stack import EngineStack

from pulumi_setsmart.testing import SandboxAccount


def test_what_somebody_changes_in_the_dashboard_is_in_the_next_report(
    pulumi: Path,
    tmp_path: Path,
    setsmart_sandbox: SandboxAccount,
    open_browser: Callable[..., Chrome],
) -> None:
    """By the listing's name and field, as drift; the next deployment puts it back."""
    account = setsmart_sandbox
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.url, account.key)
    stack.declare('Property("villa", name="Sea Villa", bedrooms=3)\nProperty("hut", name="Hut")')
    stack.up()
    [villa] = [one for one in account.objects() if one["name"] == "Sea Villa"]
    browser = open_browser()
    browser.get(f"{account.url.removesuffix('/v1')}/listings/{villa['id']}")
    bedrooms = browser.find_element(By.NAME, "bedrooms")
    bedrooms.clear()
    bedrooms.send_keys("8")
    with leaving(browser):
        browser.find_element(By.XPATH, "//button[text()='Save']").click()
    assert "The listing was saved." in browser.find_element(By.TAG_NAME, "main").text

    told = stack.command("report", "--stack", "test", "--fail-on", "drift")
    assert told.returncode == 1
    assert "Reverted: 1" in told.stdout
    assert "Sea Villa" in told.stdout
    assert "| <code>bedrooms</code> | <code>8</code> | <code>3</code> |" in told.stdout
    assert "Hut" not in told.stdout
    stack.up()
    assert account.get(str(villa["id"]))["bedrooms"] == 3
