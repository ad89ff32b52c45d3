"""Deployments that are broken off in the middle, and the ones that follow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from random import Random
from typing import Protocol

import pytest
from support.engine_stack import QUIET
from support.fault_run import FaultRun, listing
from support.interface import BOTH_INTERFACES, Interface
from support.interruption import interrupt, wait_for_creates
from support.postgresql_server import running_postgresql
from support.s3_server import running_s3
from support.state_backend import Folders, NetworkServer
from support.tcp_proxy import tcp_proxy
from support.waiting import HANG_GUARD

from pulumi_setsmart.sandbox import (
    PROPERTIES,
    Sandbox,
    SandboxSettings,
    Storage,
    create_app,
    running,
)

LISTINGS = 100
OUTAGE = 2.0
"""Seconds without a network to the state; the outcome has to be the same after any number."""

KILL = "SIGKILL: "
KILLS = [f"{KILL}CLI", f"{KILL}provider"]
SERVERS = ["S3", "PostgreSQL"]
INCIDENTS = {
    "test_an_up_with_a_state_on_a_server_is_completed_by_the_next": [
        *product(SERVERS, [*KILLS, "server restarted", "network cut"])
    ],
    "test_a_bulk_creation_that_was_killed_is_completed_by_the_next": [
        *product(["folder", *SERVERS], KILLS)
    ],
}
"""What may happen, over which backends."""

FEW_LISTINGS = 20
FEW_INCIDENTS = {
    "test_an_up_with_a_state_on_a_server_is_completed_by_the_next": [
        ("S3", f"{KILL}CLI"),
        ("S3", "network cut"),
        ("PostgreSQL", f"{KILL}provider"),
        ("PostgreSQL", "server restarted"),
    ],
    "test_a_bulk_creation_that_was_killed_is_completed_by_the_next": [
        ("folder", f"{KILL}CLI"),
        ("S3", f"{KILL}provider"),
        ("PostgreSQL", f"{KILL}CLI"),
    ],
}
"""Of these, what is tested each time, with fewer listings."""

PROGRAM = [listing(f"villa{number}", f"Villa {number}", 1) for number in range(LISTINGS)]


class OpenStateServer(Protocol):
    """Runs a server for states."""

    def __call__(self, name: str) -> NetworkServer:
        """Return that with a name."""


@pytest.fixture
def state_server() -> Iterator[OpenStateServer]:
    """Servers for states, which a test may kill."""
    with ExitStack() as servers:

        def open_one(name: str) -> NetworkServer:
            if name == "S3":
                return servers.enter_context(running_s3())
            return servers.enter_context(running_postgresql())

        yield open_one


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose what happens."""
    if "incident" in metafunc.fixturenames:
        is_thorough = metafunc.config.getoption("--seeds") > 1
        incidents = (INCIDENTS if is_thorough else FEW_INCIDENTS)[metafunc.function.__name__]
        metafunc.parametrize(("backend_name", "incident"), incidents)
        metafunc.parametrize("listings", [LISTINGS if is_thorough else FEW_LISTINGS])


@BOTH_INTERFACES
@pytest.mark.parametrize("victim", ["CLI", "provider", "CLI, state lost"])
def test_an_up_that_was_killed_is_completed_by_the_next(
    pulumi: Path,
    tmp_path: Path,
    seed: int,
    victim: str,
    interface: Interface,
    record_faults: Callable[..., None],
) -> None:
    """At a random one of a hundred creates; then there are a hundred, and the state knows them."""
    random = Random(f"{victim} {seed}")  # noqa: S311 -- it has to be repeatable
    with serving() as (sandbox, base_url):
        run = FaultRun.create(
            pulumi, tmp_path / "stack", base_url, sandbox.storage, seed, interface=interface
        )
        run.stack.declare("\n".join(resource.program for resource in PROGRAM))
        command = run.stack.start("up", "--yes", "--skip-preview", *QUIET)
        process = victim.partition(",")[0]
        interrupt(command, process, sandbox, after=random.randrange(1, LISTINGS - 20))
        assert 0 < made(run) < LISTINGS
        if victim == "CLI":
            run.stack.remove_damaged_attributes()
            run.stack.succeed("cancel", "--yes")
        elif victim == "CLI, state lost":
            run.stack = run.stack.with_empty_state(tmp_path / "anew")
        run.bring_to(PROGRAM)
        run.stack.assert_clean()
    kind = f"SIGKILL: {victim} ({interface.name})"
    record_faults(kind, Counter({kind: 1}), run)


