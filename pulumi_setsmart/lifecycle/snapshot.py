"""What a collection holds, from the one list of it that a process reads."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.cursor import Cursor
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    ErrorContext,
    IncompleteListError,
    InvalidResponseError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    StatusError,
)
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.lifecycle.identity import recognisable
from pulumi_setsmart.lifecycle.soft_deletion import soft_deletion_of
from pulumi_setsmart.lifecycle.status import is_open
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.record import Record

_NO_LIST = (NotFoundError, PermissionDeniedError, MethodNotAllowedError)
_ABOUT_ALL_REQUESTS = (AuthenticationError, RateLimitError)
_MOST_LOOKED_FOR = 5

logger = log_of(__name__)


@frozen
class Wanted:
    """What a read has to show of an object.

    Attributes:
        needed: The fields without which a list item does not do.
        watched: The fields that matter where the object has them; None for all.
    """

    needed: frozenset[str] = frozenset()
    watched: frozenset[str] | None = None

    def is_shown(self, item: Record, shown_otherwise: set[str]) -> bool:
        """Return whether a list item does, in a list that shows some fields otherwise."""
        misleading = shown_otherwise if self.watched is None else self.watched & shown_otherwise
        return self.needed <= item.fields.keys() and not misleading


class Snapshot:
    """The objects of one collection, as this process saw them first; shared by its threads.

    Reads are served from the list of the collection, which is read once, page by page, and only as
    far as it pays: the first object is asked for by its id, since it may be the only one, and with
    each one after it up to two requests more may have been spent, a page before an id. So neither
    do a few objects of a large account cost its whole list, nor many objects a request each.

    A list may show its objects in brief, or otherwise than they are. So one object is looked at
    both ways, and where its list item differs, that field is read by id from then on. What is not
    on the list is asked for by its id as well: it may be new, or the list late.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._fetching = threading.Lock()
        self._comparing = threading.Lock()
        self._verifying = threading.Lock()
        self._cursor: Cursor | None = None
        self._items: dict[str, Record] = {}
        self._whole: dict[str, Record] = {}
        self._by_field: dict[str, dict[str, list[Record]]] = {}
        self._compared = False
        self._shown_otherwise: set[str] = set()
        self._written: set[str] = set()
        self._written_meanwhile = False
        self._asked = 0
        self._spent = 0
        self._fetches = 0
        self._failure: ApiError | None = None
        self._gave_up = False
        self._absent: set[str] = set()
        self._gone: set[str] = set()
        self._hidden: IncompleteListError | None = None

    def read(self, collection: Collection, identifier: str, wanted: Wanted) -> Record:
        """Return an object as it is, or was when this process saw it first.

        What this process has written is always read afresh.

        Args:
            collection: The collection, and the client to read on with.
            identifier: The object's id.
            wanted: What it has to show.

        Raises:
            NotFoundError: There is no such object.
            ApiError: It cannot be read.
        """
        known = self._whole.get(identifier)
        if known is not None:
            return known
        item = self._item(collection, identifier)
        if item is None:
            return self._read_by_id(collection, identifier)
        if not self._compared:
            with self._comparing:
                if not self._compared:
                    return self._read_by_id(collection, identifier)
        return self._sufficient(collection, item, wanted)

    def complete(self, collection: Collection) -> Mapping[str, Record]:
        """Return what the whole list shows, by id.

        Whoever creates something in the collection asks for it first: so it tells what was there
        before.

        Raises:
            ApiError: The list cannot be read.
        """
        for _ in self.pages(collection):
            pass
        return self._items

    def require_whole(
        self, collection: Collection, known: Iterable[str], settle_time: float
    ) -> None:
        """Read the list to its end, and make sure that it shows the objects that are there.

        A list that says nothing of pages may be a first page all the same. It is, if it lacks an
        object that is found by its id, and still does when the server has had time to settle.

        Args:
            collection: The collection.
            known: The ids of objects that resources of this run have.
            settle_time: How many seconds a list may be behind.

        Raises:
            IncompleteListError: The list lacks an object that is there.
            ApiError: The list cannot be read.
        """
        with self._verifying:
            if self._hidden is not None:
                raise self._hidden
            self.complete(collection)
            if not self._lacks(collection, known):
                return
            with contextlib.suppress(TimeoutError):
                collection.client.wait(settle_time)
            with self._changing:
                self._cursor, self._items, self._by_field = None, {}, {}
                self._whole.clear()
            self.complete(collection)
            lacking = self._lacks(collection, known)
            if lacking is not None:
                self._hidden = IncompleteListError(
                    f"the list of {collection.path} does not show {lacking}, which exists, so it "
                    "may lack others, and nothing is created. Describe how it is paged in "
                    "setsmart:paging; style single says that it leaves objects out on purpose",
                    ErrorContext("GET", collection.path),
                )
                raise self._hidden

    def _lacks(self, collection: Collection, known: Iterable[str]) -> str | None:
        """Return the id of an object that is there, but not on the list; None if none is known.

        A list may leave out what cannot be booked, so such an object proves nothing.
        """
        with self._changing:
            seen_otherwise = self._items.keys() | self._written | self._absent
            missing = [one for one in (*self._whole, *known) if one not in seen_otherwise]
        for identifier in [*dict.fromkeys(missing)][:_MOST_LOOKED_FOR]:
            try:
                record = self._whole.get(identifier) or self._read_by_id(collection, identifier)
            except NotFoundError:
                self._absent.add(identifier)
                continue
            if is_open(record.fields) and soft_deletion_of(record.fields) is None:
                return identifier
        return None

    def shows(self, identifier: str) -> bool:
        """Return whether the part of the list that was read shows an object."""
        return identifier in self._items

    def pages(self, collection: Collection) -> Iterator[int]:
        """Read the list to its end, and yield after each page how many objects it has shown.

        Raises:
            ApiError: The list cannot be read.
        """
        with self._changing:
            if self._written_meanwhile and not self._is_complete:
                # What was deleted between two pages has moved others from one to the other.
                self._cursor, self._items, self._written_meanwhile = None, {}, False
        while not self._is_complete:
            self._fetch(collection, self._fetches)
            yield len(self._items)

    @property
    def completed(self) -> Mapping[str, Record] | None:
        """What the whole list showed, or None if it was not read to its end."""
        return self._items if self._is_complete else None

    def records(self, collection: Collection, wanted: Wanted) -> Iterator[Record]:
        """Yield every object of the collection.

        Args:
            collection: The collection.
            wanted: What each of them has to show.

        Raises:
            ApiError: The list, or an object, cannot be read.
        """
        for identifier in self.complete(collection):
            with contextlib.suppress(NotFoundError):  # deleted meanwhile
                yield self.read(collection, identifier, wanted)

    def alike(self, collection: Collection, identity: Mapping[str, Json]) -> list[Record]:
        """Return the listed objects that can have an identity, going by its first field.

        Args:
            collection: The collection.
            identity: The fields that tell one object from another; those returned show them all,
                as far as they have them.

        Raises:
            ApiError: The collection cannot be read.
        """
        items = self.complete(collection).values()
        name, value = next(iter(identity.items()))
        with self._comparing:
            if name not in self._by_field:
                index: dict[str, list[Record]] = {}
                for record in self._with_fields(collection, items, frozenset({name})):
                    index.setdefault(_key(record.fields.get(name)), []).append(record)
                self._by_field[name] = index
        found = [
            record
            for record in self._by_field[name].get(_key(value), [])
            if record.id not in self._gone
        ]
        return [*self._with_fields(collection, found, frozenset(identity))]

    def first_ids(self, number: int) -> list[str]:
        """Return the ids of the first few objects that the list has shown so far."""
        with self._changing:
            return [*itertools.islice(self._items, number)]

    def told(self, identifier: str, name: str) -> Json:
        """Return a field of an object as this process has seen it, without a request.

        Args:
            identifier: The object's id.
            name: The field.

        Returns:
            Its value, or None where it was not seen, or only by a list that shows it otherwise.
        """
        record = self._whole.get(identifier)
        if record is None and name not in self._shown_otherwise:
            record = self._items.get(identifier)
        return None if record is None else record.fields.get(name)

    def begin(self, collection: Collection) -> None:
        """Read the first page of the list, if that was not done yet.

        Raises:
            ApiError: It cannot be read.
        """
        fetches = self._fetches
        # Where there is a cursor but no page yet, another thread is at it: that is waited for.
        if self._cursor is None or not fetches:
            self._fetch(collection, fetches)

    def outdate(self, identifier: str) -> None:
        """Note that this process is about to write an object, or has just created it."""
        with self._changing:
            self._written.add(identifier)
            self._whole.pop(identifier, None)
            self._written_meanwhile |= self._cursor is not None and not self._is_complete

    def note_gone(self, identifier: str) -> None:
        """Note that an object is gone, so that what has its id later is another one."""
        with self._changing:
            self._gone.add(identifier)
            self._written.add(identifier)
            self._whole.pop(identifier, None)

    def is_gone(self, identifier: str) -> bool:
        """Return whether this process saw that the object with an id was gone."""
        return identifier in self._gone

    @property
    def _is_complete(self) -> bool:
        return self._cursor is not None and self._cursor.next_url is None

    def _item(self, collection: Collection, identifier: str) -> Record | None:
        """Return how the list shows an object; None where it does not, or not yet."""
        with self._changing:
            if identifier in self._written:
                return None
            self._asked += 1
        while True:
            fetches = self._fetches
            item = self._items.get(identifier)
            if item is not None:
                return item
            with self._changing:
                if not self._pays_to_read_on:
                    self._spent += 1
                    return None
            try:
                self._fetch(collection, fetches)
            except (StatusError, InvalidResponseError) as error:
                if isinstance(error, _ABOUT_ALL_REQUESTS):
                    raise
                self._give_up(collection, error)

    @property
    def _pays_to_read_on(self) -> bool:
        affordable = self._spent < 2 * (self._asked - 1)
        return affordable and not self._gave_up and not self._is_complete

    def _fetch(self, collection: Collection, fetches: int) -> None:
        """Read the next page of the list.

        Args:
            collection: The collection.
            fetches: How many there had been when the caller found it necessary. Where one came
                since, its outcome is the caller's too, whether it brought a page or failed.
        """
        with self._fetching:
            if self._fetches == fetches:
                self._failure = None
                try:
                    self._read_page(collection)
                except ApiError as error:
                    self._failure = error
                finally:
                    self._fetches += 1
            if self._failure is not None:
                raise self._failure

    def _read_page(self, collection: Collection) -> None:
        with self._changing:
            self._cursor = cursor = self._cursor or collection.cursor()
        if cursor.next_url is None:
            return
        records = collection.read_on(cursor)
        with self._changing:
            self._spent += 1
            for record in records:
                self._items[record.id] = record
                self._compare(record.id)

    def _read_by_id(self, collection: Collection, identifier: str) -> Record:
        record = collection.get(identifier)
        with self._changing:
            if identifier not in self._written:
                self._whole[identifier] = record
                self._compare(identifier)
        return record

    def _compare(self, identifier: str) -> None:
        """Learn from an object that was seen both ways how far the list can be relied on."""
        item, whole = self._items.get(identifier), self._whole.get(identifier)
        if item is None or whole is None:
            return
        self._compared = True
        self._shown_otherwise |= {
            name
            for name in item.fields.keys() | whole.fields.keys()
            if not is_equal(item.fields.get(name), whole.fields.get(name))
        }

    def _sufficient(self, collection: Collection, item: Record, wanted: Wanted) -> Record:
        """Return an object as the list shows it, or read by id where that does not do."""
        whole = self._whole.get(item.id)
        if whole is not None:
            return whole
        if wanted.is_shown(item, self._shown_otherwise):
            return item
        return self._read_by_id(collection, item.id)

    def _with_fields(
        self, collection: Collection, items: Iterable[Record], names: frozenset[str]
    ) -> Iterator[Record]:
        wanted = Wanted(names, watched=names)
        for item in items:
            with contextlib.suppress(NotFoundError):  # deleted meanwhile
                yield self._sufficient(collection, item, wanted)

    def _give_up(self, collection: Collection, error: ApiError) -> None:
        """Read everything by id from now on."""
        with self._changing:
            is_news = not self._gave_up
            self._gave_up = True
        # A path without a list, or a key that may not see it, is nothing to worry about.
        if is_news and not isinstance(error, _NO_LIST):
            message = (
                f"SetSmart: the list of {collection.path} cannot be used, so each object is read "
                f"by its id: {error.message}"
            )
            logger.warning("%s", with_code(message, MessageCode.UNUSABLE_LIST))


def _key(value: Json) -> str:
    return repr(recognisable(value))
