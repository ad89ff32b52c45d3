"""The account that a run asks: is it the one in which an object was last seen?"""

from __future__ import annotations

import contextlib
import threading

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ApiError,
    NotFoundError,
    WrongAccountError,
)
from pulumi_setsmart.lifecycle.bookkeeping import AccountMark, Bookkeeping, digest
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.lifecycle.snapshot import Snapshot

_NEIGHBOURS = 3
_REMEMBERED_IDS = 20


class Account:
    """One per process, base URL and key: remembers what this run has seen and done there.

    Args:
        client: The client of the account.
        accept_change: Whether an object that is missing from another account counts as deleted.
        run: What it shares with other accounts.
    """

    def __init__(self, client: Client, *, accept_change: bool, run: Run) -> None:
        self.client = client
        self.run = run
        self._accept_change = accept_change
        self._lock = threading.Lock()
        self._seen: dict[str, dict[str, None]] = {}
        self._present: dict[tuple[str, str], bool] = {}
        self._snapshots: dict[tuple[str, str], Snapshot] = {}

    def roster(self, path: str) -> Roster:
        """Return whose the objects of a collection are, as far as this run knows."""
        return self.run.roster(self.client.base_url, path)

    def snapshot(self, collection: Collection) -> Snapshot:
        """Return what ``collection`` holds, as far as this run has seen."""
        with self._lock:
            place = (collection.path.rstrip("/"), collection.id_field)
            return self._snapshots.setdefault(place, Snapshot())

    def mark(self, collection: Collection, identifier: str, previous: Bookkeeping) -> AccountMark:
        """Return the mark for an object that was seen in this account just now."""
        known = previous.account
        is_the_same = self.is_the_same(previous)
        if known is not None and is_the_same and len(known.neighbours) >= _NEIGHBOURS:
            return known
        snapshot = self.snapshot(collection)
        if not is_the_same:
            # What stood beside it is not there to be shown any more; a page is, for one request.
            with contextlib.suppress(ApiError):
                snapshot.begin(collection)
        earlier = known.neighbours if known is not None and is_the_same else []
        with self._lock:
            seen = self._seen.setdefault(collection.path, {})
            candidates = dict.fromkeys((*earlier, *snapshot.first_ids(_REMEMBERED_IDS), *seen))
            if len(seen) < _REMEMBERED_IDS:
                seen[identifier] = None
        candidates.pop(identifier, None)
        return AccountMark(
            base_url=self.client.base_url,
            key_digest=self._key_digest(previous.salt),
            neighbours=[*candidates][:_NEIGHBOURS],
        )

    def is_the_same(self, bookkeeping: Bookkeeping) -> bool:
        """Return whether the object with this bookkeeping was last seen in this very account."""
        mark = bookkeeping.account
        return mark is None or (
            mark.base_url == self.client.base_url
            and mark.key_digest == self._key_digest(bookkeeping.salt)
        )

    def confirm_deletion(
        self, collection: Collection, identifier: str, bookkeeping: Bookkeeping | None
    ) -> None:
        """Make sure that an object that is not found was deleted, and not looked for elsewhere.

        Raises:
            WrongAccountError: The base URL or the key is another than when the object was last
                seen, and nothing that stood beside it is there either.
        """
        if bookkeeping is None or bookkeeping.account is None or self._accept_change:
            return
        if self.is_the_same(bookkeeping):
            return
        if any(self._is_present(collection, one) for one in bookkeeping.account.neighbours):
            return
        raise WrongAccountError(
            f"{identifier} is not in this account ({self.client.base_url}, key from "
            f"{self.client.credential.source}), nor is what stood beside it. Set the base URL and "
            "the key of its account; if it was deleted there, set setsmart:acceptAccountChange to "
            "true for one run"
        )

    def _is_present(self, collection: Collection, identifier: str) -> bool:
        place = (collection.path, identifier)
        with self._lock:
            if place not in self._present:
                self._present[place] = _exists(collection, identifier)
            return self._present[place]

    def _key_digest(self, salt: str) -> str:
        return digest(salt, self.client.credential.key)


def _exists(collection: Collection, identifier: str) -> bool:
    try:
        collection.get(identifier)
    except NotFoundError:
        return False
    return True
