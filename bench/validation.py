"""What `pulumi-setsmart validate` costs, beside reading the same file with the plain library.

A file has 2,000 listings with all documented fields. Each command runs in a fresh interpreter, in
turns. A first run that does not count writes bytecode, which an installed package has. "within"
leaves out the start of Python and the imports, as a large file is mostly that.
"""

import argparse
import csv
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from pulumi_setsmart.specification.likely_mistakes import likely_mistakes
from pulumi_setsmart.specification.reading import check_files
from pulumi_setsmart.specification.yaml_loader import LOADER

LISTINGS = 2000
GOALS = {"yaml": 2.0, "json": None, "csv": 3.0}
MOST_MEBIBYTES = 150

PLAIN = {
    "yaml": "import sys, yaml; yaml.load(open(sys.argv[1]), yaml.CSafeLoader)",
    "json": "import sys, json; json.load(open(sys.argv[1]))",
    "csv": "import sys, csv; list(csv.DictReader(open(sys.argv[1], newline='')))",
}
READ: dict[str, Callable[[str], object]] = {
    "yaml": lambda text: yaml.load(text, LOADER),  # noqa: S506 - a safe loader
    "json": json.loads,
    "csv": lambda text: list(csv.DictReader(io.StringIO(text, newline=""))),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="how often each command is timed")
    runs: int = parser.parse_args().runs
    print(f"{LISTINGS} listings, medians of {runs}: validate / plain library = ratio")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        for ending in GOALS:
            path = Path(folder) / f"portfolio.{ending}"
            path.write_text(text_of(ending))
            report(path, ending, runs)


def report(path: Path, ending: str, runs: int) -> None:
    """Measure a file of a format, and print it."""
    ours = [sys.executable, "-m", "pulumi_setsmart", "validate", str(path)]
    plain = [sys.executable, "-c", PLAIN[ending], str(path)]
    for command in (ours, plain):  # also reads the files from the disk once
        measured(command)
    commands = [(measured(ours), measured(plain)) for _ in range(runs)]
    text = path.read_text()
    within = [
        (timed(lambda: checked(path)), timed(lambda: READ[ending](text))) for _ in range(runs)
    ]
    peak = max(own[1] for own, _ in commands)
    goal = "" if GOALS[ending] is None else f" (goal {GOALS[ending]:.0f})"
    show(f"{ending}, command", [(own[0], other[0]) for own, other in commands], goal)
    show(f"{ending}, within", within, goal)
    print(f"{ending}, peak memory   {peak:6.0f} MiB (goal {MOST_MEBIBYTES})")


def show(name: str, pairs: list[tuple[float, float]], goal: str) -> None:
    """Print medians, and that of the ratios within the rounds."""
    own, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / another for one, another in pairs)
    print(f"{name:<20} {own * 1000:6.0f} ms / {other * 1000:6.0f} ms = {ratio:5.2f}{goal}")


def checked(path: Path) -> None:
    """Look for all that is wrong with a file."""
    found = check_files([path])
    mistakes = [*found.violations, *likely_mistakes(found.documents, found.merged)]
    if mistakes:
        raise ValueError(str(mistakes[0]))


def timed(action: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measured(command: list[str]) -> tuple[float, float]:
    """Return the seconds that a command takes, and its peak memory in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return seconds, usage.ru_maxrss / 1024


def text_of(ending: str) -> str:
    """Return a portfolio as the text of a file."""
    listings = {
        f"listing-{number}": {
            "name": f"Listing number {number}",
            "address": f"{number} Ocean Drive, Lisbon",
            "bedrooms": number % 7,
            "bathrooms": 1.5,
            "max_guests": number % 12 + 1,
            "status": "active",
        }
        for number in range(LISTINGS)
    }
    match ending:
        case "yaml":
            return yaml.safe_dump({"properties": listings})
        case "json":
            return json.dumps({"properties": listings}, indent=2)
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, ["resource_name", *listings["listing-0"]])
    rows.writeheader()
    rows.writerows({"resource_name": key, **listing} for key, listing in listings.items())
    return text.getvalue()


if __name__ == "__main__":
    main()
