"""A real browser; where there is none, these tests are skipped, and the summary says so."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from selenium.webdriver import Chrome
from support import chromium
from support.skip_reasons import NO_BROWSER


@pytest.fixture
def open_browser() -> Iterator[Callable[..., Chrome]]:
    """Open Chromium: its width in pixels, light or dark, with or without scripts."""
    if not chromium.is_there():
        pytest.skip(NO_BROWSER)
    with ExitStack() as browsers:

        def open_one(width: int = 1200, scheme: str = "light", *, scripts: bool = False) -> Chrome:
            return browsers.enter_context(chromium.chromium(width, scheme, scripts=scripts))

        yield open_one
