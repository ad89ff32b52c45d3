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
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from account import LATENCY, LIMIT, PAGE_SIZE, WINDOW, drift, free_port, serving
from attrs import frozen
from contenders import CONTENDERS, FLOOR, Measurement, Portfolio
from report import RESULTS, Conditions, write
from support.engine_stack import restore_sigint

from pulumi_setsmart.cli.bulk_create import NO_CHECKPOINTS
from pulumi_setsmart.sandbox import Sandbox, Storage


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
            with serving(CONTENDERS, storage, port) as (sandbox, base_url):
                portfolios = [
                    contender.prepare(
                        contender, listings, folder / f"{number}-{contender.name}", base_url
                    )
                    for contender in CONTENDERS
                ]
                for portfolio in in_turn(portfolios, number):
                    yield self._created(portfolio, sandbox)
        with serving(CONTENDERS, storage, port) as (sandbox, _):
            for number in range(self.rounds):
                for portfolio in in_turn(portfolios, number):
                    yield portfolio.measure("preview", sandbox, "preview")
            managing = [portfolio for portfolio in portfolios if portfolio.contender is not FLOOR]
            for number in range(self.rounds):
                drift(CONTENDERS, storage, number)
                for portfolio in in_turn(managing, number):
                    yield portfolio.measure("drift", sandbox, "up")
        with serving(CONTENDERS, storage, port, limit=LIMIT) as (sandbox, _):
            for portfolio in managing:
                yield portfolio.measure("limited", sandbox, "preview")

    def _created(self, portfolio: Portfolio, sandbox: Sandbox) -> Measurement:
        if not self.skip_checkpoints:
            return portfolio.measure("up", sandbox, "up")
        return portfolio.measure("up, no checkpoints", sandbox, "up", **NO_CHECKPOINTS)


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
                print(measurement, flush=True)
                measurements.append(measurement)
    conditions = Conditions(PAGE_SIZE, LATENCY, LIMIT, WINDOW, arguments.rounds)
    print(write(RESULTS, arguments.name, measurements, conditions))


def in_turn(portfolios: Sequence[Portfolio], number: int) -> Sequence[Portfolio]:
    """Return portfolios in the order of a round."""
    return portfolios if number % 2 == 0 else portfolios[::-1]


if __name__ == "__main__":
    main()
