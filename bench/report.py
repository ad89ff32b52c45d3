"""The results of a bench as a page, as JSON and as a picture."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs
import matplotlib as mpl
from attrs import frozen
from contenders import CONTENDERS, FLOOR, OURS, PLAIN, Measurement
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, ScalarFormatter

RESULTS = Path(__file__).parent / "results"
NAMES = tuple(contender.name for contender in CONTENDERS)
HEADINGS = ("", "listings", *NAMES, "ours / floor", "plain / ours")
_COLOURS = {"ours": "tab:blue", "plain": "tab:orange", "floor": "tab:gray"}
_NOTHING = ""


@frozen
class Conditions:
    """Under which everything was measured.

    Attributes:
        page_size: How many listings there are on a page of the list.
        latency: How many seconds later the server answers.
        limit: How many requests it allows in a window, where a limit is in force.
        window: The length of a window in seconds.
        rounds: How often each command was measured; a limited one, once.
    """

    page_size: int
    latency: float
    limit: int
    window: float
    rounds: int

    def __str__(self) -> str:
        """Return them in a sentence."""
        rounds = "one run" if self.rounds == 1 else f"medians of {self.rounds} rounds"
        return (
            f"{self.page_size} listings a page, {self.latency * 1000:.0f} ms away, "
            f"{self.limit} requests in {self.window:.0f} s where limited, "
            f"{rounds}; Python {platform.python_version()}, "
            f"{os.cpu_count()} cores."
        )


@frozen
class Results:
    """What was measured.

    Attributes:
        measurements: All of it.
    """

    measurements: Sequence[Measurement]

    @property
    def cases(self) -> list[str]:
        """What was measured, each once."""
        return [*dict.fromkeys(measurement.case for measurement in self.measurements)]

    @property
    def sizes(self) -> list[int]:
        """The sizes of portfolios, the smallest first."""
        return sorted({measurement.listings for measurement in self.measurements})

    def column(self, case: str, contender: str, listings: int, figure: str) -> list[float]:
        """Return a figure of all rounds of a command."""
        return [
            getattr(measurement, figure)
            for measurement in self.measurements
            if (measurement.case, measurement.contender, measurement.listings)
            == (case, contender, listings)
        ]

    def median(self, case: str, contender: str, listings: int, figure: str) -> float | None:
        """Return the median of a figure, or None where it was not measured."""
        column = self.column(case, contender, listings, figure)
        return statistics.median(column) if column else None

    def ratio(self, case: str, one: str, other: str, listings: int, figure: str) -> float | None:
        """Return the median of the ratios within the rounds, or None."""
        columns = [self.column(case, name, listings, figure) for name in (one, other)]
        ratios = [a / b for a, b in zip(*columns, strict=False) if b]
        return statistics.median(ratios) if ratios else None

    def exponent(self, case: str, contender: str, figure: str) -> float | None:
        """Return with which power of the size a figure grows, from the smallest to the largest."""
        smallest, largest = self.sizes[0], self.sizes[-1]
        low = self.median(case, contender, smallest, figure)
        high = self.median(case, contender, largest, figure)
        if not low or not high or smallest == largest:
            return None
        return math.log(high / low) / math.log(largest / smallest)


def write(
    folder: Path, name: str, measurements: Sequence[Measurement], conditions: Conditions
) -> str:
    """Write the results of a portfolio to files of a name, and return them as a page."""
    results = Results(measurements)
    page = _page(results, name, conditions)
    write_texts(folder, name, page, measurements, conditions)
    _plot(results, folder / f"{name}.png", conditions)
    return page


def write_texts(
    folder: Path,
    name: str,
    page: str,
    measurements: Sequence[Measurement],
    conditions: Conditions,
) -> None:
    """Write a page and the measurements that it shows to files of a name."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(page)
    (folder / f"{name}.json").write_text(
        json.dumps(
            {
                "conditions": attrs.asdict(conditions),
                "python": platform.python_version(),
                "cores": os.cpu_count(),
                "measurements": [attrs.asdict(measurement) for measurement in measurements],
            },
            indent=1,
        )
        + "\n"
    )


