"""What one process knows of a collection: what stood in it before, and which object is whose."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import SharedObjectError
from pulumi_setsmart.lifecycle.identity import folded, may_come_from
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.record import Record


class Roster:
    """Which objects of one collection belong to which resources of this run.

    An owner is the salt of a resource's bookkeeping: no two resources have the same.
    """

    def __init__(self) -> None:
        self._listing: dict[str, Record] | None = None
        self._by_field: dict[str, dict[str, list[Record]]] = {}
        self._listing_lock = threading.Lock()
        self._changed = threading.Condition()
        self._owners: dict[str, str] = {}
        self._noted: set[str] = set()
        self._posting: list[JsonObject] = []

    def listing(self, collection: Collection) -> dict[str, Record]:
        """Return what the collection held, by id, before this process created anything in it.

        It is read once. Whoever creates asks for it first.

        Raises:
            ApiError: It cannot be read.
        """
        with self._listing_lock:
            if self._listing is None:
                self._listing = {record.id: record for record in collection.records()}
            return self._listing

    @property
    def listed(self) -> dict[str, Record] | None:
        """What `listing` has read, or None if nobody has asked."""
        return self._listing

    def alike(self, collection: Collection, identity: Mapping[str, Json]) -> list[Record]:
        """Return the listed objects that can have this identity, going by its first field.

        Raises:
            ApiError: The collection cannot be read.
        """
        records = self.listing(collection).values()
        name, value = next(iter(identity.items()))
        with self._listing_lock:
            if name not in self._by_field:
                index: dict[str, list[Record]] = {}
                for record in filter(None, (collection.whole(one, (name,)) for one in records)):
                    index.setdefault(_key(record.fields.get(name)), []).append(record)
                self._by_field[name] = index
        return self._by_field[name].get(_key(value), [])

    def note(self, identifier: str) -> None:
        """Note an object that a resource of this run was given or has read."""
        with self._changed:
            self._noted.add(identifier)

    def claim(self, identifier: str, owner: str) -> None:
        """Note that an object belongs to a resource.

        Raises:
            SharedObjectError: It belongs to another one.
        """
        with self._changed:
            self._claim(identifier, owner)

    def claim_existing(
        self, candidates: Iterable[Record], owner: str | None = None
    ) -> list[Record]:
        """Return those among ``candidates`` that no resource knows; a single one is claimed.

        Args:
            candidates: Objects that stood in the collection before.
            owner: For whom to claim; None claims nothing.
        """
        with self._changed:
            free = [record for record in candidates if self._is_free(record.id)]
            if owner is not None and len(free) == 1:
                self._claim(free[0].id, owner)
            return free

    @contextlib.contextmanager
    def posting(self, declared: JsonObject) -> Iterator[None]:
        """Note that an object with these fields is being created while the block runs.

        The block has to claim what was created.
        """
        with self._changed:
            self._posting.append(declared)
        try:
            yield
        finally:
            with self._changed:
                self._posting.remove(declared)
                self._changed.notify_all()

    def claim_new(
        self, records: Iterable[Record], declared: JsonObject, owner: str
    ) -> Record | None:
        """Claim an object that a lost POST has created, if it is among ``records``.

        It is no other resource's, and can come from what is declared. Where another POST that is
        under way could have made it as well, its end is waited for.

        Args:
            records: The objects that were not in the collection before, whole.
            declared: The fields that the POST sent.
            owner: For whom to claim.
        """
        new = [record for record in records if may_come_from(declared, record.fields)]
        with self._changed:
            while free := [record for record in new if self._is_free(record.id)]:
                if not self._is_contested(free):
                    exact_first = sorted(free, key=_difference_from(declared))
                    self._claim(exact_first[0].id, owner)
                    return exact_first[0]
                self._changed.wait()
        return None

    def _is_free(self, identifier: str) -> bool:
        return identifier not in self._noted and identifier not in self._owners

    def _is_contested(self, records: list[Record]) -> bool:
        return any(
            may_come_from(declared, record.fields)
            for declared in self._posting
            for record in records
        )

    def _claim(self, identifier: str, owner: str) -> None:
        if self._owners.setdefault(identifier, owner) != owner:
            raise SharedObjectError(
                f"{identifier} belongs to another resource of this stack already, and two must "
                "not share it; take one of them out with `pulumi state delete URN`"
            )


def _difference_from(declared: JsonObject) -> Callable[[Record], int]:
    return lambda record: sum(record.fields.get(name) != value for name, value in declared.items())


def _key(value: Json) -> str:
    return repr(folded(value))
