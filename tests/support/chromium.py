"""Chromium without a screen, driven as a person would."""

from __future__ import annotations

import base64
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait

from support.waiting import HANG_GUARD

MIDDLE = 128  # of the 256 steps from black to white


def is_there() -> bool:
    """Return whether there is a browser, and what drives it."""
    return None not in (shutil.which("chromium"), shutil.which("chromedriver"))


@contextmanager
def leaving(browser: Chrome) -> Iterator[None]:
    """Wait until what the block does has led to another page, which the browser does not."""
    page = browser.find_element(By.TAG_NAME, "html")
    yield
    # In the moment in which it leaves, chromedriver may not know to which page a node belongs.
    wait = WebDriverWait(browser, HANG_GUARD, ignored_exceptions=[WebDriverException])
    wait.until(expected_conditions.staleness_of(page))


def misfits(browser: Chrome) -> list[str]:
    """Return what reaches beyond the side of a page, or is cut off in it, each as HTML."""
    found: list[str] = browser.execute_script(
        "return [...document.querySelectorAll('body *:not(.hidden, .skip, thead *, thead)')]"
        ".filter(one => one.getBoundingClientRect().right > innerWidth + 1"
        " || one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display != 'inline'"
        " && !['INPUT', 'SELECT', 'TEXTAREA'].includes(one.tagName))"
        ".map(one => one.outerHTML.slice(0, 80))"
    )
    page = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    return [*found, *(["the page itself"] if page > 0 else [])]


def is_dark(browser: Chrome) -> bool:
    """Return whether a page has a dark ground."""
    colour: str = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    return int(re.findall(r"\d+", colour)[0]) < MIDDLE


def look(browser: Chrome, name: str) -> None:
    """Keep a picture for a person to look at, if ``SCREENSHOTS`` names a folder for it."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        photograph(browser, Path(folder) / f"{name}.png")


def photograph(browser: Chrome, file: Path) -> None:
    """Save a picture of a whole page, also of what lies below the window."""
    whole = {"captureBeyondViewport": True}
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", whole)
    file.write_bytes(base64.b64decode(taken["data"]))


@contextmanager
def chromium(width: int, scheme: str, *, scripts: bool) -> Iterator[Chrome]:
    """Run a browser while the block runs.

    Args:
        width: How many pixels wide a page is.
        scheme: Whether pages are asked to be ``light`` or ``dark``.
        scripts: Whether pages may run any.
    """
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in (
        "--headless=new",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--no-first-run",
        f"--window-size={width},1000",
        f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        options.add_argument(argument)
    if not scripts:
        setting = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", setting)
    browser = Chrome(options, Service(str(shutil.which("chromedriver"))))
    try:
        # A window cannot be narrower than 500 pixels, but what it shows can.
        metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield browser
    finally:
        browser.quit()
