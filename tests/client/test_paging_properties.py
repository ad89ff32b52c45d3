"""Lists in made-up dialects: whatever words a server chooses, its list is whole or refused."""

from collections.abc import Callable
from typing import Any

import httpx
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mock_client import client_of

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import SetSmartError

WORDS = {
    "link": ["next", "next url", "next page url", "next link", "next page", "next href"],
    "cursor": ["next cursor", "next page token", "continuation token", "end cursor", "next key"],
    "page": ["page", "current page", "page number", "page index"],
    "pages": ["total pages", "page count", "last page", "num pages"],
    "offset": ["offset", "skip", "start index", "start at"],
    "total": ["total", "total count", "total items", "total results", "count"],
    "more": ["has more", "has next", "has next page", "more", "is truncated"],
    "end": ["is last", "last", "done", "complete"],
    "limit": ["limit", "per page", "page size", "max results"],
}
PARAMETERS = [
    "page",
    "pageNumber",
    "p",
    "cursor",
    "pageToken",
    "after",
    "starting_after",
    "offset",
    "skip",
    "startAt",
]


def spelled(words: str, style: str) -> str:
    """Return a name in one of the usual spellings."""
    parts = words.split()
    match style:
        case "snake":
            return "_".join(parts)
        case "kebab":
            return "-".join(parts)
        case "Pascal":
            return "".join(part.capitalize() for part in parts)
    return "".join([parts[0], *(part.capitalize() for part in parts[1:])])


@frozen
class MadeUpServer:
    """A server whose lists say some things about themselves, in words of its own.

    Attributes:
        count: How many listings it has.
        size: How many there are on a page.
        says: What its responses say, as names of `WORDS` with the words for each.
        spelling: How it spells names.
        inside: The members inside of which it says so, the outermost first; headers if None.
        envelope: Where its list is.
        parameter: The query parameter that it looks at.
    """

    count: int
    size: int
    says: dict[str, str]
    spelling: str
    inside: list[str] | None
    envelope: str
    parameter: str

    @property
    def ids(self) -> list[str]:
        """The ids of its listings."""
        return [f"p{number}" for number in range(self.count)]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request for a page."""
        start = self._start(request.url.params.get(self.parameter))
        items = [{"id": identifier} for identifier in self.ids[start : start + self.size]]
        said = {
            spelled(words, self.spelling): self._value(topic, start, request)
            for topic, words in self.says.items()
        }
        if self.inside is None:
            headers = {f"X-{name}": _text(value) for name, value in said.items()}
            return httpx.Response(200, json={self.envelope: items}, headers=headers)
        for name in reversed(self.inside):
            said = {name: said}
        return httpx.Response(200, json={self.envelope: items, **said})

    @property
    def _counts_pages(self) -> bool:
        return self.parameter in ("page", "pageNumber", "p")

    def _start(self, selected: str | None) -> int:
        if selected is None:
            return 0
        if self._counts_pages:
            return (int(selected) - 1) * self.size if selected.isdecimal() else 0
        if selected in self.ids:
            return self.ids.index(selected) + 1
        digits = selected.removeprefix("after-")
        return int(digits) if digits.isdecimal() else 0

    def _value(self, topic: str, start: int, request: httpx.Request) -> Any:
        after = start + self.size
        more = after < self.count
        selector = str(start // self.size + 2) if self._counts_pages else f"after-{after}"
        values: dict[str, Callable[[], Any]] = {
            "link": lambda: str(request.url.copy_set_param(self.parameter, selector)),
            "cursor": lambda: f"after-{after}",
        }
        if topic in values:
            return values[topic]() if more else None
        return {
            "page": start // self.size + 1,
            "pages": max(1, -(-self.count // self.size)),
            "offset": start,
            "total": self.count,
            "more": more,
            "end": not more,
            "limit": self.size,
        }[topic]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


SAID = st.dictionaries(
    st.sampled_from(sorted(WORDS)), st.integers(0, 10), min_size=1, max_size=5
).map(lambda said: {topic: WORDS[topic][n % len(WORDS[topic])] for topic, n in said.items()})
SERVERS = st.builds(
    MadeUpServer,
    count=st.integers(0, 9),
    size=st.integers(1, 6),
    says=SAID,
    spelling=st.sampled_from(["snake", "kebab", "Pascal", "camel"]),
    inside=st.none()
    | st.lists(
        st.sampled_from(["meta", "pagination", "paging", "page_info", "pageInfo", "_meta"]),
        max_size=2,
        unique=True,
    ),
    envelope=st.sampled_from(["data", "items", "results", "properties", "Items", "records"]),
    parameter=st.sampled_from(PARAMETERS),
)


@given(SERVERS)
@settings(max_examples=400)
def test_a_list_with_more_pages_is_complete_or_rejected(server: MadeUpServer) -> None:
    """Only a limit, a page number or an offset alone do not say that a list goes on."""
    collection = Collection(client_of(server), "/properties")
    try:
        found = [record.id for record in collection.records()]
    except SetSmartError:
        assert server.size <= server.count
        return
    if server.says.keys() & {"link", "cursor", "pages", "total", "more", "end"}:
        assert found == server.ids, server


@given(SERVERS)
@settings(max_examples=200)
def test_a_list_of_one_page_is_never_rejected(server: MadeUpServer) -> None:
    """Where all there is fits on a page with room to spare, whatever the words for it."""
    if server.count < server.size:
        collection = Collection(client_of(server), "/properties")
        assert [record.id for record in collection.records()] == server.ids
