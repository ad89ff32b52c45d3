"""From the dashboard in a browser to the report of the next preview."""

from collections.abc import Callable
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from support.chromium import leaving
from support.engine_stack import EngineStack

from pulumi_setsmart.reporting.report import Action
from pulumi_setsmart.reporting.wording import HEADINGS
from pulumi_setsmart.testing import SandboxAccount


def test_what_somebody_changes_in_the_dashboard_is_in_the_next_report(
    pulumi: Path,
    tmp_path: Path,
    setsmart_sandbox: SandboxAccount,
    open_browser: Callable[..., Chrome],
) -> None:
    """By the listing's name and field, as drift; the next deployment reverts it."""
    account = setsmart_sandbox
    stack = EngineStack.create(pulumi, tmp_path / "stack", account.url, account.key)
    stack.declare('Property("villa", name="Sea Villa", bedrooms=3)\nProperty("hut", name="Hut")')
    stack.up()
    [villa] = [listing for listing in account.objects() if listing["name"] == "Sea Villa"]
    browser = open_browser()
    browser.get(f"{account.url.removesuffix('/v1')}/listings/{villa['id']}")
    bedrooms = browser.find_element(By.NAME, "bedrooms")
    bedrooms.clear()
    bedrooms.send_keys("8")
    with leaving(browser):
        browser.find_element(By.XPATH, "//button[text()='Save']").click()
    assert "The listing was saved." in browser.find_element(By.TAG_NAME, "main").text

    report = stack.command("report", "--stack", "test", "--fail-on", "drift")
    assert report.returncode == 1
    assert f"{HEADINGS[Action.REVERT].title}: 1" in report.stdout
    assert "Sea Villa" in report.stdout
    assert "| <code>Bedrooms</code> | <code>8</code> | <code>3</code> |" in report.stdout
    assert "Hut" not in report.stdout
    stack.up()
    assert account.get(str(villa["id"]))["bedrooms"] == 3
