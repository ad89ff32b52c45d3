"""Breaking a deployment off in the middle."""

from __future__ import annotations

import subprocess

import psutil

from pulumi_setsmart.sandbox import Sandbox
from support.engine_stack import cli_among, provider_among
from support.waiting import HANG_GUARD, wait_until

GRACE = 2.0
"""Seconds for what was left behind to end by itself; then it is ended."""


def interrupt(command: subprocess.Popen[bytes], victim: str, sandbox: Sandbox, after: int) -> None:
    """Kill a part of a running deployment after a number of creates; none of it is left.

    Args:
        command: The deployment.
        victim: ``CLI`` or ``provider``.
        sandbox: Where it creates.
        after: After how many creates.
    """
    everything: list[psutil.Process] = []
    try:
        wait_for_creates(sandbox, after)
        started = psutil.Process(command.pid)
        everything = [started, *started.children(recursive=True)]
        process = (cli_among if victim == "CLI" else provider_among)(everything)
        assert process is not None
        process.kill()
        command.wait(HANG_GUARD)
    finally:
        command.kill()
        command.wait()
        # What the CLI leaves behind has nobody to work for, but may finish the request it is at.
        _, left = psutil.wait_procs(everything, GRACE)
        for each in left:
            each.kill()
        psutil.wait_procs(left)


def wait_for_creates(sandbox: Sandbox, number: int) -> None:
    """Wait until a number of creates were sent."""
    wait_until(
        lambda: sum(request.method == "POST" for request in list(sandbox.requests)) >= number
    )
