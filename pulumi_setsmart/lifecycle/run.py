"""What all accounts share in one run, and all processes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from pulumi_setsmart.client.errors import NotDeletedError
from pulumi_setsmart.lifecycle.identities import IdentityRegistry
from pulumi_setsmart.lifecycle.journal import Event, Journal, LocalJournal
from pulumi_setsmart.lifecycle.ownership import OwnershipRegistry
from pulumi_setsmart.lifecycle.shared_state import SharedState
from pulumi_setsmart.models.message_code import MessageCode


class Run:
    """One per process.

    Attributes:
        shared: What its processes share.
    """

    def __init__(
        self, wall_clock: Callable[[], float] = time.time, journal: Journal | None = None
    ) -> None:
        """Begin a run, or join it.

        Args:
            wall_clock: Shows the time, in seconds since 1970.
            journal: What its processes tell each other by; None where this is the only one.
        """
        self._lock = threading.Lock()
        self._adoptions = 0
        self._started_at = 0
        self._deletions = 0
        self._declared: set[str] = set()
        self._imported: dict[str, str] = {}
        self._has_failed_read = False
        self._ownership: dict[tuple[str, str], OwnershipRegistry] = {}
        self._identities: dict[tuple[str, str, str], IdentityRegistry] = {}
        self.shared = SharedState(journal or LocalJournal())
        self._own_part = self.shared.add("run", self._apply)
        with self._own_part.turn():
            if not self._started_at:
                self._own_part.record("began", int(wall_clock()))

    def turn(self) -> AbstractContextManager[None]:
        """Keep other threads and processes out while the block runs.

        Whatever the block notes and asks is one look at the run, and takes the time of one. As all
        others wait for it, it must do nothing else, and take no other lock.
        """
        return self.shared.turn()

    @property
    def started_at(self) -> int:
        """When its first process began, in whole seconds since 1970."""
        return self._started_at

    def ownership(self, base_url: str, path: str) -> OwnershipRegistry:
        """Return whose the objects of a collection are, as far as this run knows.

        Several keys may lead to the same objects, so accounts at one base URL share it.
        """
        place = (base_url, path.rstrip("/"))
        with self.shared.changed:  # a new registry takes a turn, which needs this lock anyway
            if place not in self._ownership:
                self._ownership[place] = OwnershipRegistry(self.shared, *place)
            return self._ownership[place]

    def identities(self, base_url: str, key: str, path: str) -> IdentityRegistry:
        """Return by what the objects of a collection are recognised, as far as this run knows.

        Accounts at one base URL do not share it: each may have a listing of the same name.
        """
        place = (base_url, key, path.rstrip("/"))
        with self.shared.changed:
            if place not in self._identities:
                self._identities[place] = IdentityRegistry(self.shared, *place)
            return self._identities[place]

    def declare(self, key: str) -> None:
        """Note the text of the key of a resource that the program of this run declares."""
        with self._own_part.turn():
            if key not in self._declared:
                self._own_part.record("declared", key)

    def is_declared(self, key: str | None) -> bool:
        """Return whether the program declares a resource, as far as this run knows by now.

        At the end of an update this is complete; `destroy` and `refresh` declare nothing.
        """
        with self._own_part.turn():
            return key in self._declared

    def note_import(self, key: str, *place: str) -> None:
        """Note that a resource has an object by an import.

        Args:
            key: The text of the key of the resource.
            place: The base URL, the path and the id of the object.
        """
        name = self.shared.name_of(*place)
        with self._own_part.turn():
            if self._imported.get(key) != name:
                self._own_part.record("imported", key, name)

    def has_imported_another(self, key: str, *place: str) -> bool:
        """Return whether a resource has an object by an import, and it is not the one at a place.

        Args:
            key: The text of the key of the resource.
            place: The base URL, the path and the id of an object.
        """
        name = self.shared.name_of(*place)
        with self._own_part.turn():
            return self._imported.get(key, name) != name

    def note_failed_read(self) -> None:
        """Note that an import, or a read by an id, failed."""
        with self._own_part.turn():
            self._own_part.record("not read")

    @property
    def has_failed_read(self) -> bool:
        """Whether an import, or a read by an id, failed."""
        with self._own_part.turn():
            return self._has_failed_read

    def count_adoption(self) -> int:
        """Count an object that is adopted as it is, and return how many there are by now.

        This only numbers messages, so each process has its own count.
        """
        with self._lock:
            self._adoptions += 1
            return self._adoptions

    def count_deletion(self, max_deletions: int | None) -> None:
        """Count an object that is about to be deleted or deactivated.

        Args:
            max_deletions: How many a run may delete or deactivate, or None for any number.

        Raises:
            NotDeletedError: It would be one too many for this run, or the other processes of it
                cannot be told.
        """
        with self._own_part.turn():
            if max_deletions is not None and self._deletions >= max_deletions:
                raise NotDeletedError(
                    f"not deleted: setsmart:maxDeletions is {max_deletions}, and this run has made "
                    "as many deletions. `pulumi-setsmart report` lists the planned ones; if all "
                    "are meant, allow them once with SETSMART_MAX_DELETIONS=NUMBER",
                    code=MessageCode.DELETION_LIMIT,
                )
            self._own_part.record("deleted")
        self.shared.require_sharing(NotDeletedError, "not deleted")

    def _apply(self, event: Event) -> None:
        match event:
            case ["began", int(time)]:
                self._started_at = time
            case ["declared", str(key)]:
                self._declared.add(key)
            case ["imported", str(key), str(name)]:
                self._imported[key] = name
            case ["not read"]:
                self._has_failed_read = True
            case ["deleted"]:
                self._deletions += 1
            case _:
                raise ValueError
