"""What the programs of this folder have in common: lines with their time, and an exit code."""

import signal
import sys
import time
from collections.abc import Callable

from pulumi_cli.engine import Unavailable


def run(work: Callable[[Callable[[str], None]], None]) -> int:
    """Do some work, which says in lines what it does, and return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))  # so that nothing is left behind
    try:
        work(_speaker())
    except (Unavailable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _speaker() -> Callable[[str], None]:
    started = time.monotonic()

    def say(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - started), 60)
        sys.stdout.write(f"  {minutes}:{seconds:02}  {line}\n")
        sys.stdout.flush()

    return say
