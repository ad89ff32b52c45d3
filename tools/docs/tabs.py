"""Writes the examples into the pages of the documentation, each in tabs: one for a language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reference_examples import LANGUAGES, Example, examples

FOLDER = Path(__file__).resolve().parents[2] / "docs"
_TABS = re.compile(r"^<!-- example: (\w+) -->\n(?:\n/// tab .*?\n///\n)*", re.MULTILINE | re.DOTALL)
"""An example in a page: the comment that names it, and its tabs.

The blocks of code are not indented, so they are also blocks of code to what knows no tabs.
"""


def pages() -> Iterator[Path]:
    """Yield the pages that show examples."""
    for page in sorted(FOLDER.rglob("*.md")):
        if _TABS.search(page.read_text(encoding="utf-8")):
            yield page


def render(text: str) -> str:
    """Return the text of a page with the tabs of its examples as they have to be."""
    shown = examples()
    return _TABS.sub(lambda found: _tabs(shown[found[1]]), text)


def _tabs(example: Example) -> str:
    tabs = (
        f'\n/// tab | {language.name}\n\n```{language.code} title="{language.file}"\n'
        f"{language.program(example)}```\n\n///\n"
        for language in LANGUAGES
    )
    return f"<!-- example: {example.name} -->\n{''.join(tabs)}"


if __name__ == "__main__":
    for page in pages():
        page.write_text(render(page.read_text(encoding="utf-8")), encoding="utf-8")
