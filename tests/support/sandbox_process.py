"""A sandbox as a process of its own, with a client for it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from attrs import frozen

from pulumi_setsmart.sandbox import DEFAULT_KEY
from support.unmeasured import unmeasured
from support.waiting import HANG_GUARD

_COMMAND = "from pulumi_setsmart.cli.sandbox import sandbox\nsandbox()"


@frozen
class SandboxProcess:
    """A running sandbox.

    Attributes:
        process: The process.
        client: A plain HTTP client that sends the default key; paths are below ``/v1``.
    """

    process: subprocess.Popen[str]
    client: httpx.Client

    def end(self, how: signal.Signals) -> str:
        """End it and return what it wrote to its standard error."""
        assert self.process.stderr is not None
        self.process.send_signal(how)
        self.process.wait(timeout=HANG_GUARD)
        return self.process.stderr.read()


@contextmanager
def sandbox_process(*options: str, limits: str = "") -> Iterator[SandboxProcess]:
    """Run a sandbox on a free port while the block runs.

    Args:
        options: Options of the command.
        limits: Statements that limit the process before it starts.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", f"{limits}\n{_COMMAND}", "--port", "0", *options],
        env=unmeasured() if limits else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            url = process.stdout.readline().removeprefix("SetSmart sandbox on ").strip()
            with httpx.Client(
                base_url=url,
                headers={"X-API-Key": DEFAULT_KEY},
                trust_env=False,
                timeout=HANG_GUARD,
            ) as client:
                yield SandboxProcess(process, client)
        finally:
            process.kill()
