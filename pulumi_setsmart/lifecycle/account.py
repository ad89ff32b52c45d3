"""The account that a run asks: is it the one in which an object was last seen?"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict

import attrs
from attrs import frozen

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ApiError,
    NotFoundError,
    WrongAccountError,
)
from pulumi_setsmart.lifecycle.identities import IdentityRegistry
from pulumi_setsmart.lifecycle.identity import recognisable
from pulumi_setsmart.lifecycle.list_cache import ListCache
from pulumi_setsmart.lifecycle.list_completeness import CompletenessCheck
from pulumi_setsmart.lifecycle.ownership import OwnershipRegistry
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.lifecycle.state_metadata import (
    AccountMark,
    StateMetadata,
    digest,
    name_digest,
)
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.record import Record

_MOST_SIBLINGS = 3
_REMEMBERED = 20
_LOOKS_AT_REFERENCES = 20
_SECONDS_BETWEEN_LOOKS = 0.25


@frozen
class _ReferenceObject:
    """An object of the state that this run works on as well.

    Attributes:
        collection: Its collection.
        identifier: Its id.
        title: The field that says what it is called.
        name: What the state knows it to be called.
    """

    collection: Collection
    identifier: str
    title: str
    name: Json


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
        self._first_key = client.credential.key  # another one may be in use later
        self._accept_change = accept_change
        self._lock = threading.Lock()
        self._looking = threading.Lock()  # locked during requests, when other threads go on
        self._seen: dict[str, dict[str, Record]] = {}
        self._references: dict[str, dict[tuple[str, str], _ReferenceObject]] = {}
        self._has_waited: set[str] = set()
        self._looked_for: dict[tuple[str, str], Record | None] = {}
        self._list_caches: defaultdict[tuple[str, str], ListCache] = defaultdict(ListCache)
        self._completeness_checks: dict[ListCache, CompletenessCheck] = {}

    def ownership(self, path: str) -> OwnershipRegistry:
        """Return whose the objects of a collection are, as far as this run knows."""
        return self.run.ownership(self.client.base_url, path)

    def place_of(self, path: str, identifier: str) -> tuple[str, str, str]:
        """Return what tells an object from all others that a run has to do with."""
        return self.client.base_url, path.rstrip("/"), identifier

    def list_cache(self, collection: Collection) -> ListCache:
        """Return what ``collection`` holds, as far as this run has seen."""
        with self._lock:
            return self._list_caches[collection.path.rstrip("/"), collection.id_field]

    def identities(self, path: str) -> IdentityRegistry:
        """Return by what the objects of a collection are recognised, as far as this run knows.

        Accounts at one base URL do not share it: each may have a listing of the same name.
        """
        return self.run.identities(self.client.base_url, self._first_key, path)

    def completeness_check(self, cache: ListCache) -> CompletenessCheck:
        """Return the check whether a list of this account shows what is there."""
        with self._lock:
            return self._completeness_checks.setdefault(cache, CompletenessCheck(cache))

    def mark(
        self, collection: Collection, record: Record, previous: StateMetadata, title: str | None
    ) -> AccountMark:
        """Return the mark for an object that was seen in this account just now.

        Args:
            collection: Its collection.
            record: The object.
            previous: What the state remembers of it.
            title: The field by which a person knows one object of the collection from another, or
                None.
        """
        known = previous.account if self.is_the_same(previous) else None
        was_elsewhere = previous.account is not None and known is None
        lacks_names = known is not None and bool(known.siblings) and not known.names
        if was_elsewhere or (lacks_names and title is not None):
            # What stands beside it may not have been shown yet; a page is, for one request.
            with contextlib.suppress(ApiError):
                self.list_cache(collection).read_first_page(collection)
        siblings = self._siblings(collection, record, known)
        return AccountMark(
            base_url=self.client.base_url,
            key_digest=self._key_digest(previous.salt),
            siblings=siblings,
            names=self._names(collection, siblings, known, previous.salt, title),
            newer={} if known is None else known.newer,
        )

    def _siblings(
        self, collection: Collection, record: Record, known: AccountMark | None
    ) -> list[str]:
        """Return the ids of a few objects beside one: those that are known, then new ones.

        What the list does not show any more comes last.
        """
        cache = self.list_cache(collection)
        listed = cache.complete_items
        identifiers = [] if known is None else known.siblings
        with self._lock:
            seen = self._seen.setdefault(collection.path, {})
            if record.id in seen or len(seen) < _REMEMBERED:
                seen[record.id] = record
            missing = [
                identifier
                for identifier in identifiers
                if listed is not None and identifier not in listed and identifier not in seen
            ]
            found = dict.fromkeys(each for each in identifiers if each not in missing)
            if len(found) < _MOST_SIBLINGS:
                found |= dict.fromkeys((*cache.first_ids(_REMEMBERED), *seen, *missing))
        found.pop(record.id, None)
        return [*found][:_MOST_SIBLINGS]

    def _names(
        self,
        collection: Collection,
        siblings: list[str],
        known: AccountMark | None,
        salt: str,
        title: str | None,
    ) -> dict[str, str]:
        """Return digests of what siblings are called now, or were when they were last seen."""
        names = {} if known is None else {**known.names}
        if title is not None:
            cache = self.list_cache(collection)
            seen = self._seen.get(collection.path, {})
            for identifier in siblings:
                record = seen.get(identifier)
                name = record.fields.get(title) if record else cache.seen_value(identifier, title)
                names[identifier] = name_digest(salt, name) or names.get(identifier, "")
        return {sibling: names[sibling] for sibling in siblings if names.get(sibling)}

    def is_the_same(self, metadata: StateMetadata) -> bool:
        """Return whether the object with this metadata was last seen in this very account."""
        mark = metadata.account
        return mark is None or (
            mark.base_url == self.client.base_url
            and mark.key_digest == self._key_digest(metadata.salt)
        )

    def confirm_deletion(
        self,
        collection: Collection,
        identifier: str,
        metadata: StateMetadata | None,
        title: str | None,
    ) -> None:
        """Make sure that an object that is not found was deleted, and not looked for elsewhere.

        Args:
            collection: Its collection.
            identifier: Its id.
            metadata: What the state remembers of it, or None where that is missing.
            title: The field by which a person knows one object of the collection from another, or
                None.

        Raises:
            WrongAccountError: The base URL or the key is another than when the object was last
                seen, and nothing that stood beside it is there either; or the state does not say
                where it was seen.
        """
        if self._accept_change:
            return
        if metadata is None or metadata.account is None:
            raise WrongAccountError(
                f"{identifier} is not in this account ({self.client.base_url}, key from "
                f"{self.client.credential.source}), and the state does not say in which one it "
                "was, so it may be elsewhere. Set the base URL and the key of its account; if it "
                "was deleted there, set setsmart:acceptAccountChange to true for one run",
                code=MessageCode.UNKNOWN_ACCOUNT,
            )
        if self._is_proven(collection, metadata, metadata.account, title):
            return
        raise WrongAccountError(
            f"{identifier} is not in this account ({self.client.base_url}, key from "
            f"{self.client.credential.source}), nor is what stood beside it. Set the base URL and "
            "the key of its account; if it was deleted there, set setsmart:acceptAccountChange to "
            "true for one run"
        )

    def confirm_same(
        self,
        collection: Collection,
        identifier: str,
        metadata: StateMetadata,
        title: str | None,
    ) -> None:
        """Make sure that an object that is another one than it was has changed, and is no stranger.

        Args:
            collection: Its collection.
            identifier: Its id.
            metadata: What the state remembers of it.
            title: The field by which a person knows one object of the collection from another, or
                None.

        Raises:
            WrongAccountError: The base URL or the key is another than when the object was last
                seen, and nothing that stood beside it is there.
        """
        mark = metadata.account
        if self._accept_change or mark is None:
            return
        if self._is_proven(collection, metadata, mark, title):
            return
        raise WrongAccountError(
            f"{identifier} in this account ({self.client.base_url}, key from "
            f"{self.client.credential.source}) is not the one that the state knows, and what stood "
            "beside that is not there. Set the base URL and the key of its account; if it is the "
            "same one and was changed, set setsmart:acceptAccountChange to true for one run",
            code=MessageCode.DIFFERENT_OBJECT,
        )

    def add_reference(
        self,
        collection: Collection,
        identifier: str,
        metadata: StateMetadata,
        title: str,
        name: Json,
    ) -> None:
        """Note that this run works on an object that was seen with another key, or elsewhere.

        It may tell whose account is asked.

        Args:
            collection: Its collection.
            identifier: Its id.
            metadata: What the state remembers of it.
            title: The field by which a person knows one object of the collection from another.
            name: What the state knows that field to hold.
        """
        mark = metadata.account
        if mark is None or name_digest(metadata.salt, name) is None:
            return
        with self._lock:
            references = self._references.setdefault(mark.base_url, {})
            if len(references) < _REMEMBERED:
                ours = attrs.evolve(collection, client=self.client)
                references[collection.path, identifier] = _ReferenceObject(
                    ours, identifier, title, name
                )

    def _is_proven(
        self,
        collection: Collection,
        metadata: StateMetadata,
        mark: AccountMark,
        title: str | None,
    ) -> bool:
        """Return whether this is the account of a mark, in which an object was last seen."""
        return (
            self.is_the_same(metadata)
            or self._shows_sibling(collection, mark, metadata.salt, title)
            or self._shows_reference(mark.base_url)
        )

    def _shows_reference(self, base_url: str) -> bool:
        """Return whether an object that this run works on is there as the state knows it.

        The first objects of an account have few siblings, so other objects of the stack count
        as well. Pulumi begins with several at a time: the first waits a little for the next.
        """
        for _ in range(_LOOKS_AT_REFERENCES):
            with self._lock:
                references = [*self._references.get(base_url, {}).values()]
            if any(map(self._is_there, references)):
                return True
            if base_url in self._has_waited:
                return False
            with contextlib.suppress(TimeoutError):
                self.client.wait(_SECONDS_BETWEEN_LOOKS)
        self._has_waited.add(base_url)
        return False

    def _is_there(self, reference: _ReferenceObject) -> bool:
        found = self._found(reference.collection, reference.identifier)
        return found is not None and recognisable(
            found.fields.get(reference.title)
        ) == recognisable(reference.name)

    def _shows_sibling(
        self, collection: Collection, mark: AccountMark, salt: str, title: str | None
    ) -> bool:
        """Return whether anything that stood beside an object is there, and is still called so.

        One is enough, since objects are renamed and deleted. Where it was never seen what one was
        called, its id alone counts.
        """
        for identifier in mark.siblings:
            found = self._found(collection, identifier)
            name = mark.names.get(identifier)
            if found is not None and (
                name is None or (title and name_digest(salt, found.fields.get(title)) == name)
            ):
                return True
        return False

    def _found(self, collection: Collection, identifier: str) -> Record | None:
        place = (collection.path, identifier)
        with self._looking:
            if place not in self._looked_for:
                self._looked_for[place] = _find(collection, identifier)
            return self._looked_for[place]

    def _key_digest(self, salt: str) -> str:
        return digest(salt, self.client.credential.key)


def _find(collection: Collection, identifier: str) -> Record | None:
    try:
        return collection.get(identifier)
    except NotFoundError:
        return None
