"""What a collection holds, from the one list of it that a process reads."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    InvalidResponseError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    StatusError,
)
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.lifecycle.identity import recognisable
from pulumi_setsmart.lifecycle.list_pages import ListPages
from pulumi_setsmart.lifecycle.read_budget import ReadBudget
from pulumi_setsmart.lifecycle.seen_objects import SeenObjects
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.record import Record

_NO_LIST = (NotFoundError, PermissionDeniedError, MethodNotAllowedError)
_ABOUT_ALL_REQUESTS = (AuthenticationError, RateLimitError)

logger = log_of(__name__)


@frozen
class NeededFields:
    """What a read has to show of an object.

    Attributes:
        required: The fields without which a list item is not enough.
        relevant: The fields that matter where the object has them; None for all.
    """

    required: frozenset[str] = frozenset()
    relevant: frozenset[str] | None = None

    def are_shown(self, item: Record, differing: frozenset[str]) -> bool:
        """Return whether a list item is enough, in a list that shows some fields otherwise."""
        misleading = differing if self.relevant is None else self.relevant & differing
        return self.required <= item.fields.keys() and not misleading


class ListCache:
    """The objects of one collection, as this process saw them first; shared by its threads.

    Reads are served from the list of the collection, which is read once, page by page, and only as
    far as it pays: the first object is asked for by its id, since it may be the only one, and with
    each one after it up to two requests more may have been spent, a page before an id. So neither
    do a few objects of a large account cost its whole list, nor many objects a request each.

    A list may show its objects in brief, or otherwise than they are. So one object is looked at
    both ways, and where its list item differs, that field is read by id from then on. What is not
    on the list is asked for by its id as well: it may be new, or the list late.

    Whoever looks twice at the list looks at the same `ListPages`, since another thread may begin a
    new pass.
    """

    def __init__(self) -> None:
        self._budget = ReadBudget()
        self._seen = SeenObjects()
        self._pages = ListPages(self._seen, self._budget)
        self._restarting = threading.Lock()
        self._comparing = threading.Lock()
        self._items_by_field: dict[str, dict[str, list[Record]]] = {}
        self._is_unusable = False

    def read(self, collection: Collection, identifier: str, fields: NeededFields) -> Record:
        """Return an object as it is, or was when this process saw it first.

        What this process has written is always read afresh.

        Args:
            collection: The collection, and the client to read on with.
            identifier: The object's id.
            fields: What it has to show.

        Raises:
            NotFoundError: There is no such object.
            ApiError: It cannot be read.
        """
        known = self._seen.get(identifier)
        if known is not None:
            return known
        item = self._item(collection, identifier)
        if item is None:
            return self._read_by_id(collection, identifier)
        if not self._seen.has_compared:
            with self._comparing:
                if not self._seen.has_compared:
                    return self._read_by_id(collection, identifier)
        return self._sufficient(collection, item, fields)

    def read_pages(self, collection: Collection) -> Iterator[int]:
        """Read the list to its end, and yield after each page how many objects it has shown.

        Raises:
            ApiError: The list cannot be read.
        """
        pages = self._pages_without_gaps()
        while not pages.is_complete:
            pages.read_next(collection, pages.attempts)
            yield len(pages.items)

    def all_items(self, collection: Collection) -> Mapping[str, Record]:
        """Return what the whole list shows, by id.

        Whoever creates something in the collection asks for it first: so it tells what was there
        before.

        Raises:
            ApiError: The list cannot be read.
        """
        pages = self._pages_without_gaps()
        while not pages.is_complete:
            pages.read_next(collection, pages.attempts)
        return pages.items

    @property
    def complete_items(self) -> Mapping[str, Record] | None:
        """What the whole list showed, by id; None if it was not read to its end."""
        pages = self._pages
        return pages.items if pages.is_complete else None

    def records(self, collection: Collection, fields: NeededFields) -> Iterator[Record]:
        """Yield every object of the collection.

        Args:
            collection: The collection.
            fields: What each of them has to show.

        Raises:
            ApiError: The list, or an object, cannot be read.
        """
        for identifier in self.all_items(collection):
            with contextlib.suppress(NotFoundError):  # deleted meanwhile
                yield self.read(collection, identifier, fields)

    def candidates(self, collection: Collection, identity: Mapping[str, Json]) -> list[Record]:
        """Return the listed objects that can have an identity, going by its first field.

        Args:
            collection: The collection.
            identity: The fields that tell one object from another; those returned show them all,
                as far as they have them.

        Raises:
            ApiError: The collection cannot be read.
        """
        items_by_field = self._items_by_field
        items = self.all_items(collection).values()
        name, value = next(iter(identity.items()))
        with self._comparing:
            if name not in items_by_field:
                by_value: dict[str, list[Record]] = {}
                for record in self._with_fields(collection, items, frozenset({name})):
                    by_value.setdefault(_key(record.fields.get(name)), []).append(record)
                items_by_field[name] = by_value
            found = items_by_field[name].get(_key(value), [])
        there = [record for record in found if not self._seen.was_deleted(record.id)]
        return [*self._with_fields(collection, there, frozenset(identity))]

    def shows(self, identifier: str) -> bool:
        """Return whether the part of the list that was read shows an object."""
        return identifier in self._pages.items

    def unlisted(self, collection: Collection, known_ids: Iterable[str]) -> list[str]:
        """Return the ids of objects that are known, but not by the whole list.

        Args:
            collection: The collection.
            known_ids: More ids beside those of the objects that this process has read.

        Raises:
            ApiError: The list cannot be read.
        """
        items = self.all_items(collection)
        return [
            identifier
            for identifier in dict.fromkeys((*self._seen.ids, *known_ids))
            if identifier not in items and not self._seen.was_written(identifier)
        ]

    def first_ids(self, number: int) -> list[str]:
        """Return the ids of the first few objects that the list has shown so far."""
        return self._pages.first_ids(number)

    def seen_value(self, identifier: str, name: str) -> Json:
        """Return a field of an object as this process has seen it, without a request.

        Args:
            identifier: The object's id.
            name: The field.

        Returns:
            Its value, or None where it was not seen, or only by a list that shows it otherwise.
        """
        record = self._seen.get(identifier)
        if record is None and name not in self._seen.differing_fields:
            record = self._pages.items.get(identifier)
        return None if record is None else record.fields.get(name)

    def read_first_page(self, collection: Collection) -> None:
        """Read the first page of the list, if that was not done yet.

        Raises:
            ApiError: It cannot be read.
        """
        pages = self._pages
        if not pages.attempts:
            pages.read_next(collection, 0)

    def mark_written(self, identifier: str) -> None:
        """Note that this process is about to write an object, or has just created it."""
        self._seen.mark_written(identifier)
        self._pages.mark_written()

    def mark_deleted(self, identifier: str) -> None:
        """Note that an object is gone, so that what has its id later is another one."""
        self._seen.mark_deleted(identifier)

    def was_deleted(self, identifier: str) -> bool:
        """Return whether this process saw that the object with an id was gone."""
        return self._seen.was_deleted(identifier)

    def restart(self) -> None:
        """Have everything read again."""
        with self._restarting:
            self._pages = ListPages(self._seen, self._budget)
            self._items_by_field = {}
            self._seen.forget()

    def _pages_without_gaps(self) -> ListPages:
        """Return the pages, from the beginning where a write may have moved objects among them."""
        with self._restarting:
            if self._pages.may_have_moved:
                self._pages = ListPages(self._seen, self._budget)
            return self._pages

    def _item(self, collection: Collection, identifier: str) -> Record | None:
        """Return how the list shows an object; None where it does not, or not yet."""
        if self._seen.was_written(identifier):
            return None
        self._budget.begin_read()
        while True:
            pages = self._pages
            attempts = pages.attempts
            item = pages.items.get(identifier)
            if item is not None:
                return item
            if self._is_unusable or pages.is_complete or not self._budget.affords_page:
                self._budget.spend()
                return None
            try:
                pages.read_next(collection, attempts)
            except (StatusError, InvalidResponseError) as error:
                if isinstance(error, _ABOUT_ALL_REQUESTS):
                    raise
                self._give_up(collection, error)

    def _read_by_id(self, collection: Collection, identifier: str) -> Record:
        record = collection.get(identifier)
        self._seen.add(record, self._pages.items)
        return record

    def _sufficient(self, collection: Collection, item: Record, fields: NeededFields) -> Record:
        """Return an object as the list shows it, or read by id where that is not enough."""
        known = self._seen.get(item.id)
        if known is not None:
            return known
        if fields.are_shown(item, self._seen.differing_fields):
            return item
        return self._read_by_id(collection, item.id)

    def _with_fields(
        self, collection: Collection, items: Iterable[Record], names: frozenset[str]
    ) -> Iterator[Record]:
        fields = NeededFields(names, relevant=names)
        for item in items:
            with contextlib.suppress(NotFoundError):  # deleted meanwhile
                yield self._sufficient(collection, item, fields)

    def _give_up(self, collection: Collection, error: ApiError) -> None:
        """Read everything by id from now on."""
        with self._restarting:
            is_first = not self._is_unusable
            self._is_unusable = True
        # A path without a list, or a key that may not see it, is nothing to worry about.
        if is_first and not isinstance(error, _NO_LIST):
            message = (
                f"SetSmart: the list of {collection.path} cannot be used, so each object is read "
                f"by its id: {error.message}"
            )
            logger.warning("%s", with_code(message, MessageCode.UNUSABLE_LIST))


def _key(value: Json) -> str:
    return repr(recognisable(value))
