"""How far the list of a collection was read, and whether it is complete."""

from __future__ import annotations

from attrs import define, field, frozen

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import (
    ErrorContext,
    IncompleteListError,
    ResponseTooLargeError,
    UnexpectedResponseError,
)
from pulumi_setsmart.client.paging import Following
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

_MOST_PAGES_WITHOUT_NEWS = 10
_LARGEST_LIST = 4
"""How many times as large as one response a list may be."""

_LONGEST_NAME = 100
_ADVICE = "describe how it is paged in setsmart:paging"


@frozen
class ListBounds:
    """How large a list may be.

    Attributes:
        pages: How many pages it may have.
        bytes_of_page: How many bytes each of them may have.
    """

    pages: int
    bytes_of_page: int


@define
class Cursor:
    """A place in a list that is read page by page; any client of the account may read on.

    A list that turns out to be incomplete at its end is read once more from its beginning, because
    somebody may have changed it in the meantime.

    Attributes:
        path: The path of the collection.
        first_url: The address of the first page.
        bounds: How large the list may be.
        next_url: The address of the next page, or None after the last one.
        pages_read: How many pages were read.
    """

    path: str
    first_url: str
    bounds: ListBounds
    next_url: str | None = field(init=False)
    pages_read: int = field(default=0, init=False)
    _returned_ids: set[str] = field(factory=set, init=False)
    _seen_ids: set[str] = field(factory=set, init=False)
    _seen_urls: set[str] = field(factory=set, init=False)
    _chosen_parameter: str | None = field(default=None, init=False)
    _bytes_read: int = field(default=0, init=False)
    _pages_without_news: int = field(default=0, init=False)
    _is_repeated: bool = field(default=False, init=False)

    @next_url.default
    def _begin(self) -> str:
        return self.first_url

    def read_with(self, records: list[Record]) -> int:
        """Return how many objects the list has shown once a page with ``records`` is read."""
        return len(self._seen_ids | {record.id for record in records})

    def advance(self, records: list[Record], following: Following, size: int = 0) -> list[Record]:
        """Move on to the page after the one that was read.

        Args:
            records: The objects on the page.
            following: What comes after it.
            size: How many bytes the page has.

        Returns:
            The objects that were on no earlier page.

        Raises:
            IncompleteListError: The list has more objects than it shows.
            UnexpectedResponseError: The list never ends.
            ResponseTooLargeError: It has more pages than allowed, or they are too large.
        """
        self._check_size(following, size)
        ids = {record.id for record in records}
        has_news = bool(ids - self._seen_ids)
        self._check_progress(following, has_news=has_news)
        gap = self._gap(following, ids, has_news=has_news)
        if gap is not None and self._is_repeated:
            raise IncompleteListError(gap, ErrorContext("GET", self.path))
        new: dict[str, Record] = {}
        for record in records:
            if record.id not in self._returned_ids:
                new.setdefault(record.id, record)
        self._returned_ids |= ids
        if gap is None:
            self._go_on(following, ids, size, has_news=has_news)
        else:
            self._begin_again()
        return [*new.values()]

    def _check_size(self, following: Following, size: int) -> None:
        context = ErrorContext("GET", self.path)
        if following.url is not None and self.pages_read + 1 >= self.bounds.pages:
            raise ResponseTooLargeError(
                f"the list has more than {self.bounds.pages} pages (setsmart:maxListPages)", context
            )
        if self._bytes_read + size > _LARGEST_LIST * self.bounds.bytes_of_page:
            raise ResponseTooLargeError(
                f"the pages of the list are together larger than {_LARGEST_LIST} times "
                "setsmart:maxResponseMiB",
                context,
            )

    def _check_progress(self, following: Following, *, has_news: bool) -> None:
        without_news = 0 if has_news else self._pages_without_news + 1
        leads_back = following.url in {*self._seen_urls, self.next_url} - {None}
        if leads_back or (following.url and without_news > _MOST_PAGES_WITHOUT_NEWS):
            query = "" if following.parameter is None else f" ({_shown(following.parameter)}=…)"
            raise UnexpectedResponseError(
                f"the list of objects never ends: a page leads back to one already read{query}; "
                f"{_ADVICE}",
                ErrorContext("GET", self.path),
                code=MessageCode.CIRCULAR_LIST,
            )

    def _gap(self, following: Following, ids: set[str], *, has_news: bool) -> str | None:
        """Return why the list is incomplete, or None if it is complete or has a next page."""
        if self._chosen_parameter is not None and ids and not has_news:
            return (
                f"the next page of the list, requested with {_shown(self._chosen_parameter)}=…, "
                f"has the same objects again, so the list never ends; {_ADVICE}"
            )
        if following.url is not None:
            return None
        read = len(self._seen_ids | ids)
        total = following.total
        if total is not None and total.number > read:
            return (
                f"the list has {total.number} entries ({_shown(total.source)}), {read} were "
                "returned, and the next page is unknown; see setsmart:paging"
            )
        if following.announced_by is not None:
            return (
                f"the list may have more than the {read} entries that were returned "
                f"({_shown(following.announced_by)}), and the next page is unknown; see "
                "setsmart:paging"
            )
        return None

    def _go_on(self, following: Following, ids: set[str], size: int, *, has_news: bool) -> None:
        self._seen_urls.add(str(self.next_url))
        self._seen_ids |= ids
        self._pages_without_news = 0 if has_news else self._pages_without_news + 1
        self._chosen_parameter = following.parameter
        self.next_url = following.url
        self.pages_read += 1
        self._bytes_read += size

    def _begin_again(self) -> None:
        self._is_repeated = True
        self._seen_ids, self._seen_urls = set(), set()
        self._chosen_parameter, self._pages_without_news, self._bytes_read = None, 0, 0
        self.next_url, self.pages_read = self.first_url, 0


def _shown(name: str) -> str:
    """Return a name that the server chose, as a message shows it."""
    return quoted(name, _LONGEST_NAME)
