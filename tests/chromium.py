"""Chromium without a screen, driven as a person would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait


def is_there() -> bool:
    """Return whether there is a browser, and what drives it."""
    return None not in (shutil.which("chromium"), shutil.which("chromedriver"))


@contextmanager
def leaving(browser: Chrome) -> Iterator[None]:
    """Wait until what the block does has led to another page, which the browser does not."""
    page = browser.find_element(By.TAG_NAME, "html")
    yield
    WebDriverWait(browser, 30).until(expected_conditions.staleness_of(page))


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
