"""A stack on an account in memory, step by step as the engine calls the lifecycle."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, ClassVar

from attrs import define, field

from pulumi_setsmart.lifecycle.kind import PROPERTY, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.resource_key import RESOURCE, ResourceKey
from pulumi_setsmart.models.json import Json
from support.in_memory_account import InMemoryAccount, through_engine
from support.shared_journal import SharedJournal


@define
class Deployment:
    """A stack over time: its account, its state, and the processes of one run.

    Attributes:
        processes: How many a run has; they take turns.
    """

    processes: ClassVar[int] = 1
    kind: Kind = PROPERTY
    account: InMemoryAccount = field(factory=InMemoryAccount)
    state: dict[str, tuple[str, dict[str, Json]]] = field(factory=dict)
    _lifecycles: Iterator[Lifecycle] = field(init=False)

    @property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle in the process whose turn it is."""
        return next(self._lifecycles)

    def begin(self, *, refreshes: bool = True, **settings: Any) -> None:
        """Begin a run, which refreshes first unless it is told not to."""
        first = SharedJournal()
        journals = [first, *(first.of_another_process() for _ in range(self.processes - 1))]
        self._lifecycles = itertools.cycle(
            [self.account.lifecycle(self.kind, journal=each, **settings) for each in journals]
        )
        for key in self.state if refreshes else ():
            self.read(key)

    def read(self, key: str) -> None:
        """Refresh a resource."""
        identifier, outputs = self.state[key]
        seen = self.lifecycle.read(identifier, outputs)
        assert seen is not None
        self.state[key] = identifier, through_engine(seen.outputs)

    def check(self, key: str, inputs: dict[str, Json], *, before: str = "") -> Any:
        """Check a resource, new or not, and return the inputs or the violations."""
        exists = (before or key) in self.state
        news = {**inputs, RESOURCE: key_of(key, self.kind)}
        checked = self.lifecycle.check(through_engine(news), exists=exists)
        return checked.violations or through_engine(checked.inputs)

    def create(self, key: str, inputs: dict[str, Json]) -> str:
        """Check and create a resource, and return the id."""
        identifier, outputs = self.lifecycle.create(self.check(key, inputs))
        self.state[key] = identifier, through_engine(outputs)
        return identifier

    def diff(self, key: str, inputs: dict[str, Json], *, before: str = "") -> Any:
        """Check and compare a resource, perhaps under the key that it had before."""
        self.check(key, inputs, before=before)
        _, outputs = self.state[before or key]
        return self.lifecycle.diff(outputs, {**inputs, RESOURCE: key_of(key, self.kind)})

    def update(self, key: str, inputs: dict[str, Json]) -> None:
        """Update a resource."""
        identifier, outputs = self.state[key]
        news = {"deletion_policy": "delete", **inputs, RESOURCE: key_of(key, self.kind)}
        self.state[key] = (
            identifier,
            through_engine(self.lifecycle.update(identifier, outputs, news)),
        )

    def delete(self, key: str) -> None:
        """Delete a resource."""
        self.lifecycle.delete(*self.state[key])
        del self.state[key]


def key_of(name: str, kind: Kind = PROPERTY) -> str:
    """Return the key of the resource with a name; one with a slash is a portfolio's entry."""
    portfolio, _, entry = name.rpartition("/")
    known = ResourceKey.of_entry(kind, portfolio, entry) if portfolio else None
    return str(known or ResourceKey(kind.name, name))
