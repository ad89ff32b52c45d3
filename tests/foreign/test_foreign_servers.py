"""Listings come into being, drift, are found again and go, under servers that nobody here wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from foreign import django_rest, json_server, mockoon, pocketbase, strict_fastapi
from foreign.server import ForeignServer, JsonObject, RunningServer
from support.engine_stack import QUIET, EngineStack

SERVERS = (
    django_rest.PAGE_NUMBER,
    django_rest.LIMIT_OFFSET,
    django_rest.CURSOR,
    django_rest.TRAILING_SLASH,
    strict_fastapi.FASTAPI,
    json_server.OLD,
    json_server.OLD_IN_PAGES,
    json_server.OLD_BY_OFFSET,
    json_server.NEW,
    mockoon.MOCKOON,
    pocketbase.WITH_PUT,
)
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "foreign-servers.md"
THEIRS = {f"Their {number}. flat": {"bedrooms": number} for number in range(1, 5)}
OURS = {"Sea Villa": 3, "Loft": 1, "Town House": 2}
"""How many bedrooms each of our listings has."""


def program(server: ForeignServer, bedrooms: Mapping[str, int]) -> str:
    """Return a program that declares listings with so many bedrooms, by their names."""
    body = '{{"name": "{name}", "address": "1 Quay", "bedrooms": {count}}}'
    form = (
        f'Property("{{slug}}", **{body})'
        if server.path == "/properties"
        else f'ApiObject("{{slug}}", path="{server.path}", identity=["name"], body={body})'
    )
    return "\n".join(
        form.format(slug=name.lower().replace(" ", "-"), name=name, count=count)
        for name, count in bedrooms.items()
    )


def bedrooms(running: RunningServer) -> dict[str, int]:
    """Return how many bedrooms our listings have at the server, by their names."""
    held = {name: one for name, one in running.objects().items() if name not in THEIRS}
    return {name: one["bedrooms"] for name, one in held.items()}


def id_order(found: JsonObject) -> tuple[int, str]:
    """Return by what objects are sorted so that numbers as ids are in their order."""
    identifier = str(found["id"])
    return len(identifier), identifier


def requests(printed: Iterable[str]) -> list[str]:
    """Return the requests that runs of the CLI showed, each as its method and path."""
    shown = "".join(output.split("Diagnostics:")[-1] for output in printed)
    facts = [json.loads(one) for one in re.findall(r"SetSmart request (\{.*\})", shown)]
    return [f"{one['method']} {one['path']}" for one in facts]


@pytest.fixture
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    """The server that a test is parametrised with, with four listings of somebody else."""
    server: ForeignServer = request.param
    server.requirement()
    with server.running(tmp_path / "server") as running_server:
        for name, fields in THEIRS.items():
            running_server.insert({"name": name, "address": "2 Quay", "notes": "theirs", **fields})
        yield running_server


def configure(stack: EngineStack, configuration: Mapping[str, str]) -> None:
    """Set keys of a stack's configuration."""
    values = [f"--plaintext={key}={value}" for key, value in configuration.items()]
    if values:
        stack.succeed("config", "set-all", "--path", *values)


@pytest.mark.parametrize("running", SERVERS, indirect=True, ids=lambda server: server.name)
def test_listings_live_under_a_foreign_server(
    pulumi: Path,
    tmp_path: Path,
    running: RunningServer,
    record_property: Callable[[str, object], None],
) -> None:
    """Created, clean, changed, drifted, deleted by others, found by a second stack, destroyed."""
    stack = EngineStack.create(pulumi, tmp_path / "stack", running.base_url, "any-key")
    stack.environment["SETSMART_LOG"] = "debug"
    configure(stack, running.described.configuration)
    stack.declare(program(running.described, OURS))
    stack.up()
    others = {name: running.objects()[name] for name in THEIRS}
    assert bedrooms(running) == OURS
    stack.assert_clean()

    # The one with the highest id goes: some servers give its id to the next object.
    filled_in, drifted, gone = sorted(OURS, key=lambda name: id_order(running.objects()[name]))
    running.change(filled_in, notes="added by hand")
    changed = {**OURS, filled_in: 5}
    stack.declare(program(running.described, changed))
    assert "1 updated" in stack.up()
    assert bedrooms(running) == changed
    assert running.objects()[filled_in]["notes"] == "added by hand"

    running.change(drifted, bedrooms=9)
    running.delete(gone)
    preview = stack.preview()
    assert f"bedrooms: 9 => {OURS[drifted]}" in preview
    assert "1 to create" in preview
    assert "1 to update" in preview
    stack.up()
    assert bedrooms(running) == changed

    second = stack.with_empty_state(tmp_path / "second")
    [error, *_] = second.fail("preview", *QUIET).errors
    assert 'to adopt it say if_exists="adopt"' in error
    configure(second, {"setsmart:ifExists": "adopt"})
    assert not [one for one in requests([second.up()]) if not one.startswith("GET ")]
    assert bedrooms(running) == changed

    second.succeed("destroy", "--yes", "--skip-preview", *QUIET)
    assert running.objects() == others
    record_property("requests", len(requests(stack.printed)))


@pytest.mark.parametrize(
    "running",
    [strict_fastapi.FASTAPI, json_server.OLD_BY_OFFSET],
    indirect=True,
    ids=lambda server: server.name,
)
def test_a_list_that_ends_too_early_is_refused(
    pulumi: Path, tmp_path: Path, running: RunningServer
) -> None:
    """A total without a word on where the rest is: the error says how to describe it."""
    stack = EngineStack.create(pulumi, tmp_path / "stack", running.base_url, "any-key")
    stack.declare(program(running.described, OURS))
    [error, *_] = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert re.search(
        r"the list has 4 entries \(.*count\), 2 were returned.* setsmart:paging", error
    )
    assert running.objects().keys() == THEIRS.keys()


@pytest.mark.parametrize("running", [pocketbase.STOCK], indirect=True)
def test_a_server_without_put_is_told_from_a_deleted_listing(
    pulumi: Path, tmp_path: Path, running: RunningServer
) -> None:
    """It answers 404 to PUT and finds the object by GET: nothing was deleted."""
    stack = EngineStack.create(pulumi, tmp_path / "stack", running.base_url, "any-key")
    stack.declare(program(running.described, {"Loft": 1}))
    stack.up()
    stack.declare(program(running.described, {"Loft": 2}))
    [error, *_] = stack.fail("up", "--yes", "--skip-preview", *QUIET).errors
    assert "PUT" in error
    assert "deleted" not in error
    assert bedrooms(running) == {"Loft": 1}


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_documentation_names_what_is_installed(server: ForeignServer) -> None:
    """The table has a row for each server, with the version that the tests ran against."""
    server.requirement()
    assert f"\n| {server.name} | {server.version()} |" in PAGE.read_text()
