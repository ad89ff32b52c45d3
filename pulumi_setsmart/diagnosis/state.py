"""The state: does it hold code that is not ours? Pulumi would run it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from pulumi_setsmart.automation.limited_command import TimeLimit
from pulumi_setsmart.automation.project import Project
from pulumi_setsmart.automation.stack import Stack
from pulumi_setsmart.automation.state_code import Examination
from pulumi_setsmart.client.errors import SetSmartError, StackError
from pulumi_setsmart.diagnosis.finding import Finding
from pulumi_setsmart.diagnosis.stack_choice import StackChoice
from pulumi_setsmart.models.message_code import MessageCode, Notice

_CODE = "code"
_PLUGINS = "plugins"
_MOST_NAMED = 10
_MOST_SECONDS = 60.0
"""An export takes no longer, unless the backend does not respond."""


def state_findings(folder: Path, choose: StackChoice) -> Iterator[Finding]:
    """Examine the state of a stack alone, and yield what is found.

    Args:
        folder: The folder of the project.
        choose: Chooses the stack.
    """
    limit = TimeLimit(time.monotonic() + _MOST_SECONDS, _MOST_SECONDS)
    try:
        Project.of(folder)
        stack = Stack(str(choose(limit=limit)), folder, limit)
    except StackError as error:
        yield Finding.error("stack", error, "Its state is not examined without it.")
    else:
        yield from code_findings(stack)


def code_findings(stack: Stack) -> Iterator[Finding]:
    """Examine the state of a stack, and yield what is found; nothing that it holds is run."""
    try:
        examination = stack.examine()
    except SetSmartError as error:
        yield Finding.error(
            _CODE, error, "Start nothing on this stack before its state is examined."
        )
        return
    yield from examination_findings(examination, stack.name)


def examination_findings(examination: Examination, stack: str) -> Iterator[Finding]:
    """Yield what came of examining the state of the stack with a name."""
    yield from _foreign_findings(examination, stack)
    yield from _plugin_findings(examination)


def _foreign_findings(examination: Examination, stack: str) -> Iterator[Finding]:
    foreign = examination.foreign
    if not foreign:
        yield Finding.ok(
            _CODE,
            f"the state contains no code of others (providers examined: {examination.count})",
        )
    for provider in foreign[:_MOST_NAMED]:
        yield Finding.error(
            _CODE,
            Notice(
                MessageCode.FOREIGN_CODE,
                f"the state holds code that is not of pulumi-setsmart, in {provider.subject}",
            ),
            provider.advice(stack),
        )
    if len(foreign) > _MOST_NAMED:
        yield Finding.error(
            _CODE,
            Notice(
                MessageCode.FOREIGN_CODE,
                f"the state holds such code in {len(foreign) - _MOST_NAMED} more resources",
            ),
            "They are named when these are dealt with.",
        )


def _plugin_findings(examination: Examination) -> Iterator[Finding]:
    for plugin in examination.plugins[:_MOST_NAMED]:
        yield Finding.warning(
            _PLUGINS,
            Notice(
                MessageCode.FOREIGN_PLUGIN,
                f"Pulumi gets the plugin of {plugin.subject} from {plugin.shown_address}, "
                "and runs it",
            ),
            "Is that address in your program? If not, somebody else writes to the state.",
        )
    if len(examination.plugins) > _MOST_NAMED:
        yield Finding.warning(
            _PLUGINS,
            Notice(
                MessageCode.FOREIGN_PLUGIN,
                f"and those of {len(examination.plugins) - _MOST_NAMED} more providers from "
                "elsewhere",
            ),
            "`pulumi stack export` shows them, as pluginDownloadURL.",
        )
