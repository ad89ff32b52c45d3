"""What a run knows of a collection: which object is whose."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator

from pulumi_setsmart.client.errors import AlreadyManagedError
from pulumi_setsmart.lifecycle.identity import may_come_from
from pulumi_setsmart.lifecycle.journal import Event
from pulumi_setsmart.lifecycle.shared_state import SharedState
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.record import Record


class OwnershipRegistry:
    """Which objects of one collection belong to which resources of this run.

    An owner is the salt of a resource's metadata: no two resources have the same. It is None where
    the state has no metadata of the object. What a resource only reads belongs to nobody.
    """

    def __init__(self, state: SharedState, base_url: str, path: str) -> None:
        """Join what a run knows of the collection at a path below a base URL."""
        self._owners: dict[str, str | None] = {}
        self._contested: set[str] = set()
        self._read: set[str] = set()
        self._posting: list[JsonObject] = []
        self._known_here: set[str] = set()
        self._shared = state.add(state.name_of("ownership", base_url, path), self._apply)

    def recognise(self, identifier: str, owner: str | None) -> None:
        """Note an object that a resource reads, and that it belongs to that one if it has an owner.

        Raises:
            AlreadyManagedError: It belongs to another resource.
        """
        with self._shared.turn():
            self._known_here.add(identifier)
            if owner is not None:
                self._claim(identifier, owner)

    @property
    def known_ids(self) -> frozenset[str]:
        """The ids of the objects that resources of this process have, or read, as far as is known.

        What another process has just created is not on the list that this one has read.
        """
        with self._shared.changed:
            return frozenset(self._known_here)

    def release(self, identifier: str) -> None:
        """Note that an object is gone. A server may give its id to another one."""
        with self._shared.turn():
            self._shared.record("released", identifier)
            self._shared.changed.notify_all()

    def claim(self, identifier: str, owner: str | None) -> None:
        """Note that an object belongs to a resource.

        Raises:
            AlreadyManagedError: It belongs to another one.
        """
        with self._shared.turn():
            self._claim(identifier, owner)

    def claim_existing(
        self, candidates: Iterable[Record], owner: str | None = None
    ) -> list[Record]:
        """Return those among ``candidates`` that no resource has; a single one is claimed.

        Args:
            candidates: Objects that stood in the collection before.
            owner: For whom to claim; None claims nothing.
        """
        with self._shared.turn():
            free = [record for record in candidates if self._is_free(record.id)]
            if owner is not None and len(free) == 1:
                self._claim(free[0].id, owner)
            return free

    def contest(self, identifiers: Iterable[str]) -> None:
        """Note objects that a resource of this run stands for and could not have."""
        with self._shared.turn():
            self._contest(identifiers)

    def is_contested(self, identifier: str) -> bool:
        """Return whether a resource of this run stands for an object and could not have it."""
        with self._shared.turn():
            return identifier in self._contested

    def note_read(self, identifier: str) -> None:
        """Note an object that the program of this run reads by its id."""
        with self._shared.turn():
            self._known_here.add(identifier)
            self._shared.record("read", identifier)

    def is_read(self, identifier: str) -> bool:
        """Return whether the program of this run reads an object by its id."""
        with self._shared.turn():
            return identifier in self._read

    def is_others(self, identifier: str, owner: str | None) -> bool:
        """Return whether an object belongs to another resource than that of ``owner``."""
        with self._shared.turn():
            return self._owners.get(identifier, owner) != owner

    @contextlib.contextmanager
    def posting(self, declared: JsonObject) -> Iterator[None]:
        """Note that an object with these fields is being created while the block runs.

        The block has to claim what was created. Other processes do not learn of it: what is
        declared may be secret.
        """
        with self._shared.changed:
            self._posting.append(declared)
        try:
            yield
        finally:
            with self._shared.changed:
                self._posting.remove(declared)
                self._shared.changed.notify_all()

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
        with self._shared.changed:
            while True:
                with self._shared.turn():
                    free = [record for record in new if self._is_free(record.id)]
                    if not free:
                        return None
                    if not self._is_contested(free):
                        exact_first = sorted(free, key=_difference_from(declared))
                        self._claim(exact_first[0].id, owner)
                        return exact_first[0]
                self._shared.changed.wait()

    def _is_free(self, identifier: str) -> bool:
        return identifier not in self._owners

    def _is_contested(self, records: list[Record]) -> bool:
        return any(
            may_come_from(declared, record.fields)
            for declared in self._posting
            for record in records
        )

    def _contest(self, identifiers: Iterable[str]) -> None:
        for identifier in identifiers:
            self._shared.record("contested", identifier)

    def _claim(self, identifier: str, owner: str | None) -> None:
        self._known_here.add(identifier)
        # An update gives metadata, and so an owner, to what had none.
        if identifier not in self._owners or (owner and self._owners[identifier] is None):
            self._shared.record("claimed", identifier, owner)
        if self._owners[identifier] != owner:
            self._contest([identifier])
            raise AlreadyManagedError(
                f"{identifier} belongs to another resource of this stack already, and two must "
                "not share it; take one of them out with `pulumi state delete URN`"
            )

    def _apply(self, event: Event) -> None:
        match event:
            case ["claimed", str(identifier), str() | None as owner]:
                self._owners[identifier] = owner
            case ["released", str(identifier)]:
                self._owners.pop(identifier, None)
                self._known_here.discard(identifier)
            case ["contested", str(identifier)]:
                self._contested.add(identifier)
            case ["read", str(identifier)]:
                self._read.add(identifier)
            case _:
                raise ValueError


def _difference_from(declared: JsonObject) -> Callable[[Record], int]:
    return lambda record: sum(record.fields.get(name) != value for name, value in declared.items())
