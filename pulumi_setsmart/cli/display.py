"""Tables and progress bars of the commands, for people."""

import contextlib
import errno
import functools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from pulumi_setsmart.adoption.progress import ProgressCallback, ShowProgress, null_progress
from pulumi_setsmart.cli.console import CLOSED
from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import one_line

_BAR_WIDTH = 20
"""In columns."""
_LONGEST_UNBROKEN = 28
"""Columns of a name that still leave room for values where a terminal has 60."""


def cell(text: str, style: str = "") -> Text:
    """Return a string as the cell of a table. A line of the table may begin anywhere in it."""
    return Text(shown(one_line(text)).replace("::", r":\x3a"), style)


def fields_table(rows: Iterable[Sequence[Text]]) -> Table:
    """Return a table of fields: first their names, which stay whole unless they are very long."""
    rows = [*rows]
    longest = max((row[0].cell_len for row in rows), default=0)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=longest <= _LONGEST_UNBROKEN)
    for row in rows:
        table.add_row(*row)
    return table


class Output(Console):
    """Standard output for people. If it cannot be written to, it raises like other output.

    Args:
        options: Keyword arguments of rich's console.

    Raises:
        PortfolioFileError: Standard output is closed.
    """

    def __init__(self, **options: Any) -> None:
        if sys.stdout is None:
            raise PortfolioFileError(CLOSED, code=MessageCode.OUTPUT_CLOSED)
        super().__init__(**options)

    def on_broken_pipe(self) -> None:
        """Let the command handle it; rich would end the process with status 1."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def table_output(width: int = 100) -> Output:
    """Return standard output for a table.

    Args:
        width: How many columns it has at least if it is no terminal.
    """
    console = Output(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, width)
    return console


def shown_progress() -> ShowProgress:
    """Return a callback that shows progress: a bar for each stage on a terminal, else nothing."""
    console = Console(stderr=True)
    return functools.partial(_bar, console) if console.is_terminal else null_progress


@contextlib.contextmanager
def _bar(console: Console, label: str, total: int | None) -> Iterator[ProgressCallback]:
    """Show a bar while a stage lasts; a spinner if the total is unknown.

    Then it is removed, so the result or the error that follows is all that is left. Its line is
    short: a terminal that prints ``^C`` would break a full one.
    """
    with Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}", markup=False),
        BarColumn(_BAR_WIDTH),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bars:
        task = bars.add_task(shown(one_line(label)), total=total)
        yield lambda done: bars.update(task, completed=done)
        done = int(bars.tasks[0].completed)
        bars.update(task, total=total or done, completed=total or done)
