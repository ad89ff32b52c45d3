"""Reports drift soon after SetSmart says that a listing changed: `python watch.py INBOX STACK`.

INBOX is the file in which the receiver of examples/webhook_receiver stores events. Run this in the
folder of the Pulumi project, with a key that may only read. Events do not say who changed a
listing, so each of them may come from our own `pulumi up`: only a report can tell. It is made once
no event has come for a while and the stack is not locked. SETSMART_NOTIFY_URL gets a summary only
if there is drift.
"""

import argparse
import json
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

log = logging.getLogger("watch")
LONGEST_WAIT = 10
"""How many quiet periods a report waits at most, if events never stop."""
PAUSE_AFTER_FAILURE = 300.0
"""Seconds until a report that failed is tried again."""
DRIFT, FAILED = 1, 2
"""Exit statuses of `pulumi-setsmart report`."""

_TABLE = """
CREATE TABLE IF NOT EXISTS watched (
    stack TEXT NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (stack, event_id)
)
"""
_PENDING = """
SELECT id, CAST(strftime('%s', received_at) AS INTEGER) FROM events WHERE type LIKE 'property.%'
AND NOT EXISTS (SELECT 1 FROM watched WHERE stack = ? AND event_id = id)
"""


class Events:
    """The events about which nothing was reported yet, in the inbox: so they survive a restart.

    Args:
        inbox: The file of the receiver.
        stack: The name of the stack.
    """

    def __init__(self, inbox: Path, stack: str) -> None:
        self._inbox = inbox
        self._stack = stack

    def pending(self) -> dict[str, int]:
        """Return when they arrived, in seconds since 1970, by their ids."""
        if not self._inbox.exists():  # the receiver has not started yet
            return {}
        with closing(sqlite3.connect(self._inbox)) as database:
            database.execute(_TABLE)
            return dict(database.execute(_PENDING, (self._stack,)).fetchall())

    def finish(self, ids: Iterable[str]) -> None:
        """Note that these were reported; forget those that the receiver has forgotten."""
        with closing(sqlite3.connect(self._inbox)) as database, database:
            rows = [(self._stack, event_id) for event_id in ids]
            database.executemany("INSERT OR IGNORE INTO watched VALUES (?, ?)", rows)
            database.execute("DELETE FROM watched WHERE event_id NOT IN (SELECT id FROM events)")


class Stack:
    """A stack of the project in this folder.

    Args:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def is_locked(self) -> bool:
        """Return whether a deployment is under way, for which a preview would not wait.

        Pulumi Cloud says so. In a folder, a deployment has a lock file. A bucket has one as well,
        but no command shows it.
        """
        backend = urlsplit(json.loads(output("pulumi", "whoami", "--json"))["url"])
        name = self._name.rpartition("/")[2]
        if backend.scheme == "file":
            folder = Path(backend.netloc + backend.path).expanduser()
            return any(folder.glob(f".pulumi/locks/**/{name}/*.json"))
        stacks = json.loads(output("pulumi", "stack", "ls", "--json"))
        return any(
            stack.get("updateInProgress") and stack["name"].rpartition("/")[2] == name
            for stack in stacks
        )

    def report(self) -> int:
        """Report drift to SETSMART_NOTIFY_URL, if there is any; return the status of the report."""
        # The state is code: Pulumi runs what somebody has written into it.
        if run("pulumi-setsmart", "doctor", "--stack", self._name, "--state-only"):
            return FAILED
        with TemporaryDirectory() as folder:
            preview = str(Path(folder, "preview.json"))
            with Path(preview).open("wb") as opened:
                arguments = ("preview", "--json", "--refresh", "--stack", self._name)
                run("pulumi", *arguments, "--non-interactive", stdout=opened.fileno())
            status = run("pulumi-setsmart", "report", preview, "--fail-on", "drift")
            if status == DRIFT and run("pulumi-setsmart", "report", preview, "--notify"):
                return FAILED  # nobody was told, so it has to be tried again
            return status


def output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - without a shell


def run(*command: str, stdout: int = subprocess.DEVNULL) -> int:
    """Run a command, and return its exit status; what goes wrong is in the log."""
    return subprocess.run(command, check=False, stdout=stdout).returncode  # noqa: S603 - as above


class Watch:
    """Decides when to report.

    Args:
        events: What has happened.
        stack: What is reported.
        quiet: How many seconds without an event there have to be before a report.
    """

    def __init__(self, events: Events, stack: Stack, quiet: float) -> None:
        self._events = events
        self._stack = stack
        self._quiet = quiet
        self._not_before = 0.0

    def tick(self, now: float) -> str:
        """Do what has to be done at a time, and return what that was."""
        pending = self._events.pending()
        if not pending:
            return "no events"
        is_quiet = now - max(pending.values()) >= self._quiet
        is_late = now - min(pending.values()) >= self._quiet * LONGEST_WAIT
        if now < self._not_before or not (is_quiet or is_late):
            return "waiting"
        try:
            if self._stack.is_locked():
                return "locked"
        except subprocess.CalledProcessError:  # what went wrong is in the log
            status = FAILED
        else:
            status = self._stack.report()
        if status not in (0, DRIFT):
            self._not_before = now + PAUSE_AFTER_FAILURE
            return "failed"
        # What came while the preview ran may be later than it: that stays pending.
        self._events.finish(pending)
        return "drift" if status == DRIFT else "no drift"


def seconds() -> Iterator[float]:
    """Yield the time once a second."""
    while True:
        yield time.time()
        time.sleep(1)


def main() -> None:
    """Watch until the process is ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("inbox", type=Path)
    parser.add_argument("stack")
    parser.add_argument("--quiet", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--clock", choices=["-"], help="read the times from standard input")
    given = parser.parse_args()
    if not os.environ.get("SETSMART_NOTIFY_URL"):
        sys.exit("SETSMART_NOTIFY_URL is not set, so nobody would be told of drift")
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, stream=sys.stderr)
    watch = Watch(Events(given.inbox, given.stack), Stack(given.stack), given.quiet)
    before = ""
    for now in map(float, sys.stdin) if given.clock else seconds():
        done = watch.tick(now)
        if done != before or done in ("drift", "no drift", "failed"):
            log.info("%s: %s", given.stack, done)
        before = done
        if given.clock:
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
