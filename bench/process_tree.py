"""What the processes of a command took, while it ran."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping

import psutil
from attrs import define, field, frozen

INTERVAL = 0.1
_SAMPLES_PER_SEARCH = 5
_MEBIBYTE = 1024 * 1024


@frozen
class Usage:
    """What the processes in a role took.

    Attributes:
        cpu_seconds: User and system time of all of them.
        peak_mebibytes: The most memory that one of them had.
    """

    cpu_seconds: float
    peak_mebibytes: float


@frozen
class Usages:
    """What all processes of a command took.

    Attributes:
        by_role: The same for each role.
        peak_mebibytes: The most memory that all of them had at a time.
    """

    by_role: Mapping[str, Usage]
    peak_mebibytes: float

    @property
    def cpu_seconds(self) -> float:
        """User and system time of all of them."""
        return sum(usage.cpu_seconds for usage in self.by_role.values())


@define
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
    _peaks: dict[psutil.Process, int] = field(factory=dict, init=False)
    _peak: int = field(default=0, init=False)

    def watch(self) -> Usages:
        """Wait for the command to end, and return what the processes took."""
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
        together = 0
        for process in self._roles:
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    resident = process.memory_info().rss
            except psutil.Error:
                continue
            self._cpu_seconds[process] = times.user + times.system
            self._peaks[process] = max(self._peaks.get(process, 0), resident)
            together += resident
        self._peak = max(self._peak, together)

    def _usages(self) -> Usages:
        members: dict[str, list[psutil.Process]] = defaultdict(list)
        for process in self._peaks:
            members[self._roles[process]].append(process)
        by_role = {
            role: Usage(
                sum(self._cpu_seconds[process] for process in processes),
                max(self._peaks[process] for process in processes) / _MEBIBYTE,
            )
            for role, processes in members.items()
        }
        return Usages(by_role, self._peak / _MEBIBYTE)
