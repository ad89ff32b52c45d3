"""Who is measured, and how one command of theirs is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import attrs
import psutil
from attrs import frozen
from support.engine_stack import QUIET, EngineStack, provider_among

from pulumi_setsmart.sandbox import PROPERTIES, ApiCollection, Sandbox

PROGRAMS = Path(__file__).parent / "programs"
PULUMI = Path(sys.executable).parent / "pulumi"
PLAIN_LISTINGS = attrs.evolve(PROPERTIES, path="plain-listings")
"""Listings of the plain provider's own, so that both portfolios stand side by side."""

_SAMPLING_INTERVAL = 0.05
_TOO_MANY_REQUESTS = 429
_MEBIBYTE = 1024 * 1024


@frozen
class Contender:
    """A provider to measure.

    Attributes:
        name: What the tables call it.
        program: The file among the programs that declares its portfolio.
        collection: Where its listings are; None for one that has none.
    """

    name: str
    program: str
    collection: ApiCollection | None


OURS = Contender("ours", "ours.py", PROPERTIES)
PLAIN = Contender("plain", "plain.py", PLAIN_LISTINGS)
FLOOR = Contender("floor", "idle.py", None)
CONTENDERS = (OURS, PLAIN, FLOOR)


@frozen
class Measurement:
    """What a command took.

    Attributes:
        case: What was measured.
        contender: Whose command it was.
        listings: How many listings the portfolio has.
        seconds: How long it took.
        requests: How many requests the server got, without those that it turned away.
        refused: How many it turned away (429).
        peak_mebibytes: The most memory that the provider's process had at a time.
    """

    case: str
    contender: str
    listings: int
    seconds: float
    requests: int
    refused: int
    peak_mebibytes: float


@frozen
class Portfolio:
    """A contender's stack.

    Attributes:
        contender: Whose it is.
        listings: How many listings it has.
        stack: The stack.
    """

    contender: Contender
    listings: int
    stack: EngineStack

    @classmethod
    def create(cls, contender: Contender, listings: int, folder: Path, base_url: str) -> Portfolio:
        """Make the stack, with nothing in it yet."""
        stack = EngineStack.create(PULUMI, folder, base_url, f"key-of-{contender.name}")
        shutil.copy(PROGRAMS / contender.program, folder / "__main__.py")
        stack.environment["LISTINGS"] = str(listings)
        stack.environment["PYTHONPATH"] = str(PROGRAMS)
        return cls(contender, listings, stack)

    def measure(
        self, case: str, sandbox: Sandbox, *command: str, **environment: str
    ) -> Measurement:
        """Run a command of the CLI and return what it took.

        Raises:
            RuntimeError: It failed.
        """
        sandbox.requests.clear()
        started = time.perf_counter()
        with (self.stack.folder / "printed.txt").open("wb") as printed:
            process = subprocess.Popen(
                [self.stack.pulumi, *command, *QUIET],
                cwd=self.stack.folder,
                env={**self.stack.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            peak = _peak_memory(process)
        seconds = time.perf_counter() - started
        if process.returncode != 0:
            raise RuntimeError((self.stack.folder / "printed.txt").read_text())
        statuses = [request.status for request in list(sandbox.requests)]
        refused = statuses.count(_TOO_MANY_REQUESTS)
        return Measurement(
            case=case,
            contender=self.contender.name,
            listings=self.listings,
            seconds=seconds,
            requests=len(statuses) - refused,
            refused=refused,
            peak_mebibytes=peak / _MEBIBYTE,
        )


def _peak_memory(command: subprocess.Popen[bytes]) -> int:
    """Return, once the command has ended, the most bytes that its provider's process had."""
    peak, provider = 0, None
    while True:
        try:
            command.wait(_SAMPLING_INTERVAL)
        except subprocess.TimeoutExpired:
            try:
                if provider is None:
                    started = psutil.Process(command.pid).children(recursive=True)
                    provider = provider_among(started)
                peak = max(peak, provider.memory_info().rss if provider else 0)
            except psutil.Error:
                provider = None
        else:
            return peak
