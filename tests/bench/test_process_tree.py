"""What the processes of a command took, by what they are for."""

import subprocess
import sys
from pathlib import Path

from process_tree import ProcessTree

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2], "child"])
sys.stdin.read()
child.kill()
child.wait()
"""
CHILD = """
import pathlib, signal, sys, time
kept = bytearray(120 << 20)
while time.process_time() < 0.5: pass
pathlib.Path(sys.argv[1]).touch()
signal.pause()
"""


def test_each_process_counts_for_its_role(tmp_path: Path) -> None:
    """The child works and keeps more than its parent; it ends once it was asked after its work."""
    worked = tmp_path / "worked"
    command = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD, str(worked), "parent"], stdin=subprocess.PIPE
    )
    searches = []

    def role_of(line: list[str]) -> str:
        role = line[-1]
        if role == "child" and worked.exists():
            searches.append(role)
            if len(searches) > 1 and command.stdin is not None:
                command.stdin.close()
        return role

    usages = ProcessTree(command, role_of).watch()
    assert command.returncode == 0
    assert set(usages.by_role) == {"parent", "child"}
    parent, child = usages.by_role["parent"], usages.by_role["child"]
    assert child.cpu_seconds >= 0.4  # the kernel counts in ticks
    assert child.peak_mebibytes > 120 > parent.peak_mebibytes > 1
    assert usages.peak_mebibytes > child.peak_mebibytes
    assert usages.cpu_seconds == parent.cpu_seconds + child.cpu_seconds


def test_a_command_that_has_ended_took_nothing_that_was_seen() -> None:
    """There is nobody to ask any more."""
    command = subprocess.Popen([sys.executable, "-c", "pass"])
    command.wait()
    usages = ProcessTree(command, lambda _: "engine").watch()
    assert (usages.by_role, usages.cpu_seconds, usages.peak_mebibytes) == ({}, 0, 0)
