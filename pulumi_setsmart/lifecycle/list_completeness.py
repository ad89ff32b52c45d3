"""Does the list of a collection show what is there? It is checked before anything is created."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import ErrorContext, IncompleteListError, NotFoundError
from pulumi_setsmart.lifecycle.list_cache import ListCache, NeededFields
from pulumi_setsmart.lifecycle.soft_deletion import soft_deletion_of
from pulumi_setsmart.lifecycle.status import is_open

_MOST_LOOKED_FOR = 5


class CompletenessCheck:
    """The check of one collection; threads wait for each other, and share its outcome.

    Args:
        cache: The list.
    """

    def __init__(self, cache: ListCache) -> None:
        self._cache = cache
        self._checking = threading.Lock()
        self._absent: set[str] = set()
        self._failure: IncompleteListError | None = None

    def require_complete(
        self, collection: Collection, known_ids: Iterable[str], settle_time: float
    ) -> None:
        """Read the list to its end, and make sure that it shows the objects that are there.

        A list that says nothing of pages may be a first page all the same. It is, if it lacks an
        object that is found by its id, and still does when the server has had time to settle.

        Args:
            collection: The collection.
            known_ids: The ids of objects that resources of this run have.
            settle_time: How many seconds a list may be behind.

        Raises:
            IncompleteListError: The list lacks an object that is there.
            ApiError: The list cannot be read.
        """
        with self._checking:
            if self._failure is not None:
                raise self._failure
            if self._missing(collection, known_ids) is None:
                return
            with contextlib.suppress(TimeoutError):
                collection.client.wait(settle_time)
            self._cache.restart()
            missing = self._missing(collection, known_ids)
            if missing is not None:
                self._failure = IncompleteListError(
                    f"the list of {collection.path} does not show {missing}, which exists, so it "
                    "may lack others, and nothing is created. Describe how it is paged in "
                    "setsmart:paging; style single says that it leaves objects out on purpose",
                    ErrorContext("GET", collection.path),
                )
                raise self._failure

    def _missing(self, collection: Collection, known_ids: Iterable[str]) -> str | None:
        """Return the id of an object that is there, but not on the list; None if none is known.

        A list may leave out what cannot be booked, so such an object proves nothing.
        """
        unlisted = [
            identifier
            for identifier in self._cache.unlisted(collection, known_ids)
            if identifier not in self._absent
        ]
        for identifier in unlisted[:_MOST_LOOKED_FOR]:
            try:
                record = self._cache.read(collection, identifier, NeededFields())
            except NotFoundError:
                self._absent.add(identifier)
                continue
            if is_open(record.fields) and soft_deletion_of(record.fields) is None:
                return identifier
        return None
