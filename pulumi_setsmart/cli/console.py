"""Output and errors of the commands."""

import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pulumi_setsmart.client.confidential import shown, without_secrets
from pulumi_setsmart.client.errors import PortfolioFileError, SetSmartError
from pulumi_setsmart.client.tracebacks import traceback_of
from pulumi_setsmart.config import keep_environment_secret
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.text import one_line, visible, visible_json
from pulumi_setsmart.providers.failure import debugging, unexpected

_INTERRUPTED = 130
CLOSED = "standard output is closed"


def _enter_folder(context: click.Context, _option: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        context.with_resource(contextlib.chdir(folder))


def _folder_option() -> click.Option:
    return click.Option(
        ["--cwd", "-C"],
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        is_eager=True,
        expose_value=False,
        callback=_enter_folder,
        help="Folder to run in, as if the command had been started there.",
    )


class Commands(click.Group):
    """A group of commands whose usage errors show no control characters of the command line."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Read the command line."""
        with _fit_for_terminals():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that it names."""
        _reserve_standard_streams()
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


def _reserve_standard_streams() -> None:
    """Let nothing else get the number of a standard stream that is closed.

    gRPC would get it for what it polls, and whatever closes the stream at the end would close that.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, which is this one


def _accept_all_characters() -> None:
    """Show characters that the encoding of the terminal lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Command(click.Command):
    """A command that reports every failure in one line, with one exit status.

    It has an option for the folder in which it runs.

    Args:
        arguments: Positional arguments of click's command.
        failure: The exit status of any failure, expected or not. It is not 1 for a command whose
            status 1 means something else.
        options: Keyword arguments of click's command.
    """

    def __init__(self, *arguments: Any, failure: int = 1, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(_folder_option())
        self.failure = failure

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Read the command line."""
        with reported(self.failure):
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with reported(self.failure):
            return super().invoke(ctx)


@contextlib.contextmanager
def reported(status: int = 1) -> Iterator[None]:
    """Report a failure in one line, and exit with ``status``.

    A usage error exits with 2, as in click, and an interrupted command with 130.
    """
    keep_environment_secret(os.environ)
    try:
        yield
    except (click.UsageError, click.exceptions.Exit):
        raise
    except click.ClickException as error:
        _end(one_line(error.format_message()), status)
    except SetSmartError as error:
        _end(str(error), status, error)
    except (KeyboardInterrupt, click.Abort):
        _print_error("Aborted!")
        raise SystemExit(_INTERRUPTED) from None
    except OSError as error:
        _drop_output()
        if error.errno == errno.EPIPE:  # the reader has gone, so there is nobody to tell
            raise SystemExit(status) from None
        place = "" if error.filename is None else f"{error.filename}: "
        text = unexpected(error)
        if error.strerror is not None:
            text = with_code(one_line(f"{place}{error.strerror}"), MessageCode.UNUSABLE_FILE)
        _end(text, status, error)
    except Exception as error:  # noqa: BLE001 -- whatever it is, a user must get one line
        _end(unexpected(error), status, error)


def command_error(code: MessageCode, message: str) -> click.ClickException:
    """Return an error of a command itself."""
    return click.ClickException(with_code(message, code))


def _end(text: str, status: int, error: Exception | None = None) -> None:
    if error is not None and debugging():
        _print_error(traceback_of(error))
    _print_error(f"Error: {text}")
    raise SystemExit(status) from None


def _print_error(text: str) -> None:
    with contextlib.suppress(OSError):  # the exit status shows the failure too
        click.echo(shown(text), err=True)


def _drop_output() -> None:
    """Discard buffered output, which Python would otherwise try to write again at exit."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_interactive() -> bool:
    """Return whether somebody at a terminal can answer questions."""
    return sys.stdin is not None and sys.stdin.isatty()


def say(message: str, *, err: bool = False) -> None:
    """Show a message of one line, on standard output or standard error."""
    click.echo(shown(visible(message)), err=err)


def write_data(text: str) -> None:
    """Write data to standard output: as it is, unless that is a terminal.

    A terminal would interpret control characters in the data, so there they are shown as escapes.

    Raises:
        PortfolioFileError: Standard output is closed, or the text holds half a character.
    """
    if sys.stdout is None:
        raise PortfolioFileError(CLOSED, code=MessageCode.OUTPUT_CLOSED)
    if sys.stdout.isatty():
        click.echo(visible(text, kept="\n\t"), nl=False)
        return
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise PortfolioFileError(
            "standard output: cannot be written: the text holds half a character (a surrogate)",
            code=MessageCode.NOT_ENCODABLE,
        ) from None
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_json(value: object) -> None:
    """Write data to standard output as JSON, in which no character means anything to a terminal."""
    text = json.dumps(without_secrets(value), ensure_ascii=False, indent=2)
    write_data(visible_json(text) + "\n")
