"""An account in memory, for tests of lifecycles: it holds objects and can behave oddly."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import httpx
from attrs import define, field

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.journal import Journal
from pulumi_setsmart.lifecycle.kind import PROPERTY, Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.providers.values import from_engine, to_engine
from support.mock_client import BASE_URL, KEY, Clock, credential


def unchanged(fields: dict[str, Any]) -> dict[str, Any]:
    """Store what is sent, and show what is stored."""
    return fields


Interference: TypeAlias = Callable[
    [httpx.Request, Callable[[httpx.Request], httpx.Response]], httpx.Response
]


def undisturbed(
    request: httpx.Request, respond: Callable[[httpx.Request], httpx.Response]
) -> httpx.Response:
    """Let every request through."""
    return respond(request)


@define
class InMemoryAccount:
    """What a server stores, and how it behaves.

    Attributes:
        objects: The objects by their paths below the base URL.
        stored: What it makes of the fields that it is sent.
        shown: What it shows of the fields that it holds.
        listed: What it shows of them in a list.
        page_size: How many objects there are on a page of a list, or None for a single page.
        sent: The requests, each as its method, its path and its payload.
        interfere: Is given each request and the function that carries it out, and returns the
            response.
        clock: The time of its clients.
        starts: When each process begins: a second after the one before.
    """

    objects: dict[str, dict[str, Any]] = field(factory=dict)
    stored: Callable[[dict[str, Any]], dict[str, Any]] = unchanged
    shown: Callable[[dict[str, Any]], dict[str, Any]] = unchanged
    listed: Callable[[dict[str, Any]], dict[str, Any]] = unchanged
    page_size: int | None = None
    sent: list[tuple[str, str, Any]] = field(factory=list)
    interfere: Interference = undisturbed
    clock: Clock = field(factory=Clock)
    starts: Iterator[int] = field(factory=lambda: itertools.count(1))
    _counting: threading.Lock = field(factory=threading.Lock, init=False)

    def lifecycle(
        self,
        kind: Kind = PROPERTY,
        *,
        base_url: str = BASE_URL,
        key: str = KEY,
        journal: Journal | None = None,
        **settings: Any,
    ) -> Lifecycle:
        """Return the lifecycle of a kind of resource in this account, as a new process has it.

        Args:
            kind: The kind of resource.
            base_url: The base URL of the account.
            key: Its API key.
            journal: What the process shares with others of its run.
            **settings: The settings of the run.
        """
        connection = Connection(base_url, (credential(key),))
        client = Client.of(
            connection,
            transport=httpx.MockTransport(self),
            sleep=self.clock.sleep,
            clock=self.clock.time,
        )
        configured = Settings(connection, **settings)
        account = Account(
            client,
            accept_change=configured.accept_account_change,
            run=Run(lambda: next(self.starts), journal),
        )
        return Lifecycle(kind, account, configured)

    def writes(self) -> list[str]:
        """Return what changed something, each as its method and path."""
        return [f"{method} {path}" for method, path, _ in self.sent if method != "GET"]

    def objects_in(self, path: str) -> list[dict[str, Any]]:
        """Return the objects of a collection."""
        return [one for place, one in self.objects.items() if place.startswith(f"{path}/")]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request, unless `interfere` does."""
        return self.interfere(request, self.respond)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Carry out a request, and return the response."""
        path = request.url.path.removeprefix("/v1")
        payload: dict[str, Any] = json.loads(request.content) if request.content else {}
        with self._counting:
            self.sent.append((request.method, path, payload))
            number = len(self.sent)
        match request.method:
            case "GET" if path.count("/") == 1:
                return self._page(path, int(request.url.params.get("page", 1)))
            case "POST":
                identifier = f"id_{number}"
                path = f"{path}/{identifier}"
                self.objects[path] = {**self.stored(payload), "id": identifier}
            case _ if path not in self.objects:
                return httpx.Response(404)
            case "PUT":
                self.objects[path] = {**self.stored(payload), "id": path.rsplit("/", 1)[-1]}
            case "DELETE":
                del self.objects[path]
                return httpx.Response(204)
        return httpx.Response(200, json=self.shown(self.objects[path]))

    def _page(self, path: str, number: int) -> httpx.Response:
        objects = [self.listed(self.shown(listing)) for listing in self.objects_in(path)]
        size = self.page_size
        if size is None:
            return httpx.Response(200, json=objects)
        page = objects[(number - 1) * size : number * size]
        total = -(-len(objects) // size)
        return httpx.Response(200, json={"data": page, "page": number, "total_pages": total})


def through_engine(properties: dict[str, Json]) -> dict[str, Json]:
    """Return properties as they come back from Pulumi's engine, which knows doubles only."""
    return from_engine(_doubles(to_engine(properties)))


def created(lifecycle: Lifecycle, inputs: dict[str, Json]) -> tuple[str, dict[str, Json]]:
    """Create an object as Pulumi does, and return its id and its outputs."""
    checked = lifecycle.check(through_engine(inputs), exists=False)
    assert checked.violations == []
    identifier, outputs = lifecycle.create(through_engine(checked.inputs))
    return identifier, through_engine(outputs)


def _doubles(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int():
            return float(value)
        case dict():
            return {name: _doubles(one) for name, one in value.items() if one is not None}
        case list():
            return [_doubles(element) for element in value]
    return value
