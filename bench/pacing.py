"""How well the pacer keeps to a rate limit: one process on a key, and several.

Each process has one pacer and four threads that ask the sandbox for as much as they are let. What
is measured is how many requests are turned away (429), the share of the allowed requests that are
made, and how evenly the processes share them: the most that one got, as a multiple of the least.
Requests are counted by the window that their response tells, and only windows that ended
within the measure count, so that none is cut short. From the beginning of the first of them to the
end of the last,

    allowed = limit * elapsed time / mean length of a window

A window of the sandbox begins with a request and ends at the reset that it tells. So a window that
is not used up lowers the share, and so does every moment between the end of a window and the
request that begins the next one.

Responses of a server on the same machine come so fast that a window is used up within the same
second of its `Date`, which then tells the time least exactly. So each request takes some
milliseconds longer, as over a network; `--latency 0` shows the worst case.
"""

import argparse
import itertools
import multiprocessing
import os
import platform
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import httpx
from attrs import frozen

from pulumi_setsmart.client.pacing import Pacer, RateLimitWaitError
from pulumi_setsmart.sandbox import DEFAULT_KEY, SandboxSettings, create_app, running

LIMIT = 200
WINDOW = 10.0
THREADS = 4
RESULTS = Path(__file__).parent / "results" / "pacing.md"
TOO_MANY_REQUESTS = 429
PROCESSES = (1, 2, 5, 10)
GOAL = "429s below 3%, at least 95% of the allowed, most : least at most 2"
HEADINGS = ("processes", "requests", "met 429", "share of the allowed", "most : least")


@frozen
class Met:
    """A response that a process met.

    Attributes:
        at: When, in seconds since 1970.
        status: Its HTTP status.
        reset: When its window ends, in seconds since 1970.
    """

    at: float
    status: int
    reset: int


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=140.0, help="how long it takes in all")
    parser.add_argument(
        "--latency", type=float, default=50.0, help="what the network adds to a request, in ms"
    )
    arguments = parser.parse_args()
    seconds: float = arguments.seconds / len(PROCESSES)
    latency: float = arguments.latency / 1000
    if seconds < 2 * WINDOW:
        least = 2 * WINDOW * len(PROCESSES)
        parser.error(f"at least {least:.0f} s, for windows of {WINDOW:.0f} s to end")
    rows = [row(measure(number, seconds, latency)) for number in PROCESSES]
    for line in aligned([HEADINGS, *rows]):
        print(line)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(markdown(rows, seconds, latency))


def measure(processes: int, seconds: float, latency: float) -> list[list[Met]]:
    """Return what each of several processes met within a time on one key.

    Args:
        processes: How many processes.
        seconds: For how long.
        latency: What the network adds to a request, in seconds.
    """
    app = create_app(SandboxSettings(rate_limit=LIMIT, rate_window=WINDOW))
    # Fresh interpreters: a process that forks beside the threads of the sandbox may hang.
    context = multiprocessing.get_context("spawn")
    with running(app) as base_url, ProcessPoolExecutor(processes, mp_context=context) as pool:
        until = time.time() + seconds
        drives = [pool.submit(drive, base_url, until, latency) for _ in range(processes)]
        return [finished.result(timeout=seconds + WINDOW) for finished in drives]


def drive(base_url: str, until: float, latency: float) -> list[Met]:
    """Send what the pacer admits, from several threads, and return the responses.

    Args:
        base_url: The address of the sandbox.
        until: When to stop, in seconds since 1970.
        latency: What the network adds to a request, in seconds.
    """
    pacer, met = Pacer(), list[Met]()

    def work() -> None:
        while (longest_wait := until - time.time()) > 0:
            try:
                permit = pacer.admit(longest_wait)
            except RateLimitWaitError:
                return
            time.sleep(latency / 2)
            response = http.get("/properties")
            time.sleep(latency / 2)
            pacer.settle(permit, response.status_code, response.headers)
            reset = int(response.headers["X-RateLimit-Reset"])
            met.append(Met(time.time(), response.status_code, reset))

    headers = {"X-API-Key": DEFAULT_KEY}
    with httpx.Client(base_url=base_url, headers=headers, trust_env=False) as http:
        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return met


def row(met_by_each: list[list[Met]]) -> tuple[str, ...]:
    """Return what several processes met together, and how evenly."""
    everything = list(itertools.chain.from_iterable(met_by_each))
    ended = max(met.at for met in everything)
    complete = sorted({met.reset for met in everything if met.reset <= ended})
    begun = [min(met.at for met in everything if met.reset == reset) for reset in complete]
    lengths = [reset - begin for begin, reset in zip(begun, complete, strict=True)]
    allowed = LIMIT * (complete[-1] - begun[0]) / (sum(lengths) / len(lengths))
    refused = sum(met.status == TOO_MANY_REQUESTS for met in everything)
    shares = [
        sum(met.status != TOO_MANY_REQUESTS and met.reset in complete for met in mine)
        for mine in met_by_each
    ]
    return (
        str(len(met_by_each)),
        str(len(everything) - refused),
        f"{refused} ({refused / len(everything):.1%})",
        f"{sum(shares) / allowed:.1%}",
        f"{max(shares) / min(shares):.2f}" if all(shares) else "starved",
    )


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table, its numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "   ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])])
        for name, *cells in rows
    ]


def markdown(rows: list[tuple[str, ...]], seconds: float, latency: float) -> str:
    """Return the results as a page."""
    lines = [
        "# Keeping to the rate limit",
        "",
        (
            f"A limit of {LIMIT} requests in windows of {WINDOW:.0f} s, {THREADS} threads in each "
            f"process, {latency * 1000:.0f} ms of network, {seconds:.0f} s for each row, all "
            "processes of a row on the same key; "
            f"Python {platform.python_version()}, {os.cpu_count()} cores. "
            f"`bench/pacing.py` says what is measured and how. Goal: {GOAL}."
        ),
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|---|--:|--:|--:|--:|",
        *(f"| {' | '.join(cells)} |" for cells in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
