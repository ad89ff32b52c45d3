"""What axe-core finds wrong with a page for people who do not see it, or have no mouse."""

from __future__ import annotations

from typing import Any

from selenium.webdriver import Chrome

from support.npm_packages import npm_packages

_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(done, error => done(`${error}`));
"""
_SERIOUS = {"serious", "critical"}


def serious_violations(browser: Chrome) -> list[str]:
    """Return the serious findings on the page that is open, each with its rule and its elements.

    The test is skipped without the packages from npm.
    """
    source = (npm_packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    browser.execute_script(source)
    found: Any = browser.execute_async_script(_RUN)
    assert isinstance(found, dict), found
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found["violations"]
        if violation["impact"] in _SERIOUS
        for node in violation["nodes"]
    ]
