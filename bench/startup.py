"""What importing the package costs, beside importing what it is built on.

Each import runs in a fresh interpreter, in turns, so that a machine that slows down slows both.
"""

import argparse
import statistics
import subprocess
import sys
import time

OURS = "import pulumi_setsmart"
BASE = "import pulumi, httpx, attrs"
GOAL = 1.3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="how often each import is timed")
    runs: int = parser.parse_args().runs
    for statement in (OURS, BASE):  # reads the files from the disk once
        seconds_for(statement)
    pairs = [(seconds_for(OURS), seconds_for(BASE)) for _ in range(runs)]
    ours, base = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"{OURS:<32} {ours * 1000:6.0f} ms (median of {runs}, interpreter included)")
    print(f"{BASE:<32} {base * 1000:6.0f} ms")
    print(f"ratio, median of the pairs       {ratio:6.2f}    (goal: at most {GOAL})")


def seconds_for(statement: str) -> float:
    """Return how long a fresh interpreter takes to run ``statement``, in seconds."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
