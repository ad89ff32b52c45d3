"""A large portfolio in one stack, and in several stacks that run in parallel on one key.

Both declare the same entries of one portfolio file, with the real engine against one sandbox that
shows 100 listings a page and answers 20 ms late. The several stacks are real processes that are
started at once; each takes its part with `only=`. A stack of the size of one part, alone, tells how
time and memory grow.

- `up`: creating the listings, without checkpoints of the engine.
- `preview`: with refresh, nothing changed.
- `limited`: the same preview, with 100 requests in a window of 10 s.

The memory of a stack is that of all its processes together. Each figure is that of the largest.
"""

import argparse
import json
import math
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
from account import LATENCY, LIMIT, PAGE_SIZE, WINDOW, free_port, serving
from attrs import frozen
from contenders import PARTS, PROVIDER, Portfolio
from portfolio_listings import fields
from report import RESULTS, table
from support.engine_stack import restore_sigint

from pulumi_setsmart.cli.bulk_create import NO_CHECKPOINTS
from pulumi_setsmart.sandbox import Sandbox, Storage

_TOO_MANY_REQUESTS = 429
_FIGURES = {
    "seconds": "seconds",
    "cpu_seconds": "seconds of CPU",
    "requests": "requests",
    "refused": "429s",
    "memory_mebibytes": "MiB of a stack",
    "provider_mebibytes": "MiB of a provider",
}
_HEADINGS = tuple(_FIGURES.values())


@frozen
class Run:
    """What a command took in all stacks of a portfolio.

    Attributes:
        case: What was measured.
        stacks: How many stacks there are.
        listings: How many listings they have together.
        seconds: How long it took until the last stack was done.
        cpu_seconds: What all their processes took together.
        requests: How many requests the server got, without those that it turned away.
        refused: How many it turned away (429).
        memory_mebibytes: The most memory that all processes of a stack had.
        provider_mebibytes: The most memory that a provider's process had.
    """

    case: str
    stacks: int
    listings: int
    seconds: float
    cpu_seconds: float
    requests: int
    refused: int
    memory_mebibytes: float
    provider_mebibytes: float

    def __str__(self) -> str:
        """Return a line for whoever waits for the next one."""
        return (
            f"{self.listings:6} listings in {self.stacks:2} stacks   {self.case:<8}"
            f"{self.seconds:8.1f} s{self.cpu_seconds:8.1f} s of CPU {self.requests:6} requests "
            f"{self.refused:4} rejected{self.memory_mebibytes:6.0f} MiB "
            f"{self.provider_mebibytes:4.0f} MiB"
        )


@frozen
class Split:
    """A portfolio that is split into stacks.

    Attributes:
        parts: The part of each stack.
    """

    parts: Sequence[Portfolio]

    @classmethod
    def create(cls, stacks: int, listings: int, file: Path, folder: Path, base_url: str) -> "Split":
        """Make the stacks, with nothing in them yet."""
        size = listings // stacks
        parts = []
        for number in range(stacks):
            part = PARTS.prepare(PARTS, size, folder / f"stack-{number}", base_url)
            place = {"FIRST": str(number * size), "PORTFOLIO": str(file)}
            parts.append(attrs.evolve(part, environment={**part.environment, **place}))
        return cls(parts)

    def measure(self, case: str, sandbox: Sandbox, name: str, **environment: str) -> Run:
        """Run a command in all stacks at once, and return what it took."""
        sandbox.requests.clear()
        started = time.perf_counter()
        with ThreadPoolExecutor(len(self.parts)) as threads:
            runs = [threads.submit(part.run, name, **environment) for part in self.parts]
        usages = [run.result() for run in runs]
        seconds = time.perf_counter() - started
        statuses = [request.status for request in list(sandbox.requests)]
        refused = statuses.count(_TOO_MANY_REQUESTS)
        return Run(
            case=case,
            stacks=len(self.parts),
            listings=sum(part.listings for part in self.parts),
            seconds=seconds,
            cpu_seconds=sum(each.cpu_seconds for each in usages),
            requests=len(statuses) - refused,
            refused=refused,
            memory_mebibytes=max(each.peak_mebibytes for each in usages),
            provider_mebibytes=max(each.by_role[PROVIDER].peak_mebibytes for each in usages),
        )


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listings", type=int, default=10_000, metavar="N")
    parser.add_argument("--stacks", type=int, default=10)
    parser.add_argument("--name", default="stacks", help="what the files are called")
    arguments = parser.parse_args()
    restore_sigint()
    runs = []
    for run in _runs(arguments.listings, arguments.stacks):
        print(run, flush=True)
        runs.append(run)
    print(_write(arguments.name, runs))


def _runs(listings: int, stacks: int) -> Iterator[Run]:
    port = free_port()
    for number, size in ((1, listings // stacks), (1, listings), (stacks, listings)):
        with tempfile.TemporaryDirectory() as folder:
            storage = Storage()
            file = Path(folder, "portfolio.json")
            entries = {f"villa-{each}": fields(each) for each in range(size)}
            file.write_text(json.dumps({"properties": entries}))
            with serving((PARTS,), storage, port) as (sandbox, base_url):
                split = Split.create(number, size, file, Path(folder), base_url)
                yield split.measure("up", sandbox, "up", **NO_CHECKPOINTS)
                yield split.measure("preview", sandbox, "preview")
            with serving((PARTS,), storage, port, limit=LIMIT) as (sandbox, _):
                yield split.measure("limited", sandbox, "preview")


def _write(name: str, runs: Sequence[Run]) -> str:
    small, large = (size(run.listings for run in runs) for size in (min, max))
    stacks = max(run.stacks for run in runs)
    conditions = (
        f"{PAGE_SIZE} listings a page, {LATENCY * 1000:.0f} ms away, {LIMIT} requests in "
        f"{WINDOW:.0f} s where limited, one run; Python {platform.python_version()}, "
        f"{os.cpu_count()} cores. `bench/stacks.py` says what is measured and how."
    )
    cases = [*dict.fromkeys(run.case for run in runs)]
    page = "\n\n".join(
        [
            f"# {large:,} listings in one stack, and in {stacks}",
            conditions,
            table([("", "stacks", "listings", *_HEADINGS), *map(_row, runs)]),
            f"## Growth of one stack from {small:,} to {large:,} listings",
            "The exponent *e* of N^*e*: 1 is in proportion, less is better.",
            table([("", *_HEADINGS), *(_growth(case, runs, small, large) for case in cases)]),
        ]
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(page + "\n")
    (RESULTS / f"{name}.json").write_text(
        json.dumps([attrs.asdict(run) for run in runs], indent=1) + "\n"
    )
    return page


def _row(run: Run) -> tuple[str, ...]:
    figures = (f"{getattr(run, figure):,.0f}" for figure in _FIGURES)
    return run.case, str(run.stacks), f"{run.listings:,}", *figures


def _growth(case: str, runs: Sequence[Run], small: int, large: int) -> tuple[str, ...]:
    low, high = (
        next(run for run in runs if (run.case, run.stacks, run.listings) == (case, 1, size))
        for size in (small, large)
    )
    return case, *(
        f"{math.log(getattr(high, figure) / getattr(low, figure)) / math.log(large / small):.2f}"
        if getattr(low, figure)
        else ""
        for figure in _FIGURES
    )


if __name__ == "__main__":
    main()
