"""What a process has seen of single objects, and how far a list shows them as they are."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from pulumi_setsmart.lifecycle.comparison import is_equal
from pulumi_setsmart.models.record import Record


class SeenObjects:
    """The objects of one collection that were read by their ids; shared by threads.

    Two things always hold:

    - An object that was seen both in the list and by its id has been compared.
    - What this process has written or deleted is not kept, so it is read afresh each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._objects: dict[str, Record] = {}
        self._written: set[str] = set()
        self._deleted: set[str] = set()
        self._has_compared = False
        self._differing_fields: frozenset[str] = frozenset()

    @property
    def has_compared(self) -> bool:
        """Whether any object was seen both ways."""
        return self._has_compared

    @property
    def differing_fields(self) -> frozenset[str]:
        """The fields that the list showed otherwise than the object itself."""
        return self._differing_fields

    @property
    def ids(self) -> list[str]:
        """The ids of the objects that are kept."""
        with self._lock:
            return [*self._objects]

    def get(self, identifier: str) -> Record | None:
        """Return an object that was read by its id, or None."""
        return self._objects.get(identifier)

    def add(self, record: Record, items: Mapping[str, Record]) -> None:
        """Keep an object that was read by its id, unless this process writes it.

        Args:
            record: The object.
            items: How the list shows its objects, by id.
        """
        with self._lock:
            if record.id not in self._written:
                self._objects[record.id] = record
                self._compare(items.get(record.id), record)

    def add_page(self, records: Iterable[Record], items: dict[str, Record]) -> None:
        """Add the objects of a page to what the list shows.

        Args:
            records: The objects, as the page shows them.
            items: How the list shows its objects, by id.
        """
        with self._lock:
            for record in records:
                items[record.id] = record
                self._compare(record, self._objects.get(record.id))

    def forget(self) -> None:
        """Have every object read again."""
        with self._lock:
            self._objects.clear()

    def mark_written(self, identifier: str) -> None:
        """Note that this process is about to write an object, or has just created it."""
        with self._lock:
            self._written.add(identifier)
            self._objects.pop(identifier, None)

    def mark_deleted(self, identifier: str) -> None:
        """Note that an object is gone: what has its id later is another one."""
        with self._lock:
            self._deleted.add(identifier)
            self._written.add(identifier)
            self._objects.pop(identifier, None)

    def was_written(self, identifier: str) -> bool:
        """Return whether this process wrote or deleted an object."""
        return identifier in self._written

    def was_deleted(self, identifier: str) -> bool:
        """Return whether this process saw that the object with an id was gone."""
        return identifier in self._deleted

    def _compare(self, item: Record | None, record: Record | None) -> None:
        if item is None or record is None:
            return
        self._differing_fields |= {
            name
            for name in item.fields.keys() | record.fields.keys()
            if not is_equal(item.fields.get(name), record.fields.get(name))
        }
        self._has_compared = True