def test_an_up_with_a_state_on_a_server_is_completed_by_the_next(
    pulumi: Path,
    tmp_path: Path,
    seed: int,
    backend_name: str,
    incident: str,
    listings: int,
    state_server: OpenStateServer,
    record_faults: Callable[..., None],
) -> None:
    """Whether a process, the server or the network to it fails, at a random create."""
    program = PROGRAM[:listings]
    kind = f"{backend_name}: {incident}"
    random = Random(f"{kind} {seed}")  # noqa: S311 -- it has to be repeatable
    server = state_server(backend_name)
    with serving() as (sandbox, base_url), tcp_proxy(server.port) as network:
        backend = server.backend("kills", port=network.port)
        run = FaultRun.create(
            pulumi, tmp_path / "stack", base_url, sandbox.storage, seed, backend.writer
        )
        run.stack.declare("\n".join(resource.program for resource in program))
        command = run.stack.start("up", "--yes", "--skip-preview", *QUIET)
        after = random.randrange(1, listings - listings // 5)
        if incident.startswith(KILL):
            interrupt(command, incident.removeprefix(KILL), sandbox, after)
        else:
            wait_for_creates(sandbox, after)
            network.cut()
            if incident == "server restarted":
                server.restart()
            else:
                time.sleep(OUTAGE)
            network.restore()  # without it, Pulumi tries again for ever
            command.wait(HANG_GUARD)
        assert made(run) > 0
        run.stack.succeed("cancel", "--yes")
        run.bring_to(program)
        run.stack.assert_clean()
    record_faults(kind, Counter({kind: 1}), run)


def test_a_bulk_creation_that_was_killed_is_completed_by_the_next(
    pulumi: Path,
    tmp_path: Path,
    seed: int,
    backend_name: str,
    incident: str,
    listings: int,
    state_server: OpenStateServer,
    record_faults: Callable[..., None],
) -> None:
    """It adopts what the killed one created, and stores nothing that says so afterwards."""
    program = PROGRAM[:listings]
    kind = f"bulk-create, {backend_name}: {incident}"
    victim = incident.removeprefix(KILL)
    random = Random(f"{kind} {seed}")  # noqa: S311 -- it has to be repeatable
    server = Folders(tmp_path) if backend_name == "folder" else state_server(backend_name)
    with serving() as (sandbox, base_url):
        backend = server.backend("bulk")
        run = FaultRun.create(
            pulumi,
            tmp_path / "stack",
            base_url,
            sandbox.storage,
            seed,
            backend.writer,
            adopts=False,
        )
        run.stack.declare("\n".join(resource.program for resource in program))
        command = run.stack.start_command("bulk-create", "--yes")
        interrupt(command, victim, sandbox, after=random.randrange(1, listings - listings // 5))
        assert 0 < made(run) < listings
        if victim == "CLI":
            assert run.ids_by_name() == {}
            run.stack.succeed("cancel", "--yes")
        finished = run.stack.command("bulk-create", "--yes")
        assert finished.returncode == 0, finished.stderr
        run.assert_holds(program)
        run.stack.assert_clean()
        assert "bulkCreate" not in run.stack.succeed("stack", "tag", "ls")
    record_faults(kind, Counter({kind: 1}), run)


@contextmanager
def serving() -> Iterator[tuple[Sandbox, str]]:
    """Serve an account without a rate limit while the block runs."""
    sandbox = create_app(SandboxSettings(rate_limit=0), storage=Storage())
    with running(sandbox) as base_url:
        yield sandbox, base_url


def made(run: FaultRun) -> int:
    """Return how many listings were created."""
    return len(run.storage.objects(PROPERTIES)) - len(run.foreign)
