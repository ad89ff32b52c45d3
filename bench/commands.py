"""What our commands cost, and how that grows with the number of listings.

Each is a whole process, beside a sandbox that shows 100 listings a page and answers 20 ms late.

- `export`: the account as a portfolio file.
- `adopt`: the same, with names and an import file; `adopt, again` matches them with the account.
- `compare`: that portfolio file with the account.
- `report`: a saved preview that updates every listing, as Markdown; `report, page` is the same as a
  page.

`adopt` and `report` without a stack leave out what Pulumi takes: `pulumi import`, `pulumi preview`.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from account import LATENCY, LIMIT, PAGE_SIZE, WINDOW, free_port, serving
from contenders import OURS, PROVIDER, Measurement, Portfolio
from portfolio_listings import fields
from report import RESULTS, Conditions, Results, shown, table, write_texts
from support.engine_stack import OUR_COMMAND
from support.preview_document import PreviewDocument

from pulumi_setsmart.sandbox import PROPERTIES, Storage

NAME = "commands"
SIZES = (1000, 3000, 10000)
_FILE = "portfolio.yaml"
_PREVIEW = "preview.json"
COMMANDS = {
    "export": ("export", "--env", "--output", "exported.yaml", "--force"),
    "adopt": ("adopt", "--env", "--file", _FILE),
    "adopt, again": ("adopt", "--env", "--file", _FILE),
    "compare": ("compare", _FILE, "account", "--env"),
    "report": ("report", _PREVIEW, "--format", "markdown", "--output", "report.md"),
    "report, page": ("report", _PREVIEW, "--format", "html", "--output", "report.html"),
}


def measure(listings: int, folder: Path) -> Iterator[Measurement]:
    """Measure all commands with an account of so many listings, in a folder."""
    storage = Storage()
    storage.insert_all(PROPERTIES, [fields(number) for number in range(listings)])
    (folder / _PREVIEW).write_text(preview(listings))
    with serving([OURS], storage, free_port()) as (sandbox, base_url):
        portfolio = Portfolio(
            contender=OURS,
            listings=listings,
            folder=folder,
            commands={name: (*OUR_COMMAND, *command) for name, command in COMMANDS.items()},
            environment={
                "HOME": str(folder),
                "PATH": os.environ["PATH"],
                "SETSMART_BASE_URL": base_url,
                "SETSMART_API_KEY": OURS.key,
            },
            role_of=lambda _: PROVIDER,
        )
        for name in COMMANDS:
            yield portfolio.measure(name, sandbox, name)


def preview(listings: int) -> str:
    """Return a preview that updates every listing."""
    document = PreviewDocument()
    for number in range(listings):
        last = fields(number)
        document.listing(f"listing-{number}", last=last, planned={**last, "max_guests": 12})
    return document.text


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listings", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of page and figures")
    arguments = parser.parse_args()
    measurements: list[Measurement] = []
    for listings in arguments.listings:
        with tempfile.TemporaryDirectory() as folder:
            for measurement in measure(listings, Path(folder)):
                print(measurement, flush=True)
                measurements.append(measurement)
    conditions = Conditions(PAGE_SIZE, LATENCY, LIMIT, WINDOW, rounds=1)
    text = page(Results(measurements), conditions)
    write_texts(arguments.results, NAME, text, measurements, conditions)
    print(text)


def page(results: Results, conditions: Conditions) -> str:
    """Return the results as a page."""
    figures = {"seconds": 1, "cpu_seconds": 1, "peak_mebibytes": 0, "requests": 0}
    titles = ("seconds", "CPU s", "MiB", "requests")
    rows = [("", *(f"{size:,}: {title}" for size in results.sizes for title in titles), "exponent")]
    for case in results.cases:
        numbers = [
            shown(results.median(case, OURS.name, size, figure), digits)
            for size in results.sizes
            for figure, digits in figures.items()
        ]
        rows.append((case, *numbers, shown(results.exponent(case, OURS.name, "cpu_seconds"), 2)))
    return (
        f"# What our commands cost\n\n{conditions} `bench/commands.py` says what is measured and "
        "how. The exponent is that of the CPU seconds, from the smallest to the largest.\n\n"
        f"{table(rows)}\n"
    )


if __name__ == "__main__":
    main()