def shown(number: float | None, digits: int) -> str:
    """Return a number as tables have it; blank where nothing was measured."""
    return _NOTHING if number is None else f"{number:,.{digits}f}"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows, the first of them the headings, as a table in Markdown."""
    first, *others = rows
    aligned = "|---|" + "--:|" * (len(first) - 1)
    return "\n".join(
        [f"| {' | '.join(first)} |", aligned, *(f"| {' | '.join(row)} |" for row in others)]
    )


def _page(results: Results, name: str, conditions: Conditions) -> str:
    sections = [
        "# What a portfolio costs",
        f"{conditions} `bench/portfolio.py` says what is measured and how.",
        "## Time in seconds",
        table(_times(results)),
        "## Requests",
        table(_requests(results)),
        "## Peak memory of the provider's process in MiB",
        table(_figures(results, "peak_mebibytes", 0)),
    ]
    if len(results.sizes) > 1:
        sections += [
            f"## Growth from {results.sizes[0]} to {results.sizes[-1]} listings",
            "The exponent *e* of N^*e*: 1 is in proportion, less is better.",
            table(_exponents(results)),
        ]
    sections.append(f"![Time and requests over the number of listings]({name}.png)")
    return "\n\n".join(sections) + "\n"


def _times(results: Results) -> Iterator[tuple[str, ...]]:
    yield HEADINGS
    for row in _figures(results, "seconds", 1):
        if row[0] == "":
            continue
        case, listings = row[0], int(row[1])
        above = results.ratio(case, OURS.name, FLOOR.name, listings, "seconds")
        faster = results.ratio(case, PLAIN.name, OURS.name, listings, "seconds")
        yield (*row, shown(above, 2), shown(faster, 2))


def _requests(results: Results) -> Iterator[tuple[str, ...]]:
    yield ("", "listings", OURS.name, PLAIN.name, "refused (429): ours", "plain")
    for case in results.cases:
        for listings in results.sizes:
            yield (
                case,
                str(listings),
                *(
                    shown(results.median(case, contender.name, listings, figure), 0)
                    for figure in ("requests", "refused")
                    for contender in (OURS, PLAIN)
                ),
            )


def _figures(results: Results, figure: str, digits: int) -> Iterator[tuple[str, ...]]:
    yield ("", "listings", *NAMES)
    for case in results.cases:
        for listings in results.sizes:
            medians = [
                results.median(case, contender.name, listings, figure) for contender in CONTENDERS
            ]
            yield (case, str(listings), *(shown(median, digits) for median in medians))


def _exponents(results: Results) -> Iterator[tuple[str, ...]]:
    figures = {"time": "seconds", "requests": "requests", "memory": "peak_mebibytes"}
    yield ("", *(f"{what}: {contender.name}" for what in figures for contender in CONTENDERS))
    for case in results.cases:
        yield (
            case,
            *(
                shown(results.exponent(case, contender.name, figure), 2)
                for figure in figures.values()
                for contender in CONTENDERS
            ),
        )


def _plot(results: Results, path: Path, conditions: Conditions) -> None:
    mpl.use("agg")
    figure = Figure(figsize=(4 * len(results.cases), 7), layout="constrained")
    figure.suptitle(f"{conditions}", fontsize="small")
    panels = figure.subplots(2, len(results.cases), squeeze=False, sharex=True)
    for number, case in enumerate(results.cases):
        for row, what in enumerate(("seconds", "requests")):
            panel = panels[row][number]
            panel.set_title(case)
            panel.set_ylabel(what)
            panel.set_xlabel("listings")
            panel.set_xscale("log")
            panel.set_yscale("log")
            panel.set_xticks(results.sizes, [str(size) for size in results.sizes])
            panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            panel.yaxis.set_major_formatter(ScalarFormatter())
            panel.minorticks_off()
            panel.grid(alpha=0.3)
            for contender in CONTENDERS:
                points = [
                    (size, median)
                    for size in results.sizes
                    if (median := results.median(case, contender.name, size, what))
                ]
                if points:
                    sizes, medians = zip(*points, strict=True)
                    colour = _COLOURS[contender.name]
                    panel.plot(sizes, medians, "o-", label=contender.name, color=colour)
            panel.legend(fontsize="small")
    figure.savefig(path, dpi=110)
