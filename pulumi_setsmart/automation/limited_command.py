"""Pulumi's command line, which is stopped where it takes too long."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping

from attrs import frozen
from pulumi import automation
from pulumi.automation.errors import create_command_error

from pulumi_setsmart.client.errors import StackError
from pulumi_setsmart.models.message_code import MessageCode

_SECONDS_TO_DIE = 5.0


@frozen
class TimeLimit:
    """How long commands may take.

    Attributes:
        ends_at: When all of them have to be over, on the clock.
        longest: How many seconds each of them may take.
        clock: The monotonic time in seconds.
    """

    ends_at: float
    longest: float
    clock: Callable[[], float] = time.monotonic

    @property
    def left(self) -> float:
        """How many seconds there are for all that is still to do; none if it is not above 0."""
        return self.ends_at - self.clock()


class LimitedCommand(automation.PulumiCommand):
    """The command line on PATH.

    Args:
        limit: How long its runs may take.

    Raises:
        StackError: It does not even tell its version in time.
        OSError: There is none.
    """

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        # The SDK waits without a limit, so this finds out first whether the CLI responds at all.
        self._finished(["pulumi", "version"], None, {"PULUMI_SKIP_UPDATE_CHECK": "true"})
        super().__init__()

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> automation.CommandResult:
        """Run a command, as the SDK does.

        Raises:
            StackError: It was stopped.
            CommandError: It failed.
        """
        del on_output, on_error  # of commands that tell how far they are; none is run with a limit
        command = [self.command, "--non-interactive", *args]
        variables = {**additional_env, "PULUMI_AUTOMATION_API": "true"}
        result = self._finished(command, cwd, variables)
        if result.code != 0:
            raise create_command_error(result)
        return result

    def _finished(
        self, command: list[str], folder: str | None, variables: Mapping[str, str]
    ) -> automation.CommandResult:
        process = subprocess.Popen(  # noqa: S603 -- Pulumi, with arguments of the SDK
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **variables},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        seconds = max(0.0, min(self._limit.longest, self._limit.left))
        try:
            stdout, stderr = process.communicate(timeout=seconds)
        except BaseException as error:
            _stop(process)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            words = [word for word in command[1:] if not word.startswith("-")]
            raise StackError(
                f"`pulumi {words[0]}` did not end within {seconds:.0f} s and was stopped; can the "
                "place be reached where the state is kept?",
                code=MessageCode.PULUMI_TIMED_OUT,
            ) from None
        return automation.CommandResult(stdout.rstrip(), stderr.rstrip(), process.returncode)


def _stop(process: subprocess.Popen[str]) -> None:
    """End a process with all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=_SECONDS_TO_DIE)
