"""Processes that die in the middle of an `up`, and the `up` that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import psutil
import pytest
from support.engine_stack import QUIET, EngineStack, provider_among
from support.fault_run import FaultRun, listing
from support.waiting import HANG_GUARD, wait_until

from pulumi_setsmart.sandbox import (
    PROPERTIES,
    Sandbox,
    SandboxSettings,
    Storage,
    create_app,
    running,
)

LISTINGS = 100
GRACE = 2.0
"""Seconds for what was left behind to end by itself; then it is ended."""

PROGRAM = [listing(f"villa{number}", f"Villa {number}", 1) for number in range(LISTINGS)]


@pytest.mark.parametrize("victim", ["CLI", "provider", "CLI, state lost"])
def test_an_up_that_was_killed_is_completed_by_the_next(
    pulumi: Path, tmp_path: Path, seed: int, victim: str, record_faults: Callable[..., None]
) -> None:
    """At a random one of a hundred creates; then there are a hundred, and the state knows them."""
    random = Random(f"{victim} {seed}")  # noqa: S311 -- it has to be repeatable
    storage = Storage()
    sandbox = create_app(SandboxSettings(rate_limit=0), storage=storage)
    with running(sandbox) as base_url:
        run = FaultRun.create(pulumi, tmp_path / "stack", base_url, storage, seed)
        run.stack.declare("\n".join(resource.program for resource in PROGRAM))
        interrupt_up(run.stack, victim, sandbox, after=random.randrange(1, LISTINGS - 20))
        made = len(storage.objects(PROPERTIES)) - len(run.foreign)
        assert 0 < made < LISTINGS
        if victim == "CLI":
            run.stack.remove_damaged_attributes()
            run.stack.succeed("cancel", "--yes")
        elif victim == "CLI, state lost":
            run.stack = run.stack.with_empty_state(tmp_path / "anew")
        run.bring_to(PROGRAM)
        run.stack.assert_clean()
    record_faults(f"SIGKILL: {victim}", Counter({f"SIGKILL: {victim}": 1}), run)


def interrupt_up(stack: EngineStack, victim: str, sandbox: Sandbox, after: int) -> None:
    """Start `pulumi up` and kill a part of it after a number of creates; none of it is left."""
    command = stack.start("up", "--yes", "--skip-preview", *QUIET)
    try:
        _wait_for_creates(sandbox, after)
        everything = psutil.Process(command.pid).children(recursive=True)
        if victim == "provider":
            provider = provider_among(everything)
            assert provider is not None
            provider.kill()
        else:
            command.kill()
        command.wait(HANG_GUARD)
    finally:
        command.kill()
        command.wait()
    # What the CLI leaves behind has nobody to work for, but may finish the request it is at.
    _, left = psutil.wait_procs(everything, GRACE)
    for process in left:
        process.kill()
    psutil.wait_procs(left)


def _wait_for_creates(sandbox: Sandbox, number: int) -> None:
    wait_until(
        lambda: sum(request.method == "POST" for request in list(sandbox.requests)) >= number
    )
