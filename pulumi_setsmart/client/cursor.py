"""How far the list of a collection has been read."""

from __future__ import annotations

from attrs import Factory, define

from pulumi_setsmart.client.errors import ErrorContext, UnreadableAnswerError
from pulumi_setsmart.models.record import Record

_MOST_PAGES_WITHOUT_NEWS = 10


@define
class Cursor:
    """A place in a list that is read page by page; any client of the account may read on.

    Attributes:
        path: The path of the collection.
        next_url: The address of the next page, or None after the last one.
    """

    path: str
    next_url: str | None
    _seen_urls: set[str] = Factory(set)
    _seen_ids: set[str] = Factory(set)
    _pages_without_news: int = 0

    def advance(self, records: list[Record], following: str | None) -> list[Record]:
        """Go on to the page after one that was read.

        Args:
            records: The objects on the page.
            following: The address of the page after it, or None if there is none.

        Returns:
            The objects that no page before it held.

        Raises:
            UnreadableAnswerError: The list leads in a circle.
        """
        new: dict[str, Record] = {}
        for record in records:
            if record.id not in self._seen_ids:
                new.setdefault(record.id, record)
        # While others write, a page may repeat the one before; a server that ignores its own
        # cursors repeats it for ever.
        without_news = 0 if new else self._pages_without_news + 1
        self._seen_urls.add(str(self.next_url))
        if following in self._seen_urls or (following and without_news > _MOST_PAGES_WITHOUT_NEWS):
            raise UnreadableAnswerError(
                "the list of objects never ends: a page leads back to one already read",
                ErrorContext("GET", self.path),
            )
        self.next_url = following
        self._pages_without_news = without_news
        self._seen_ids |= new.keys()
        return [*new.values()]
