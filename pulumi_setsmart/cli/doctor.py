"""The command ``doctor``."""

import functools
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from pulumi_setsmart.cli.console import (
    Command,
    command_error,
    say,
    write_json,
)
from pulumi_setsmart.cli.stack_option import (
    account_settings,
    chosen_stack,
    environment_option,
    stack_option,
)
from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.models.message_code import MessageCode, Notice

if TYPE_CHECKING:
    from pulumi_setsmart.config import Settings

_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


@click.command(cls=Command)
@stack_option
@environment_option
@click.option(
    "--state-only",
    is_flag=True,
    help="Examine only the stack's state; nothing is sent to SetSmart, no key is needed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write how the account responds, without any of its values.",
)
def doctor(
    stack: str | None,
    record: Path | None,
    *,
    only_environment: bool,
    state_only: bool,
    as_json: bool,
) -> None:
    """Check everything that a run needs, and say what to do.

    Checks versions, the project's options, where the state is, where the key is read from, whether
    SetSmart accepts it, the clocks, the rate limit and the path of the webhook subscriptions.
    Nothing is changed, and no key is shown.

    Also checks whether the state contains code that is not ours: Pulumi runs the code in a state
    whenever it loads it. So a workflow runs `doctor --state-only` before `pulumi preview` and
    `pulumi up`.

    With --record, sends a few more requests, all GET, to see how the account responds: statuses,
    headers, envelopes, pages, types of fields and the form of ids. FILE then contains no value and
    no name of the account; read it before you share it. An existing FILE is replaced only if it is
    a recording.

    Exit status: 0, or 1 if a finding is an error.
    """
    from rich.text import Text  # noqa: PLC0415 - heavy

    from pulumi_setsmart.cli.display import Output  # noqa: PLC0415 - heavy
    from pulumi_setsmart.diagnosis.diagnosis import findings  # noqa: PLC0415 - heavy
    from pulumi_setsmart.diagnosis.state import state_findings  # noqa: PLC0415 - as above

    if state_only and (only_environment or record is not None):
        raise click.UsageError("--state-only goes neither with --env nor with --record.")
    if record is not None:
        _refuse_to_replace(record)
    console = Output(highlight=False, soft_wrap=True)
    found = []
    chosen = functools.partial(chosen_stack, stack, only_environment=only_environment)
    looks = (
        state_findings(Path(), chosen)
        if state_only
        else findings(None if only_environment else Path(), chosen, os.environ)
    )
    for finding in looks:
        found.append(finding)
        if not as_json:
            sign, style = _SIGNS[finding.verdict]
            text = shown(f" {finding}")
            console.print(Text.assemble((sign, style), text))
            if finding.advice:
                console.print(Text(shown(f"  {finding.advice}"), "dim"))
    if as_json:
        write_json([attrs.asdict(finding) for finding in found])
    if record is not None:
        _record(account_settings(stack, only_environment=only_environment), record)
    if any(finding.verdict == "error" for finding in found):
        raise SystemExit(1)


def _refuse_to_replace(file: Path) -> None:
    from pulumi_setsmart.files.destination import is_file  # noqa: PLC0415 - heavy
    from pulumi_setsmart.recording.file import is_recording  # noqa: PLC0415 - as above

    if is_file(file) and not is_recording(file):
        raise command_error(
            MessageCode.NOT_A_RECORDING, f"{file} exists and is not a recording; name another file"
        )


def _record(settings: "Settings", file: Path) -> None:
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - heavy
    from pulumi_setsmart.recording.file import written  # noqa: PLC0415 - as above
    from pulumi_setsmart.recording.sanitising import recorded  # noqa: PLC0415 - as above
    from pulumi_setsmart.recording.survey import survey_account  # noqa: PLC0415 - as above

    survey = survey_account(settings)
    if not survey.responses():
        raise command_error(
            MessageCode.NOTHING_RECORDED, f"the account did not respond; {file} was not written"
        )
    recording = recorded(survey, datetime.now(UTC))
    write_file(file, written(recording))
    say(
        f"wrote {file}: {recording.requests} requests, all GET; read it before you share it",
        err=True,
    )
    if recording.replaced_names:
        notice = Notice(
            MessageCode.NAMES_REPLACED,
            f"{recording.replaced_names} names could be somebody's; they are field_1 and so on",
        )
        say(str(notice), err=True)
