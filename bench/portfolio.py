"""What a portfolio costs: ours, a plain dynamic provider and one that does nothing, side by side.

All run with the real engine, in turns, against one sandbox that shows 100 listings a page and
answers 20 ms late. The order is turned round from one round to the next, and what is reported of
several rounds is the median; of ratios, the median of those within a round.

- `up`: creating the portfolio, `pulumi up --skip-preview`.
- `preview`: `pulumi preview` with refresh, nothing changed, no limit in force.
- `drift`: `pulumi up --skip-preview` after somebody changed one listing in a hundred.
- `limited`: the same preview as above, with 100 requests in a window.

`--skip-checkpoints` lets the engine write its state once instead of at every step, which for
thousands of listings takes longer than all else; then `up` is called `up, no checkpoints`.
"""

import argparse
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from contenders import CONTENDERS, FLOOR, OURS, PLAIN, PLAIN_LISTINGS, Measurement, Portfolio
from report import Conditions, write
from support.engine_stack import restore_sigint

from pulumi_setsmart.sandbox import (
    COLLECTIONS,
    ApiKey,
    Behaviour,
    Sandbox,
    SandboxSettings,
    Storage,
    create_app,
    running,
)

PAGE_SIZE = 100
LATENCY = 0.02
LIMIT = 100
WINDOW = 10.0
SHARE_DRIFTED = 100
RESULTS = Path(__file__).parent / "results"


@frozen
class Bench:
    """What is measured.

    Attributes:
        rounds: How often each command is.
        skip_checkpoints: Whether the engine writes its state only once.
    """

    rounds: int
    skip_checkpoints: bool

    def of(self, listings: int, folder: Path) -> Iterator[Measurement]:
        """Measure portfolios of a size, with their stacks in a folder."""
        port = free_port()
        for number in range(self.rounds):
            storage = Storage()
            with serving(storage, port) as (sandbox, base_url):
                portfolios = [
                    Portfolio.create(
                        contender, listings, folder / f"{number}-{contender.name}", base_url
                    )
                    for contender in CONTENDERS
                ]
                for portfolio in in_turn(portfolios, number):
                    yield self._created(portfolio, sandbox)
        with serving(storage, port) as (sandbox, _):
            for number in range(self.rounds):
                for portfolio in in_turn(portfolios, number):
                    yield portfolio.measure("preview", sandbox, "preview")
            managing = [portfolio for portfolio in portfolios if portfolio.contender is not FLOOR]
            for number in range(self.rounds):
                drift(storage, number)
                for portfolio in in_turn(managing, number):
                    yield portfolio.measure("drift", sandbox, "up", "--yes", "--skip-preview")
        with serving(storage, port, limit=LIMIT) as (sandbox, _):
            for portfolio in managing:
                yield portfolio.measure("limited", sandbox, "preview")

    def _created(self, portfolio: Portfolio, sandbox: Sandbox) -> Measurement:
        command = ("up", "--yes", "--skip-preview")
        if not self.skip_checkpoints:
            return portfolio.measure("up", sandbox, *command)
        # Pulumi knows this setting as an experimental one only.
        environment = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
        return portfolio.measure("up, no checkpoints", sandbox, *command, **environment)


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listings", type=int, nargs="+", default=[100, 300, 1000], metavar="N")
    parser.add_argument("--rounds", type=int, default=2, help="how often each command is measured")
    parser.add_argument("--skip-checkpoints", action="store_true")
    parser.add_argument("--name", default="portfolio", help="what the files are called")
    arguments = parser.parse_args()
    restore_sigint()
    bench = Bench(arguments.rounds, arguments.skip_checkpoints)
    measurements: list[Measurement] = []
    for listings in arguments.listings:
        with tempfile.TemporaryDirectory() as folder:
            for measurement in bench.of(listings, Path(folder)):
                print(
                    f"{measurement.listings:6} listings   {measurement.case:<20} "
                    f"{measurement.contender:<6}{measurement.seconds:8.1f} s "
                    f"{measurement.requests:6} requests {measurement.refused:4} rejected"
                    f"{measurement.peak_mebibytes:7.0f} MiB",
                    flush=True,
                )
                measurements.append(measurement)
    conditions = Conditions(PAGE_SIZE, LATENCY, LIMIT, WINDOW, arguments.rounds)
    print(write(RESULTS, arguments.name, measurements, conditions))


@contextmanager
def serving(storage: Storage, port: int, limit: int = 0) -> Iterator[tuple[Sandbox, str]]:
    """Serve what a storage holds, as far away as a network, while the block runs."""
    settings = SandboxSettings(
        keys=tuple(ApiKey(f"key-of-{contender.name}") for contender in CONTENDERS),
        rate_limit=limit,
        rate_window=WINDOW,
        latency=LATENCY,
        behaviour=Behaviour(page_size=PAGE_SIZE),
    )
    sandbox = create_app(settings, storage=storage, collections=(*COLLECTIONS, PLAIN_LISTINGS))
    with running(sandbox, port=port) as base_url:
        yield sandbox, base_url


def free_port() -> int:
    """Return a port that all servers of a portfolio can have, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def in_turn(portfolios: Sequence[Portfolio], number: int) -> Sequence[Portfolio]:
    """Return portfolios in the order of a round."""
    return portfolios if number % 2 == 0 else portfolios[::-1]


def drift(storage: Storage, number: int) -> None:
    """Change one listing in a hundred of each portfolio, another one in each round."""
    for contender in (OURS, PLAIN):
        collection = contender.collection
        if collection is not None:
            for listing in storage.objects(collection)[number::SHARE_DRIFTED]:
                changed = {**listing, "max_guests": 77}
                storage.replace(collection, str(listing["id"]), changed)


if __name__ == "__main__":
    main()
