"""What the processes of a command took, while it ran."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping

import psutil
from attrs import field, frozen

INTERVAL = 0.1
_SAMPLES_PER_SEARCH = 5
_MEBIBYTE = 1024 * 1024


@frozen
class Usage:
    """What the processes in a role took.

    Attributes:
        cpu_seconds: User and system time of all of them.
        peak_mebibytes: The most memory that they had at a time.
    """

    cpu_seconds: float
    peak_mebibytes: float


@frozen
class ProcessTree:
    """A running command and all processes that it starts.

    The processes are asked ten times a second, and twice a second for new ones: what one takes
    between the last sample and its end is not counted, nor is a process that both begins and ends
    between two searches.

    Attributes:
        command: The process of the command.
        role_of: Tells from the command line of a process what it is for.
    """

    command: subprocess.Popen[bytes]
    role_of: Callable[[list[str]], str]
    _roles: dict[psutil.Process, str] = field(factory=dict, init=False)
    _cpu_seconds: dict[psutil.Process, float] = field(factory=dict, init=False)
    _peaks: dict[str, int] = field(factory=lambda: defaultdict(int), init=False)

    def watch(self) -> Mapping[str, Usage]:
        """Wait for the command to end, and return what the processes took by their roles."""
        number = 0
        while True:
            try:
                self.command.wait(INTERVAL)
            except subprocess.TimeoutExpired:
                if number % _SAMPLES_PER_SEARCH == 0:
                    self._search()
                self._sample()
                number += 1
            else:
                return self._usages()

    def _search(self) -> None:
        try:
            root = psutil.Process(self.command.pid)
            processes = [root, *root.children(recursive=True)]
        except psutil.Error:
            return
        for process in processes:
            try:
                # Asked each time: a process has the command line of its parent until it execs.
                self._roles[process] = self.role_of(process.cmdline())
            except psutil.Error:
                continue

    def _sample(self) -> None:
        memory: dict[str, int] = defaultdict(int)
        for process, role in self._roles.items():
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    memory[role] += process.memory_info().rss
            except psutil.Error:
                continue
            self._cpu_seconds[process] = times.user + times.system
        for role, resident in memory.items():
            self._peaks[role] = max(self._peaks[role], resident)

    def _usages(self) -> Mapping[str, Usage]:
        cpu_seconds: dict[str, float] = defaultdict(float)
        for process, seconds in self._cpu_seconds.items():
            cpu_seconds[self._roles[process]] += seconds
        return {
            role: Usage(cpu_seconds[role], peak / _MEBIBYTE) for role, peak in self._peaks.items()
        }
