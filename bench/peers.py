"""A portfolio with Terraform and a generic REST provider, with a plain dynamic provider, and ours.

All work in turns against one sandbox that shows 100 listings a page and answers 20 ms late, each
with an account of its own, with the tools' own defaults: Pulumi runs 8 operations at a time (on
2 cores), Terraform 10. `native` and `yaml` are the native plugin, with
programs in Python and in YAML; `floor` and `yaml floor` are a dynamic provider and a native plugin
that do nothing.

- `create`: `pulumi up --skip-preview`, `terraform apply`.
- `preview`: `pulumi preview` with refresh, `terraform plan`; nothing changed.
- `repair`: the same command as `create`, after somebody changed one listing in a hundred.
- `destroy`: `pulumi destroy` with refresh, `terraform destroy`.

Then all of it again with a rate limit. Terraform's provider does not read what the server says of
its limit, and gives up when it is refused. So it is told how many requests to send in a second: the
most with which no window has too many.

Without Terraform on PATH, or Pulumi's host for programs in YAML, the others are measured.
"""

import argparse
import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
from account import LATENCY, LIMIT, PAGE_SIZE, drift, drifted, free_port, serving
from attrs import frozen
from contenders import (
    CONTENDERS,
    NATIVE_FLOOR,
    NATIVE_PYTHON,
    NATIVE_YAML,
    TERRAFORM,
    Contender,
    Measurement,
    has_terraform,
    has_yaml,
)
from peers_report import write
from report import RESULTS, Conditions
from support.engine_stack import restore_sigint

from pulumi_setsmart.sandbox import Storage

WINDOW = 5.0
CASES = {"create": "up", "preview": "preview", "repair": "up", "destroy": "destroy"}
"""What is measured, in this order, and the command that does it."""
PICTURES = Path(__file__).parents[1] / "docs" / "images"


@frozen
class Peers:
    """Contenders that are measured side by side.

    Attributes:
        contenders: Who.
        listings: How many listings each has.
        window: The length of a window in seconds, where a limit is in force.
        limits: How many requests a window may have, one after the other; 0 for any number.
    """

    contenders: Sequence[Contender]
    listings: int
    window: float
    limits: Sequence[int] = (0, LIMIT)

    def measure(self, folder: Path) -> Iterator[Measurement]:
        """Measure everything, with their portfolios in a folder."""
        port = free_port()
        storages = {contender.name: Storage() for contender in self.contenders}
        with serving(self.contenders, Storage(), port) as (_, base_url):
            portfolios = [
                contender.prepare(contender, self.listings, folder / contender.name, base_url)
                for contender in self.contenders
            ]
        for limit in self.limits:
            for number, (case, command) in enumerate(CASES.items()):
                if case == "repair":
                    for contender in self.contenders:
                        drift([contender], storages[contender.name], number)
                for portfolio in portfolios:
                    contender = portfolio.contender
                    storage = storages[contender.name]
                    if limit and contender.collection is None:
                        continue  # one that sends no request meets no limit
                    # A server for each: what one has sent is not in the window of the next.
                    with serving(self.contenders, storage, port, limit, self.window) as (
                        sandbox,
                        _,
                    ):
                        measurement = portfolio.measure(
                            f"{case}, limited" if limit else case,
                            sandbox,
                            command,
                            **self._told(limit),
                        )
                    yield attrs.evolve(measurement, unrepaired=drifted(contender, storage))

    def _told(self, limit: int) -> dict[str, str]:
        """Return what Terraform's provider has to be told of a limit.

        It may send as many requests at once as in a second, and then goes on at that rate. A
        command starts it twice: to read, and to write.
        """
        rate = math.floor(limit / (self.window + 2))
        return {"TF_VAR_requests_per_second": str(rate)} if limit else {}


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listings", type=int, default=1000, metavar="N")
    parser.add_argument(
        "--only", nargs="*", metavar="NAME", help="measure these, `ours` among them"
    )
    parser.add_argument("--window", type=float, default=WINDOW, help="of the limit, in seconds")
    parser.add_argument(
        "--without-limit", action="store_true", help="measure without a rate limit only"
    )
    parser.add_argument("--name", default="peers", help="of page, figures and picture")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of page and figures")
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="folder of the picture")
    arguments = parser.parse_args()
    restore_sigint()
    yaml = [NATIVE_YAML, NATIVE_FLOOR] if has_yaml() else []
    contenders = [*CONTENDERS, NATIVE_PYTHON, *yaml, *([TERRAFORM] if has_terraform() else [])]
    if arguments.only:
        contenders = [each for each in contenders if each.name in arguments.only]
    limits = (0,) if arguments.without_limit else (0, LIMIT)
    peers = Peers(contenders, arguments.listings, arguments.window, limits)
    conditions = Conditions(PAGE_SIZE, LATENCY, LIMIT, arguments.window, rounds=1)
    measurements: list[Measurement] = []
    with tempfile.TemporaryDirectory() as folder:
        for measurement in peers.measure(Path(folder)):
            print(measurement, flush=True)
            measurements.append(measurement)
            # Each time, so that a run of half an hour that is interrupted was not for nothing.
            page = write(
                arguments.results, arguments.pictures, arguments.name, measurements, conditions
            )
    print(page)


if __name__ == "__main__":
    main()
