"""Many threads use one list cache at a time, as Pulumi's do, and each sees what it has to."""

from __future__ import annotations

import itertools
import random
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from attrs import define, field
from support.in_memory_account import InMemoryAccount

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import NotFoundError
from pulumi_setsmart.lifecycle.list_cache import ListCache, NeededFields
from pulumi_setsmart.lifecycle.list_completeness import CompletenessCheck

THREADS = 8
STEPS = 40
SHARED = [f"shared_{number}" for number in range(40)]
NAMED = NeededFields(frozenset({"name"}), frozenset({"name", "version"}))
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def switching_often() -> Iterator[None]:
    """Have threads take turns far more often than they do otherwise."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def chances(seed: object) -> random.Random:
    """Return what decides what happens next."""
    return random.Random(str(seed))  # noqa: S311 -- nothing is secret


@define
class Worker:
    """A thread that reads what all read, and writes what it alone writes.

    Attributes:
        cache: What all share.
        completeness: Its check.
        account: The account of all.
        collection: Its listings.
        server: Held by whoever looks at the account or changes it.
        name: The worker's name.
        chances: What it does next.
        versions: The version of each of its objects, None for one that it has deleted.
    """

    cache: ListCache
    completeness: CompletenessCheck
    account: InMemoryAccount
    collection: Collection
    server: threading.Lock
    name: str
    chances: random.Random
    versions: dict[str, int | None] = field(factory=dict)

    def work(self) -> None:
        """Do a number of things, each of which has to find what it must find."""
        for step in range(STEPS):
            if step % 6 == 0:
                self.create(step)
            elif step % 17 == 0:
                self.delete()
            steps = (self.read_shared, self.read_shared, self.read_own, self.write, self.list_all)
            self.chances.choice(steps)()

    def read_shared(self) -> None:
        """What nobody writes is found, whichever way it is read."""
        identifier = self.chances.choice(SHARED)
        record = self.cache.read(self.collection, identifier, NAMED)
        assert (record.id, record.fields["name"]) == (identifier, f"Villa {identifier}")

    def read_own(self) -> None:
        """What this thread wrote or deleted is seen as it left it."""
        for identifier, version in self.versions.items():
            if version is None:
                assert self.cache.was_deleted(identifier)
                with pytest.raises(NotFoundError):
                    self.cache.read(self.collection, identifier, NAMED)
            else:
                record = self.cache.read(self.collection, identifier, NAMED)
                assert record.fields["version"] == version

    def write(self) -> None:
        """Write what is there, as an update does."""
        for identifier, version in self.versions.items():
            if version is not None:
                self.versions[identifier] = version + 1
                self.cache.mark_written(identifier)
                with self.server:
                    self.account.objects[f"/properties/{identifier}"]["version"] = version + 1

    def create(self, step: int) -> None:
        """Create an object, as a create does: after a look at the whole list."""
        self.cache.all_items(self.collection)
        identifier = f"{self.name}_{step}"
        fields = {"id": identifier, "name": f"Villa {identifier}", "version": 0}
        with self.server:
            self.account.objects[f"/properties/{identifier}"] = fields
        self.versions[identifier] = 0
        self.cache.mark_written(identifier)

    def delete(self) -> None:
        """Delete an object, as a delete does."""
        there = [one for one, version in self.versions.items() if version is not None]
        if there:
            self.cache.mark_written(there[0])
            with self.server:
                del self.account.objects[f"/properties/{there[0]}"]
            self.versions[there[0]] = None
            self.cache.mark_deleted(there[0])

    def list_all(self) -> None:
        """The whole list shows what was there before anybody began."""
        assert {*SHARED} <= {*self.cache.all_items(self.collection)}
        self.completeness.require_complete(self.collection, [*SHARED], 1)
        found = self.cache.candidates(self.collection, {"name": f"Villa {SHARED[0]}"})
        assert [record.id for record in found] == SHARED[:1]


@pytest.mark.parametrize("seed", range(4))
def test_threads_see_what_is_there_and_what_they_wrote(seed: int) -> None:
    """Whatever others do at the same moment: list, read, write, create and delete."""
    server = threading.Lock()

    def in_turn(request: httpx.Request, respond: Handler) -> httpx.Response:
        with server:
            return respond(request)

    own = {
        f"w{number}": [f"w{number}_{identifier}" for identifier in "abc"]
        for number in range(THREADS)
    }
    objects: dict[str, dict[str, Any]] = {
        f"/properties/{identifier}": {"id": identifier, "name": f"Villa {identifier}", "version": 0}
        for identifier in (*SHARED, *itertools.chain(*own.values()))
    }
    account = InMemoryAccount(objects, page_size=7, interfere=in_turn)
    collection = Collection(account.lifecycle().account.client, "/properties")
    cache = ListCache()
    completeness = CompletenessCheck(cache)
    workers = [
        Worker(
            cache=cache,
            completeness=completeness,
            account=account,
            collection=collection,
            server=server,
            name=name,
            chances=chances(f"{seed} {name}"),
            versions=dict.fromkeys(identifiers, 0),
        )
        for name, identifiers in own.items()
    ]
    with ThreadPoolExecutor(THREADS) as threads:
        for finished in [threads.submit(worker.work) for worker in workers]:
            finished.result()


@pytest.mark.parametrize("seed", range(6))
def test_threads_that_only_read_pay_what_was_promised(seed: int) -> None:
    """Two requests for each object at most, or twice the pages, and one more for each thread."""
    objects = {
        f"/properties/{identifier}": {"id": identifier, "name": f"Villa {identifier}", "version": 0}
        for identifier in SHARED
    }
    account = InMemoryAccount(objects, page_size=3)
    collection = Collection(account.lifecycle().account.client, "/properties")
    cache = ListCache()
    asked = chances(seed).sample(SHARED, 5 * (seed + 1))
    with ThreadPoolExecutor(THREADS) as threads:
        records = [
            *threads.map(lambda identifier: cache.read(collection, identifier, NAMED), asked)
        ]
    assert [record.id for record in records] == asked
    pages = -(-len(SHARED) // 3)
    assert len(account.sent) <= 2 * min(len(asked), pages) + THREADS
