"""A portfolio that is deployed, changed and destroyed while requests fail."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from attrs import define, field, frozen

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    MESSAGE_TEMPLATES,
    PRICING_RULES,
    PROPERTIES,
    WEBHOOKS,
    ApiCollection,
    Json,
    Storage,
)
from support.engine_stack import QUIET, EngineStack, messages
from support.interface import DYNAMIC, Interface

COLLECTIONS = (PROPERTIES, WEBHOOKS, PRICING_RULES, MESSAGE_TEMPLATES)
MOST_UPS = 3
TIMEOUT = 0.6
HANG = 0.9
SETTLE_TIME = 3.0
"""Seconds. A server that hangs does so for longer than the client waits for a response, and for
less than the client gives it to settle."""


@frozen
class Declared:
    """A resource of the program.

    Attributes:
        name: Its name in the program.
        collection: Where its object is.
        program: The line that declares it.
        fields: The fields that its object must have.
    """

    name: str
    collection: ApiCollection
    program: str
    fields: dict[str, Json]


def listing(name: str, title: str, bedrooms: int) -> Declared:
    """Declare a listing."""
    return Declared(
        name,
        PROPERTIES,
        f"Property({name!r}, name={title!r}, bedrooms={bedrooms}, attributes={{'pets': True}})",
        {"name": title, "bedrooms": bedrooms, "pets": True},
    )


def subscription(name: str, host: str) -> Declared:
    """Declare a webhook subscription."""
    url = f"https://{host}.example/"
    return Declared(
        name,
        WEBHOOKS,
        f"WebhookSubscription({name!r}, url={url!r}, events=['a.a'])",
        {"url": url, "events": ["a.a"]},
    )


def rule(name: str, collection: ApiCollection, percent: int, identity: list[str]) -> Declared:
    """Declare an object of another collection."""
    body: dict[str, Json] = {"code": name, "percent": percent}
    path = f"/{collection.path}"
    return Declared(
        name,
        collection,
        f"ApiObject({name!r}, path={path!r}, body={body!r}, identity={identity!r})",
        body,
    )


@define
class Tally:
    """What went wrong, over several runs.

    Attributes:
        duplicates: Objects of which there are more than were declared.
        orphans: Objects that no state knows.
        lost_fields: Undeclared fields that are not what they were.
    """

    duplicates: int = 0
    orphans: int = 0
    lost_fields: int = 0


@define
class FaultRun:
    """A stack, and what the account must hold after each of its steps.

    Attributes:
        stack: The stack.
        storage: What the server holds.
        random: Decides what changes.
        foreign: The objects that are not the stack's, as they must stay.
        remarks: The undeclared field of each of the stack's objects, by its id.
        ups: How often `pulumi up` had to be run again.
        stops: How often it created nothing, as it had to.
        tally: What went wrong.
    """

    stack: EngineStack
    storage: Storage
    random: Random
    foreign: list[dict[str, Json]] = field(factory=list)
    remarks: dict[str, str] = field(factory=dict)
    ups: int = 0
    stops: int = 0
    tally: Tally = field(factory=Tally)

    @classmethod
    def create(
        cls,
        pulumi: Path,
        folder: Path,
        base_url: str,
        storage: Storage,
        seed: int,
        backend: Mapping[str, str] = MappingProxyType({}),
        *,
        adopts: bool = True,
        interface: Interface = DYNAMIC,
    ) -> FaultRun:
        """Make the stack, and objects of others beside what it will make.

        Args:
            pulumi: The CLI.
            folder: Where to make it.
            base_url: The address of the API.
            storage: What the server holds.
            seed: Decides what changes.
            backend: The variables of another backend than a folder of its own.
            adopts: Whether the stack is configured to adopt what exists.
            interface: How its programs declare resources.
        """
        stack = EngineStack.create(pulumi, folder, base_url, DEFAULT_KEY, backend, interface)
        settings: dict[str, object] = {
            "timeout": TIMEOUT,
            "settleTime": SETTLE_TIME,
            "maxRetries": 12,
        }
        if adopts:
            settings["ifExists"] = "adopt"
        pairs = [f"setsmart:{key}={value}" for key, value in settings.items()]
        stack.succeed(
            "config", "set-all", *(word for pair in pairs for word in ("--plaintext", pair))
        )
        run = cls(stack, storage, Random(seed))  # noqa: S311 -- it has to be repeatable
        for number in range(5):
            made = storage.insert(PROPERTIES, {"name": f"Foreign {number}", "notes": ["theirs"]})
            run.foreign.append(made)
        return run

    def bring_to(self, declared: list[Declared]) -> None:
        """Run `pulumi up` until it succeeds, and check the account.

        Two listings are equal, and a fault can make one of them much newer in the state than the
        other, so the deletion of one may need a permission.
        """
        names = {resource.name for resource in declared}
        gone = [identifier for name, identifier in self.ids_by_name().items() if name not in names]
        permission = {"SETSMART_ALLOW_DELETION": ",".join(gone)}
        self.stack.declare("\n".join(resource.program for resource in declared))
        for attempt in range(MOST_UPS):
            finished = self.stack.run("up", "--yes", "--skip-preview", *QUIET, **permission)
            assert "Traceback" not in finished.output
            if finished.status == 0:
                break
            self.ups += 1
            assert attempt + 1 < MOST_UPS, finished.output
        self.assert_holds(declared)

    def expect_stop(self, declared: list[Declared], setting: str) -> None:
        """Run `pulumi up`, which must create no listing, name a setting, and leave nothing behind.

        The code depends on what the list looks like.
        """
        self.stack.declare("\n".join(resource.program for resource in declared))
        finished = self.stack.run("up", "--yes", "--skip-preview", *QUIET)
        assert finished.status != 0, finished.output
        assert "Traceback" not in finished.output
        assert any(setting in each for each in messages(finished.output)), finished.output
        self.stops += 1
        self._count(declared)
        assert self.storage.objects(PROPERTIES) == self.foreign

    def remark(self) -> None:
        """Have somebody else note something in each of the stack's objects."""
        for collection in COLLECTIONS:
            for stored in self.storage.objects(collection):
                if stored not in self.foreign:
                    self.remarks[str(stored["id"])] = f"remark on {stored['id']}"
                    remarked = {**stored, "remark": self.remarks[str(stored["id"])]}
                    self.storage.replace(collection, str(stored["id"]), remarked)

    def take_down(self) -> None:
        """Run `pulumi destroy` until it succeeds; only what is not the stack's may be left."""
        for attempt in range(MOST_UPS):
            if self.stack.run("destroy", "--yes", "--skip-preview", *QUIET).status == 0:
                break
            self.ups += 1
            assert attempt + 1 < MOST_UPS
        assert self.storage.objects(PROPERTIES) == self.foreign
        assert not any(self.storage.objects(collection) for collection in COLLECTIONS[1:])

    def assert_holds(self, declared: list[Declared]) -> None:
        """Check the account and the state against the program."""
        known, objects = self._count(declared)
        assert len(set(known.values())) == len(known)
        assert known.keys() == {resource.name for resource in declared}
        for resource in declared:
            actual = objects[known[resource.name]]
            assert resource.fields.items() <= actual.items()
        assert self.storage.objects(PROPERTIES)[: len(self.foreign)] == self.foreign

    def _count(self, declared: list[Declared]) -> tuple[dict[str, str], dict[str, dict[str, Json]]]:
        """Count what went wrong: nothing may have. Return the state's ids and the objects."""
        known = self.ids_by_name()
        objects = {
            str(stored["id"]): stored
            for collection in COLLECTIONS
            for stored in self.storage.objects(collection)
        }
        ours = {name: stored for name, stored in objects.items() if stored not in self.foreign}
        self.tally.orphans += len(ours.keys() - known.values())
        self.tally.duplicates += duplicates(declared, list(ours.values()))
        self.tally.lost_fields += sum(
            objects[identifier].get("remark") != remark
            for identifier, remark in self.remarks.items()
            if identifier in objects
        )
        assert self.tally == Tally(), (self.tally, sorted(ours), known)
        return known, objects

    def ids_by_name(self) -> dict[str, str]:
        """Return the ids that the state holds, by the names of the resources."""
        resources: list[dict[str, Any]] = self.stack.export()["deployment"].get("resources", [])
        return {
            resource["urn"].rsplit("::", 1)[-1]: resource["id"]
            for resource in resources
            if resource["type"].startswith(self.stack.interface.types) and "id" in resource
        }


def duplicates(declared: list[Declared], objects: list[dict[str, Json]]) -> int:
    """Return how many objects there are beyond those declared, of any identity."""
    intended = Counter(_identity(resource.fields) for resource in declared)
    return (Counter(map(_identity, objects)) - intended).total()


def _identity(fields: dict[str, Json]) -> str:
    return json.dumps([fields.get(name) for name in ("name", "url", "code")])
