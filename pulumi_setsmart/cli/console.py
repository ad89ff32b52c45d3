"""What the commands have in common on a terminal."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from pulumi_setsmart.adoption import progress
from pulumi_setsmart.client.confidential import redacted
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.config import keep_environment_secret

project_folder = click.option(
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    metavar="DIR",
    help="Folder of the Pulumi project.  [default: this one]",
)
"""The option that names the folder of the project whose stacks and files are meant."""


@contextlib.contextmanager
def reported(status: int = 1) -> Iterator[None]:
    """Tell what goes wrong in a line, and end with ``status``."""
    keep_environment_secret(os.environ)
    try:
        yield
    except SetSmartError as error:
        click.echo(redacted(f"Error: {error}"), err=True)
        raise SystemExit(status) from None


def shown_progress() -> progress.Progress:
    """Return what shows progress: on a terminal bars, elsewhere nothing."""
    console = Console(stderr=True)
    return _Bars(console) if console.is_terminal else progress.Silence()


class _Bars:
    """Shows a bar for each stage, which stays when it is over."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextlib.contextmanager
    def stage(self, label: str, total: int | None = None) -> Iterator[progress.Tell]:
        """Show a bar, or a spinner where nobody knows how many there are."""
        with Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        ) as bars:
            task = bars.add_task(label, total=total)
            yield lambda done: bars.update(task, completed=done)
            done = int(bars.tasks[0].completed)
            bars.update(task, total=total or done, completed=total or done)
