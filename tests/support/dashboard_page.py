"""The dashboard as a browser without scripts sees it: pages, their texts and their forms."""

import re
from html import unescape
from html.parser import HTMLParser

import httpx


class Form(HTMLParser):
    """The forms on a page: their fields, filled in as a browser shows them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._name: str | None = None
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_unticked = given.get("type") == "checkbox" and "checked" not in given
        if tag == "input" and "name" in given and given.get("type") != "search" and not is_unticked:
            # Browsers leave line breaks out of a field that has one line.
            self.fields.setdefault(given["name"], re.sub(r"[\r\n]", "", given.get("value", "")))
        if tag in ("select", "textarea"):
            self._name, self._text = given["name"], ""
        if tag == "option" and "selected" in given and self._name:
            self.fields[self._name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._name:
            # Browsers leave out the line break that follows the tag.
            self.fields[self._name] = self._text.removeprefix("\n")
        if tag in ("select", "textarea"):
            self._name = None


def text_of(page: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text.split("<main")[1])).split())


def cells(row: str) -> list[str]:
    found = re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", "", cell)).split()) for cell in found]


def submit(browser: httpx.Client, path: str, **changed: str) -> httpx.Response:
    """Load a page, change fields of its form, and send it."""
    fields = Form(browser.get(path).text).fields
    return browser.post(path, data={**fields, **changed})
