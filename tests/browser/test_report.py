"""The report as a page, in a browser: it fits, whatever it tells, and runs nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from support.axe import serious_violations
from support.chromium import is_dark, look, misfits
from support.preview_document import PreviewDocument

from pulumi_setsmart.reporting.page import page
from pulumi_setsmart.reporting.preview import read_preview

LONG = "Wohnungseigentümergemeinschaftshaus" * 4
VILLA = {"name": "Beachfront Villa", "bedrooms": 3, "max_guests": 6}


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A report with something of every kind, long words and hostile ones among it."""
    document = PreviewDocument()
    document.listing("cabin", last={"name": "Pine Cabin"})
    document.listing("moved", last=VILLA, planned=VILLA, op="replace")
    document.listing("new", planned={"name": LONG, "address": LONG, "attributes": {LONG: LONG}})
    document.listing("lost", last=VILLA, planned=VILLA, op="create")
    document.listing("villa", last=VILLA, current={**VILLA, "max_guests": 12}, planned=VILLA)
    document.listing(
        "loft",
        last={"name": "Harbour Loft", "bedrooms": 1, "attributes": {"notes": "a"}},
        current={"name": "Harbour Loft", "bedrooms": 4, "attributes": {"notes": LONG}},
        planned={"name": "<img src=x onerror=alert(1)> & Loft", "bedrooms": 2, "attributes": {}},
    )
    document.says("info#err", f"warning: property {LONG}: the server made {LONG} of it")
    file = tmp_path / "report.html"
    file.write_text(page(read_preview(document.text)), encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1280])
def test_every_part_fits(
    address: str, open_browser: Callable[..., Chrome], width: int, scheme: str
) -> None:
    """Nothing is cut off, broken or beyond the side; the scheme is the one that is asked for."""
    browser = open_browser(width, scheme, scripts=True)
    browser.get(address)
    look(browser, f"report-{width}-{scheme}")
    assert misfits(browser) == []
    broken = browser.execute_script(
        "const lines = node => { const range = document.createRange();"
        " range.selectNodeContents(node); return range.getClientRects().length; };"
        "return [...document.querySelectorAll('tbody th')].map(one => [one.innerText, lines(one)])"
        ".filter(([name, lines]) => name.length < 12 && lines > 1)"
    )
    assert broken == [], "a name is broken to make room for a value"
    assert is_dark(browser) == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious(
    address: str, open_browser: Callable[..., Chrome], width: int, scheme: str
) -> None:
    """Contrast, names and roles are as they should be."""
    browser = open_browser(width, scheme, scripts=True)
    browser.get(address)
    look(browser, f"report-{width}-{scheme}")
    assert serious_violations(browser) == []


def test_it_runs_and_fetches_nothing(address: str, open_browser: Callable[..., Chrome]) -> None:
    """What a listing is called is text, in a browser that would run scripts."""
    browser = open_browser(scripts=True)
    browser.get(address)
    assert "<img src=x onerror=alert(1)> & Loft" in browser.find_element(By.TAG_NAME, "main").text
    assert browser.find_elements(By.CSS_SELECTOR, "script, img, link, iframe") == []
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # theirs
