"""A portfolio over time: programs change, people change things behind them, runs die."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from attrs import frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from support.in_memory_account import through_engine
from support.mock_client import credential

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.kind import PROPERTY
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    PROPERTIES,
    SandboxSettings,
    Storage,
    create_app,
    running,
)

RESOURCES = ("villa", "studio", "loft")
FIELDS = ("bedrooms", "bathrooms", "max_guests")
NUMBERS = st.integers(1, 9)
DECLARATIONS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(FIELDS, NUMBERS)
    | {"attributes": st.dictionaries(st.sampled_from(["wifi", "door"]), NUMBERS | st.text("ab"))},
)


@frozen
class KnownResource:
    """What the state holds of a resource."""

    identifier: str
    outputs: dict[str, Json]


class Portfolio(RuleBasedStateMachine):
    """Pulumi's engine in small, over the real lifecycle and a real sandbox, beside a model.

    The model is what people have noted in fields that no program declares, and what is not the
    stack's at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.running = ExitStack()
        self.storage = Storage()
        app = create_app(SandboxSettings(rate_limit=0), storage=self.storage)
        self.base_url = self.running.enter_context(running(app))
        self.program: dict[str, dict[str, Json]] = {}
        self.state: dict[str, KnownResource] = {}
        self.remarks: dict[str, str] = {}
        self.foreign: list[Any] = []

    def teardown(self) -> None:
        """Stop the sandbox."""
        self.running.close()

    @initialize()
    def somebody_else_has_a_listing(self) -> None:
        """It has the name that no program declares."""
        self.foreign.append(self.storage.insert(PROPERTIES, {"name": "Theirs"}))

    @rule(name=st.sampled_from(RESOURCES), declared=DECLARATIONS)
    def declare(self, name: str, declared: dict[str, Json]) -> None:
        """The program says something, or something else."""
        self.program[name] = {"name": name, **declared}

    @rule(name=st.sampled_from(RESOURCES))
    def no_longer_declare(self, name: str) -> None:
        """The program says nothing of it any more."""
        self.program.pop(name, None)

    @rule(choice=st.integers(0, 9), field=st.sampled_from(FIELDS), number=NUMBERS)
    def somebody_changes(self, choice: int, field: str, number: int) -> None:
        """A field that may be declared is changed behind the program's back."""
        for listing in self._ours(choice):
            self.storage.replace(PROPERTIES, listing["id"], {**listing, field: number})

    @rule(choice=st.integers(0, 9), text=st.text("xyz", min_size=1))
    def somebody_remarks(self, choice: int, text: str) -> None:
        """A field that no program declares is set; it must stay as it is."""
        for listing in self._ours(choice):
            self.storage.replace(PROPERTIES, listing["id"], {**listing, "remark": text})
            self.remarks[listing["id"]] = text

    @rule(choice=st.integers(0, 9))
    def somebody_deletes(self, choice: int) -> None:
        """A listing is gone behind the program's back."""
        for listing in self._ours(choice):
            self.storage.delete(PROPERTIES, listing["id"])
            self.remarks.pop(listing["id"], None)

    @rule()
    def preview(self) -> None:
        """It changes nothing, whatever it finds."""
        before = self.storage.objects(PROPERTIES)
        for lifecycle in self._process():
            known = self._refreshed(lifecycle)
            for name, inputs in self.program.items():
                resource = known.get(name)
                checked = lifecycle.check(through_engine(inputs), exists=resource is not None)
                assert checked.violations == []
                if resource is not None:
                    lifecycle.diff(resource.outputs, through_engine(checked.inputs))
        assert self.storage.objects(PROPERTIES) == before

    @rule(dies_after=st.none() | st.integers(0, 3))
    def up(self, dies_after: int | None) -> None:
        """The account becomes as declared; if the run dies in between, the next one completes it.

        Args:
            dies_after: After how many creates the state is no longer written, if at all.
        """
        for lifecycle in self._process():
            self.state = self._refreshed(lifecycle)
            creates_left = len(RESOURCES) if dies_after is None else dies_after
            for name, inputs in self.program.items():
                resource = self.state.get(name)
                checked = lifecycle.check(through_engine(inputs), exists=resource is not None)
                assert checked.violations == []
                news = through_engine(checked.inputs)
                if resource is None:
                    identifier, outputs = lifecycle.create(news)
                    if creates_left == 0:
                        return
                    creates_left -= 1
                    self.state[name] = KnownResource(identifier, through_engine(outputs))
                elif lifecycle.diff(resource.outputs, news).changes:
                    outputs = lifecycle.update(resource.identifier, resource.outputs, news)
                    self.state[name] = KnownResource(resource.identifier, through_engine(outputs))
            for name in self.state.keys() - self.program.keys():
                resource = self.state.pop(name)
                lifecycle.delete(resource.identifier, resource.outputs)
                self.remarks.pop(resource.identifier, None)
        if dies_after is None:
            self._assert_as_declared()

    @invariant()
    def what_is_not_ours_stays(self) -> None:
        """Neither others' listings nor others' remarks are touched, whatever happens."""
        stored = {str(listing["id"]): listing for listing in self.storage.objects(PROPERTIES)}
        assert [stored[listing["id"]] for listing in self.foreign] == self.foreign
        assert {name: stored[name]["remark"] for name in self.remarks} == self.remarks

    @invariant()
    def no_two_resources_share_a_listing(self) -> None:
        """Each listing is one resource's."""
        identifiers = [resource.identifier for resource in self.state.values()]
        assert len(set(identifiers)) == len(identifiers)

    def _assert_as_declared(self) -> None:
        ours = {str(listing["id"]): listing for listing in self._all_ours()}
        orphans = ours.keys() - {resource.identifier for resource in self.state.values()}
        # What a run that died has made, and no program declares since, is nobody's.
        assert not any(ours[orphan]["name"] in self.program for orphan in orphans)
        for name, inputs in self.program.items():
            actual = ours[self.state[name].identifier]
            attributes = inputs.get("attributes", {})
            assert isinstance(attributes, dict)
            declared = {name: inputs[name] for name in inputs if name != "attributes"} | attributes
            assert declared.items() <= actual.items()
        for lifecycle in self._process():
            for name, resource in self._refreshed(lifecycle).items():
                news = through_engine(lifecycle.check(self.program[name], exists=True).inputs)
                assert not lifecycle.diff(resource.outputs, news).changes

    def _refreshed(self, lifecycle: Lifecycle) -> dict[str, KnownResource]:
        known = {}
        for name, resource in self.state.items():
            seen = lifecycle.read(resource.identifier, resource.outputs)
            if seen is not None:
                known[name] = KnownResource(resource.identifier, through_engine(seen.outputs))
        return known

    def _process(self) -> Iterator[Lifecycle]:
        """Yield the lifecycle as a new process has it, which knows nothing of the last one."""
        connection = Connection(self.base_url, (credential(DEFAULT_KEY),))
        client = Client.of(connection)
        try:
            yield Lifecycle(
                PROPERTY,
                Account(client, accept_change=False, run=Run()),
                Settings(connection, if_exists=IfExists.ADOPT),
            )
        finally:
            client.close()

    def _all_ours(self) -> list[dict[str, Any]]:
        return [
            listing for listing in self.storage.objects(PROPERTIES) if listing not in self.foreign
        ]

    def _ours(self, choice: int) -> list[dict[str, Any]]:
        """Return one of the listings that are not others', or none if there is none."""
        ours = self._all_ours()
        return [ours[choice % len(ours)]] if ours else []


TestPortfolio: Any = Portfolio.TestCase
TestPortfolio.settings = settings(max_examples=30, stateful_step_count=25)
