"""What the commands have in common on a terminal."""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
from rich.text import Text

from pulumi_setsmart.adoption import progress
from pulumi_setsmart.client.errors import PortfolioFileError, SetSmartError
from pulumi_setsmart.models.text import display, one_line, visible, visible_json

project_folder = click.option(
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    metavar="DIR",
    help="Folder of the Pulumi project.  [default: this one]",
)
"""The option that names the folder of the project whose stacks and files are meant."""


class Commands(click.Group):
    """A group of commands whose own messages, which repeat what is typed, no terminal obeys."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Read the command line."""
        with _fit_for_terminals():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that it names."""
        _accept_all_characters()
        with _fit_for_terminals():
            return super().invoke(ctx)


@contextlib.contextmanager
def _fit_for_terminals() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(shown(one_line(error.format_message())), error.ctx) from None
    except click.ClickException as error:
        raise click.ClickException(shown(one_line(error.format_message()))) from None


def _accept_all_characters() -> None:
    """Have characters that the encoding of the terminal lacks shown as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def shown(message: str) -> str:
    """Return a message as it leaves the process; all that the commands tell goes through here."""
    return display(message)


def say(message: str, *, err: bool = False) -> None:
    """Show a message of one line, on standard output or standard error."""
    click.echo(shown(visible(message)), err=err)


def write_data(text: str) -> None:
    """Write data to standard output: as it is, unless that is a terminal.

    A terminal would obey what is in the data, so there it is shown as it is to be read.

    Raises:
        PortfolioFileError: Standard output is closed, or the text holds half a character.
    """
    if sys.stdout is None:
        raise PortfolioFileError("standard output is closed")
    if sys.stdout.isatty():
        click.echo(visible(text, kept="\n\t"), nl=False)
        return
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise PortfolioFileError(
            "standard output: cannot be written: the text holds half a character (a surrogate)"
        ) from None
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_json(value: object) -> None:
    """Write data to standard output as JSON, in which no character means anything to a terminal."""
    write_data(visible_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def cell(text: str, style: str = "") -> Text:
    """Return a text as the cell of a table, each line of which may begin anywhere in it."""
    return Text(shown(one_line(text)).replace("::", r":\x3a"), style)


@contextlib.contextmanager
def reported(status: int = 1) -> Iterator[None]:
    """Tell what goes wrong in a line, and end with ``status``."""
    try:
        yield
    except SetSmartError as error:
        click.echo(shown(f"Error: {error}"), err=True)
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
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        ) as bars:
            task = bars.add_task(shown(one_line(label)), total=total)
            yield lambda done: bars.update(task, completed=done)
            done = int(bars.tasks[0].completed)
            bars.update(task, total=total or done, completed=total or done)
