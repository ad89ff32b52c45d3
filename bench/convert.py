"""What converting a spreadsheet of 2,000 listings costs, beside reading it with the plain library.

Each runs in a fresh interpreter, in turns, so that a machine that slows down slows both. A first
run that does not count writes bytecode, which an installed package has.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

LISTINGS = 2000
HEADER = ("Listing ID", "Name", "Address", "Bedrooms", "Bathrooms", "Max guests", "Price")
PLAIN = {
    "csv": "import csv; [*csv.reader(open('listings.csv', newline=''))]",
    "xlsx": (
        "import python_calamine; python_calamine.CalamineWorkbook.from_path('listings.xlsx')"
        ".get_sheet_by_index(0).to_python()"
    ),
}
GOAL_RATIO, GOAL_MEBIBYTES = 3, 150


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each is timed")
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        write_sheets(folder)
        print(f"{LISTINGS} listings, median of {runs}, interpreter included")
        for suffix, plain in PLAIN.items():
            measure(folder, "-c", plain)
            convert(folder, suffix)
            rounds = [(measure(folder, "-c", plain), convert(folder, suffix)) for _ in range(runs)]
            seconds = statistics.median(ours[0] for _, ours in rounds)
            ratio = statistics.median(ours[0] / floor[0] for floor, ours in rounds)
            peak = max(ours[1] for _, ours in rounds)
            print(f"{suffix:<5} {seconds:6.2f} s {ratio:6.1f} times the reading {peak:5.0f} MiB")
    print(f"(goals: at most {GOAL_RATIO} times, below {GOAL_MEBIBYTES} MiB)")


def write_sheets(folder: Path) -> None:
    """Write the listings as CSV and as a workbook."""
    rows = [
        (number, f"Listing {number}", f"{number} Road, Town", number % 5, 1.5, 4, f"${number}.50")
        for number in range(LISTINGS)
    ]
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Listings")
    with (folder / "listings.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for row in (HEADER, *rows):
            writer.writerow(row)
            sheet.append(row)
    workbook.save(folder / "listings.xlsx")


def convert(folder: Path, suffix: str) -> tuple[float, float]:
    """Return what the command takes: seconds and mebibytes."""
    for output in folder.glob("portfolio*"):
        output.unlink()
    return measure(folder, "-m", "pulumi_setsmart", "convert", f"listings.{suffix}")


def measure(folder: Path, *arguments: str) -> tuple[float, float]:
    """Return how many seconds a command of Python takes, and its peak memory in mebibytes.

    Raises:
        RuntimeError: It failed.
    """
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"exit status {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
