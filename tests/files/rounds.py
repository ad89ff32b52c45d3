"""Rounds of two writers of one file, of which one is killed: a program that prints what it saw."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

from pulumi_setsmart.files.whole_file import write_file

VERSIONS = {letter: f"{letter * 997}\n" * 300 for letter in "ab"}
MOST_LOOKS = 40


def started(path: Path, letter: str) -> int:
    """Start a process that writes one of the versions again and again; return its id."""
    process = os.fork()
    if process == 0:
        while True:
            write_file(path, VERSIONS[letter])
    return process


def end(process: int) -> None:
    """Kill a process, wherever it is."""
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def main(path: Path, rounds: int, seed: int) -> dict[str, int]:
    """Return how often what was seen, after each kill and while both wrote."""
    chance = random.Random(seed)  # noqa: S311 -- moments
    seen: Counter[str] = Counter()
    known = {text: letter for letter, text in VERSIONS.items()}

    def look() -> None:
        seen[known.get(path.read_text(), "torn")] += 1

    path.write_text(VERSIONS["a"])
    writers = {letter: started(path, letter) for letter in VERSIONS}
    for _ in range(rounds):
        # Each look takes as long as it takes, so the kill comes at any step of a write.
        for _ in range(chance.randrange(MOST_LOOKS)):
            look()
        killed = chance.choice([*VERSIONS])
        end(writers[killed])
        seen["kills"] += 1
        look()
        writers[killed] = started(path, killed)
    for process in writers.values():
        end(process)
    return {**dict.fromkeys(("a", "b", "torn", "kills"), 0), **seen}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
