"""All that is looked at, in the order in which one thing needs the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pulumi_setsmart.automation.limited_command import TimeLimit
from pulumi_setsmart.automation.project import cli_version
from pulumi_setsmart.automation.stack import Configuration, Stack
from pulumi_setsmart.client.errors import ConfigurationError, StackError
from pulumi_setsmart.config import load_settings
from pulumi_setsmart.diagnosis.account import account_findings
from pulumi_setsmart.diagnosis.finding import Finding
from pulumi_setsmart.diagnosis.project import (
    configuration_finding,
    project_findings,
    version_findings,
)
from pulumi_setsmart.diagnosis.stack_choice import StackChoice
from pulumi_setsmart.diagnosis.state import code_findings

MOST_SECONDS = 60.0
"""All that is looked at takes no longer."""

_MOST_SECONDS_OF_A_COMMAND = 15.0
"""Pulumi may wait for a backend that never responds, and the account comes after it."""

_FEWEST_SECONDS_OF_ACCOUNT = 1.0


def findings(
    folder: Path | None,
    choose: StackChoice,
    environment: Mapping[str, str],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Finding]:
    """Look at everything that a run needs, and yield what is found as soon as it is.

    Nothing is changed; the account is asked twice. What takes too long is stopped, which is a
    finding, too.

    Args:
        folder: The folder of the project, or None if the environment alone counts.
        choose: Chooses the stack whose configuration counts and whose state is examined.
        environment: The environment's variables.
        clock: The monotonic time in seconds.
    """
    limit = TimeLimit(clock() + MOST_SECONDS, _MOST_SECONDS_OF_A_COMMAND, clock)
    yield from version_findings(lambda: cli_version(limit))
    configuration, stack = Configuration(), None
    if folder is not None:
        yield from project_findings(folder, environment, limit)
    try:
        stack = choose(limit=limit)
        if folder is not None and stack is not None:
            opened = Stack(stack, folder, limit)
            configuration = opened.configuration()
            yield from code_findings(opened)
    except StackError as error:
        yield Finding.error("stack", error, _advice_on_stack(error.message))
    yield configuration_finding(configuration, environment, stack)
    try:
        settings = load_settings(None if stack is None else configuration.values.get, environment)
    except ConfigurationError as error:
        yield Finding.error("key", error, "The remaining checks need it.")
        return
    yield from account_findings(settings, seconds=max(limit.left, _FEWEST_SECONDS_OF_ACCOUNT))


def _advice_on_stack(error: str) -> str:
    advice = "Without it, the environment alone is looked at."
    if "passphrase" in error:
        set_it = "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the stack's."
        return f"{set_it} {advice}"
    return advice
