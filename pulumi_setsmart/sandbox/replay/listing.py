"""Pages of a list, as a recorded account sends them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from attrs import define, frozen

from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.replay.sample import sample

_SEVERAL = 5
"""So many are ``several``, if a page may be that long."""
_MORE = 2
"""So many objects are on the page after the last one that was looked at."""
_CURSOR = "at-"
_ANNOUNCING = ("more", "end", "cursor", "next", "next offset", "hint")
"""What a page may say of the next one."""


@frozen
class RecordedList:
    """A list as it was recorded.

    Attributes:
        pages: Its pages.
        is_whole: Whether the last of them was the last one.
    """

    pages: Sequence[Mapping[str, Any]]
    is_whole: bool

    @property
    def size(self) -> int | None:
        """How many objects a page has, or None if all of them are on one."""
        first = self.pages[0].get("items")
        if isinstance(first, int):
            return first
        return None if self.is_whole else _SEVERAL

    @property
    def objects(self) -> int:
        """How many objects the list had, as far as the recording knows."""
        size = self.size
        if not self.is_whole:
            return len(self.pages) * (size or 0) + _MORE
        last = {"none": 0, "one": 1, "several": min(_SEVERAL, size or _SEVERAL)}
        before = sum(int(page["items"]) for page in self.pages[:-1])
        return before + last.get(str(self.pages[-1].get("items")), 0)

    def says(self, *, at: str | None = None, role: str | None = None) -> Iterator[str]:
        """Yield what the signals at a place, or with a role, say on any of the pages."""
        for page in self.pages:
            for signal in page.get("signals", ()):
                if at in (None, signal["at"]) and role in (None, signal["role"]):
                    yield str(signal["says"])

    @property
    def first_page(self) -> int:
        """The number of the first page."""
        from_0 = "this page, counted from 0" in self.says(role="page")
        return 0 if from_0 or "this page" in self.says(role="next") else 1


@define
class ReplayedPage:
    """A page that is asked for.

    Attributes:
        recorded: The list as it was recorded.
        ids: The ids of all its objects.
        address: The absolute address of the list, without a query.
        start: Which object is the first on it, from 0.
    """

    recorded: RecordedList
    ids: Sequence[str]
    address: str
    start: int = 0

    @property
    def size(self) -> int:
        """How many objects a page has."""
        return self.recorded.size or max(1, len(self.ids))

    @property
    def index(self) -> int:
        """Which page it is, from 0."""
        return self.start // self.size

    @property
    def count(self) -> int:
        """How many pages there are."""
        return max(1, math.ceil(len(self.ids) / self.size))

    @property
    def is_last(self) -> bool:
        """Whether no page comes after it."""
        return self.start + self.size >= len(self.ids)

    @property
    def template(self) -> Mapping[str, Any]:
        """The recorded page that it is like."""
        pages = self.recorded.pages
        if self.is_last and self.recorded.is_whole:
            return pages[-1]
        others = pages[:-1] if self.recorded.is_whole else pages
        return (others or pages)[min(self.index, len(others) - 1) if others else 0]

    @property
    def ends_unseen(self) -> bool:
        """Whether it is the last page, and none such was recorded."""
        return self.is_last and not self.recorded.is_whole

    def seek(self, query: str) -> None:
        """Go to the page that a query asks for."""
        for name, value in parse_qsl(query):
            match _means(name):
                case "page" if value.isascii() and value.isdigit():
                    self.start = (int(value) - self.recorded.first_page) * self.size
                case "offset" if value.isascii() and value.isdigit():
                    self.start = int(value)
                case "last id" if value in self.ids:
                    self.start = self.ids.index(value) + 1
                case "token" if value.startswith(_CURSOR):
                    self.start = int(value.removeprefix(_CURSOR))

    def body(self, items: Sequence[JsonObject]) -> Json:
        """Return the body, with the objects on it."""
        response = self.template["response"]
        at = self.template.get("items_at", "")
        body = placed(sample(response.get("shape"), 0), at, [*items])
        for signal in self.template.get("signals", ()):
            if not signal["at"].startswith("header "):
                body = placed(body, signal["at"], self._says(signal, len(items)), anew=False)
        return body

    def headers(self, items: int) -> dict[str, str]:
        """Return the headers that tell of other pages."""
        said = {
            signal["at"].removeprefix("header "): self._says(signal, items)
            for signal in self.template.get("signals", ())
            if signal["at"].startswith("header ")
        }
        headers = {name: "" if value is None else str(value) for name, value in said.items()}
        links = {} if self.ends_unseen else self.template["response"].get("links", {})
        if links:
            headers["link"] = ", ".join(
                f'<{self._address(address)}>; rel="{relation}"'
                for relation, address in links.items()
            )
        return headers

    def _says(self, signal: Mapping[str, Any], items: int) -> Json:
        says = signal["says"]
        if self.ends_unseen and signal["role"] in _ANNOUNCING:
            return {"more": False, "end": True}.get(signal["role"])
        fixed: dict[Any, Json] = {"null": None, "true": True, "false": False, "empty": ""}
        if isinstance(says, int) or says in fixed:
            return fixed.get(says, says) if isinstance(says, str) else says
        if says == "an address":
            return self._address(signal["address"])
        if says == "a string":
            return f"{_CURSOR}{self.start + items}"
        return self._number(signal, items)

    def _number(self, signal: Mapping[str, Any], items: int) -> int:
        says = str(signal["says"])
        if says == "less":
            return 0
        first, more = self.recorded.first_page, int(says == "more")
        total = items if self._counts_pages(signal["at"]) else len(self.ids)
        return {
            "total": total,
            "count": total,
            "page": self.index + first + more,
            "pages": self.count if self.ids else 0,
            "next": self.index + 1 + first,
            "next offset": self.start + items,
            "cursor": self.start + items + more,
            "offset": self.start + more,
            "more": int(not self.is_last),
            "end": int(self.is_last),
        }.get(str(signal["role"]), more)

    def _counts_pages(self, at: str) -> bool:
        """Return whether a total counts the objects of each page rather than of the list."""
        pages = self.recorded.pages
        on_the_first = [
            signal["says"] for signal in pages[0].get("signals", ()) if signal["at"] == at
        ]
        is_only_page = len(pages) == 1
        return "what is on this page" in self.recorded.says(at=at) or (
            on_the_first == ["what was read"] and not is_only_page
        )

    def _address(self, address: Mapping[str, Any]) -> str:
        if address["leads_to"] == "another origin":
            return "https://elsewhere.example/"
        query = {name: self._parameter(name) for name in address.get("query", ())}
        return f"{self.address}?{urlencode(query)}" if query else self.address

    def _parameter(self, name: str) -> str | int:
        following = self.start + self.size
        match _means(name):
            case "page":
                return self.index + 1 + self.recorded.first_page
            case "offset":
                return following
            case "size":
                return self.size
            case "last id":
                return self.ids[min(following, len(self.ids)) - 1]
        return f"{_CURSOR}{following}"


def placed(body: Json, at: str, value: Json, *, anew: bool = True) -> Json:
    """Return a body with a value at a place in it.

    Args:
        body: The body.
        at: The place: ``meta.total``; empty for the whole body.
        value: The value.
        anew: Whether the place is made where there is none. A number is a string where one was.
    """
    if not at:
        return str(value) if isinstance(body, str) and type(value) is int else value
    holder = body if isinstance(body, dict) else {}
    # A name may have a full stop in it, as OData's have.
    name = at if at in holder else at.partition(".")[0]
    if name not in holder and not anew:
        return body
    return {**holder, name: placed(holder.get(name), at[len(name) + 1 :], value, anew=anew)}


def _means(name: str) -> str:
    """Return what a query parameter with a name says."""
    word = name.lower()
    if any(part in word for part in ("token", "cursor")):
        return "token"
    if any(part in word for part in ("limit", "size", "per", "top")):
        return "size"
    if word in ("starting_after", "after_id"):
        return "last id"
    if any(part in word for part in ("offset", "skip", "start")):
        return "offset"
    return "page" if "page" in word else "token"
