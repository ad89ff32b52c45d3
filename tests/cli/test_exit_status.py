"""A command that fails ends with its one status, and says so in a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.messages import message
from support.waiting import HANG_GUARD

from pulumi_setsmart import PortfolioFileError
from pulumi_setsmart.cli import main
from pulumi_setsmart.cli.console import Command, write_data, write_json
from pulumi_setsmart.models.message_code import MessageCode

FAILURE = dict.fromkeys(("accept", "compare", "format", "report", "restore", "validate"), 2)
"""The statuses of commands whose status 1 is an answer; all others fail with 1."""

COMMANDS = sorted(main.commands)
FORESEEN = [PortfolioFileError("odd"), click.ClickException("odd"), click.FileError("odd", "odd")]
UNFORESEEN = [
    KeyError("hush"),
    MemoryError("hush"),
    RecursionError("hush"),
    RuntimeError("hush"),
    UnicodeEncodeError("utf-8", "hush", 0, 1, "hush"),
    BaseExceptionGroup("hush", [ValueError("hush")]),
]
VILLA = {"properties": {"villa": {"name": "Villa"}}}


def failing(name: str, error: BaseException) -> click.Group:
    """Return the commands, of which one fails at its first step."""

    def fail(**_options: object) -> None:
        raise error

    original = main.commands[name]
    assert isinstance(original, Command)
    command = Command(name, callback=fail, failure=original.failure)
    return click.Group(commands={name: command})


def test_the_statuses_of_all_commands() -> None:
    """Each has one; a new command that is none of ours would have none."""
    statuses = {
        name: command.failure
        for name, command in main.commands.items()
        if isinstance(command, Command)
    }
    assert statuses == {**dict.fromkeys(COMMANDS, 1), **FAILURE}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("error", [*FORESEEN, *UNFORESEEN], ids=lambda one: type(one).__name__)
def test_whatever_goes_wrong_is_a_line_and_the_status(name: str, error: BaseException) -> None:
    """Foreseen or not; what an error says that nobody foresaw may be a secret, and is not shown."""
    result = CliRunner().invoke(failing(name, error), [name])
    assert result.exit_code == FAILURE.get(name, 1)
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert "hush" not in result.output
    if error in UNFORESEEN:
        facts = (type(error).__name__, "pulumi-setsmart")
        assert result.stderr == message(MessageCode.UNEXPECTED_ERROR, *facts)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_of_the_system_is_shown_in_its_words(name: str) -> None:
    """Such as a full disk, where nobody foresaw that."""
    error = OSError(28, "No space left on device", "/some/file")
    result = CliRunner().invoke(failing(name, error), [name])
    assert result.exit_code == FAILURE.get(name, 1)
    facts = ("/some/file", "No space left on device")
    assert result.stderr.splitlines() == [message(MessageCode.UNUSABLE_FILE, *facts)]


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_printed_where_nobody_reads(name: str) -> None:
    """As in `… | head`; the status tells whoever looks at it."""
    result = CliRunner().invoke(failing(name, BrokenPipeError(32, "Broken pipe")), [name])
    assert (result.exit_code, result.output) == (FAILURE.get(name, 1), "")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupted_command_has_a_status_of_its_own(name: str, error: BaseException) -> None:
    """That of all programs that Ctrl-C ends."""
    result = CliRunner().invoke(failing(name, error), [name])
    assert (result.exit_code, result.stderr) == (130, "Aborted!\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_not_understood_has_status_2(name: str) -> None:
    """As click has it."""
    assert CliRunner().invoke(main, [name, "--no-such-option"]).exit_code == 2


def test_a_traceback_is_shown_to_who_asks_for_it() -> None:
    """With SETSMART_DEBUG=1."""
    result = CliRunner().invoke(
        failing("compare", KeyError("key")), ["compare"], env={"SETSMART_DEBUG": "1"}
    )
    assert result.exit_code == 2
    assert "Traceback (most recent call last)" in result.stderr
    last_line = result.stderr.splitlines()[-1]
    assert last_line == message(MessageCode.UNEXPECTED_ERROR, "KeyError")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["compare", "p.json", "q.json", "--json"], 2),
        (["compare", "p.json", "q.json"], 2),
        (["compare", "p.json", "p.json"], 2),
        (["doctor"], 1),
        (["export", "p.json"], 1),
        (["schema"], 1),
    ],
)
@pytest.mark.parametrize("place", ["full", "closed", "unread"])
def test_output_that_cannot_be_written_is_a_failure(
    tmp_path: Path, command: list[str], status: int, place: str
) -> None:
    """On a full disk, a closed output, or a pipe that nobody reads: never a difference."""
    (tmp_path / "p.json").write_text(json.dumps(VILLA))
    (tmp_path / "q.json").write_text("{}")
    reading, unread = os.pipe()
    os.close(reading)
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "pulumi_setsmart", *command],
            cwd=tmp_path,
            stdout={"full": full.fileno(), "closed": None, "unread": unread}[place],
            preexec_fn=(lambda: os.close(1)) if place == "closed" else None,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=HANG_GUARD,
        )
    os.close(unread)
    assert run.returncode == status
    assert "Traceback" not in run.stderr
    assert run.stderr.count("\n") == (place != "unread")


ODD = "a\x1b[1mb\x07\u2028\u202e\x85é\r\n\tc"


def test_data_is_written_as_it_is() -> None:
    """A redirected output has the same bytes as a file; click would take the sequences away."""

    @click.command(cls=Command)
    def odd() -> None:
        write_data(ODD)

    assert CliRunner().invoke(odd).stdout_bytes == ODD.encode()


def test_half_a_character_is_escaped_in_json_and_refused_elsewhere() -> None:
    """No bytes stand for it in UTF-8."""

    @click.command(cls=Command)
    @click.option("--json", "as_json", is_flag=True)
    def half(*, as_json: bool) -> None:
        if as_json:
            write_json(["é\ud800"])
        else:
            write_data("\ud800")

    assert json.loads(CliRunner().invoke(half, ["--json"]).stdout_bytes) == ["é\ud800"]
    assert CliRunner().invoke(half).stderr == message(MessageCode.NOT_ENCODABLE)


@pytest.mark.parametrize("form", ["yaml", "json", "csv"])
def test_export_gives_the_same_bytes_everywhere(tmp_path: Path, form: str) -> None:
    """In a file, to standard output, and to standard output by its name."""
    source = tmp_path / "p.json"
    source.write_text(json.dumps({"properties": {"villa": {"name": ODD, "address": "=1"}}}))
    command = [sys.executable, "-m", "pulumi_setsmart", "export", str(source), "--format", form]
    path = tmp_path / f"out.{form}"
    subprocess.run([*command, "--output", str(path)], check=True, timeout=HANG_GUARD)
    for more in ([], ["--output", "/dev/stdout"]):
        run = subprocess.run(
            [*command, *more], stdout=subprocess.PIPE, check=True, timeout=HANG_GUARD
        )
        assert run.stdout == path.read_bytes()


@pytest.mark.parametrize("condition", ["address", "~Lisbon", "address="])
def test_a_condition_of_adopt_that_is_none_has_status_2(condition: str) -> None:
    """It names the two forms."""
    result = CliRunner().invoke(main, ["adopt", "--only", condition])
    assert result.exit_code == 2
    assert condition in result.stderr
    assert "FIELD~TEXT" in result.stderr
