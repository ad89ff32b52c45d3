"""Reading the pages of a list, each once, whichever thread needs it."""

from __future__ import annotations

import threading

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.cursor import Cursor
from pulumi_setsmart.client.errors import ApiError
from pulumi_setsmart.lifecycle.read_budget import ReadBudget
from pulumi_setsmart.lifecycle.seen_objects import SeenObjects
from pulumi_setsmart.models.record import Record


class ListPages:
    """One pass over the pages of a list; shared by threads.

    Two things always hold:

    - One thread at a time reads a page. ``items`` only grows.
    - ``attempts`` goes up when the outcome of an attempt is there: its objects in ``items``, or its
      failure. So a thread that has waited finds what it waited for.

    Args:
        seen: Is given each page.
        budget: What each page is counted in.
    """

    def __init__(self, seen: SeenObjects, budget: ReadBudget) -> None:
        self.items: dict[str, Record] = {}
        self._ids: tuple[str, ...] = ()
        self.attempts = 0
        self._seen = seen
        self._budget = budget
        self._reading = threading.Lock()
        self._cursor: Cursor | None = None
        self._failure: ApiError | None = None
        self._was_written_meanwhile = False

    @property
    def is_complete(self) -> bool:
        """Whether the list was read to its end."""
        return self._cursor is not None and self._cursor.next_url is None

    @property
    def may_have_moved(self) -> bool:
        """Whether a write between two pages may have moved objects from one to the other."""
        return self._was_written_meanwhile and not self.is_complete

    def mark_written(self) -> None:
        """Note that something in the collection is about to be written."""
        if self._cursor is not None and not self.is_complete:
            self._was_written_meanwhile = True

    def first_ids(self, number: int) -> list[str]:
        """Return the ids of the first few objects that the list has shown so far."""
        return [*self._ids[:number]]

    def read_next(self, collection: Collection, attempts: int) -> None:
        """Read the next page.

        Args:
            collection: The collection, and the client to read with.
            attempts: How many there had been when the caller found it necessary. Where one came
                since, its outcome is the caller's too, whether it brought a page or failed.

        Raises:
            ApiError: The page cannot be read.
        """
        with self._reading:
            if self.attempts == attempts:
                self._failure = None
                try:
                    self._read_page(collection)
                except ApiError as error:
                    self._failure = error
                finally:
                    self.attempts += 1
            if self._failure is not None:
                raise self._failure

    def _read_page(self, collection: Collection) -> None:
        self._cursor = cursor = self._cursor or collection.cursor()
        if cursor.next_url is None:
            return
        records = collection.read_on(cursor)
        self._budget.spend()
        self._seen.add_page(records, self.items)
        self._ids = tuple(self.items)  # asked for by every object, so not copied for each
