"""What importing the package costs, beside importing what it is built on.

A program imports a resource; the process of the provider also imports the client and the
lifecycle, once it is asked for something.

Each import runs in a fresh interpreter, in turns, so that a machine that slows down slows both.
"""

import argparse
import statistics
import subprocess
import sys
import time

PROGRAM = "from pulumi_setsmart import Property"
PROVIDER = (
    "import pulumi.dynamic, pulumi_setsmart.providers.property, pulumi_setsmart.providers.process, "
    "pulumi_setsmart.lifecycle.lifecycle, pulumi_setsmart.config"
)
BASE = "import pulumi, httpx, attrs"
GOAL = 1.3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="how often each import is timed")
    runs: int = parser.parse_args().runs
    statements = {"a program": PROGRAM, "the provider": PROVIDER, BASE: BASE}
    for statement in statements.values():  # reads the files from the disk once
        seconds_for(statement)
    rounds = [[seconds_for(statement) for statement in statements.values()] for _ in range(runs)]
    print(f"imports, median of {runs}, interpreter included; beside the last, median of the rounds")
    for number, name in enumerate(statements):
        seconds = statistics.median(times[number] for times in rounds)
        ratio = statistics.median(times[number] / times[-1] for times in rounds)
        print(f"{name:<32} {seconds * 1000:6.0f} ms {ratio:6.2f}")
    print(f"(goal for a program: at most {GOAL})")


def seconds_for(statement: str) -> float:
    """Return how long a fresh interpreter takes to run ``statement``, in seconds."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
