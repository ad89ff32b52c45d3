"""The command ``report``."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from pulumi_setsmart.cli.console import Command, say, write_data
from pulumi_setsmart.cli.stack_option import chosen_stack, stack_option
from pulumi_setsmart.config import NOTIFY_URL_VARIABLE, load_dashboard_url, load_notify_url
from pulumi_setsmart.models.message_code import MessageCode, with_code

if TYPE_CHECKING:
    from pulumi_setsmart.reporting.plan import Plan
    from pulumi_setsmart.reporting.plan_limit import PlanLimit
    from pulumi_setsmart.reporting.report import Report

_TROUBLE = 2
_NOT_NOTIFIED = 3
_LARGEST_PREVIEW = 256 * 1024 * 1024


_CONDITIONS = ("drift", "delete", "any")


def _conditions(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> "tuple[str | PlanLimit, ...]":
    return tuple(value if value in _CONDITIONS else _limit(value) for value in values)


def _limit(spelling: str) -> "PlanLimit":
    from pulumi_setsmart.reporting.plan_limit import PlanLimit  # noqa: PLC0415 - not always needed

    try:
        return PlanLimit.of(spelling)
    except ValueError:
        raise click.BadParameter(
            f"{spelling!r} is none of {', '.join(_CONDITIONS)}, 'changes>20' (listings) and "
            "'changes>30%' (of the listings, below 100%). Put it in quotation marks, or a shell "
            "takes > for a file."
        ) from None


def _plan(_context: click.Context, _option: click.Parameter, token: str | None) -> "Plan | None":
    from pulumi_setsmart.reporting.plan import Plan  # noqa: PLC0415 - not always needed

    try:
        return None if token is None else Plan.parse(token.strip())
    except ValueError:
        raise click.BadParameter(
            "it is not what a report shows as its plan, 40 digits and letters from a to f."
        ) from None


@click.command(cls=Command, failure=_TROUBLE)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@stack_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "html", "json"]),
    help="Text for people, Markdown for a pull request, one HTML page, or JSON.  [default: text on"
    " a terminal, else markdown]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File to write.  [default: standard output]",
)
@click.option(
    "--open",
    "opens",
    is_flag=True,
    help="Show the report as a page in the browser. Without --output, the page is written into a"
    " private temporary folder.",
)
@click.option(
    "--notify",
    "notifies",
    is_flag=True,
    help="Also post a short summary to the address in SETSMART_NOTIFY_URL, for Slack and services"
    " compatible with it.",
)
@click.option(
    "--fail-on",
    metavar="drift|delete|any|changes>N|changes>N%",
    multiple=True,
    callback=_conditions,
    help="Status 1 if something changed outside Pulumi; if something is deleted, replaced or"
    " deactivated; if anything changes; or if more listings than a number, or than a share of at"
    " least 10, are updated, deleted, replaced or adopted with changes. May be repeated.",
)
@click.option(
    "--expect",
    "approved",
    metavar="DIGEST",
    callback=_plan,
    help="Status 1 unless the plan is still the one that a report showed with this digest: because"
    " the program changed, or somebody changed a listing since.",
)
def report(
    file: str | None,
    stack: str | None,
    form: str | None,
    output: Path | None,
    as_json: bool,  # noqa: FBT001 - click passes options by keyword
    opens: bool,  # noqa: FBT001 - as above
    notifies: bool,  # noqa: FBT001 - as above
    fail_on: "tuple[str | PlanLimit, ...]",
    approved: "Plan | None",
) -> None:
    """Write a report of a preview, for people who approve it.

    FILE contains the output of `pulumi preview --json`, as any shell saves it; - is standard input.
    Without it, runs a preview of the stack, with a refresh. Nothing is changed. Secrets are never
    shown.

    Exit status: 0; 1 if --fail-on or --expect says so; 2 if something went wrong or the preview
    failed; 3 if the report is there, but --notify could not post the summary.
    """
    from pulumi_setsmart.reporting.plan import changed_plan  # noqa: PLC0415 - heavy
    from pulumi_setsmart.reporting.plan_limit import (  # noqa: PLC0415 - as above
        planned_deletions,
        stopped_deletions,
    )

    form = "json" if as_json else form
    if opens and form not in (None, "html"):
        raise click.UsageError("--open shows a page, so it goes with no other format.")
    notify_url = load_notify_url(os.environ) if notifies else None
    found = _of_stack(stack) if file is None else _of_file(file, stack)
    limits = [condition for condition in fail_on if not isinstance(condition, str)]
    notices = [
        *(notice for limit in limits for notice in limit.excess(found)),
        *planned_deletions(found, os.environ),
        *stopped_deletions(found, os.environ),
    ]
    differences = [] if approved is None or found.errors else [*changed_plan(approved, found)]
    notices += differences
    for notice in notices:
        say(str(notice), err=True)
    found = attrs.evolve(found, notices=notices, date=_today())
    if opens:
        _open(found, output)
    else:
        _write(found, form, output)
    is_delivered = notify_url is None or _notify(found, notify_url)
    if found.errors:
        sys.exit(_TROUBLE)
    if not is_delivered:
        sys.exit(_NOT_NOTIFIED)
    if differences or any(_holds(condition, found) for condition in fail_on):
        sys.exit(1)


def _of_stack(stack: str | None) -> "Report":
    """Run a preview of a stack."""
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - heavy
    from pulumi_setsmart.reporting.preview import read_preview  # noqa: PLC0415 - as above

    chosen = chosen_stack(stack, only_environment=False)
    if chosen is None:
        raise click.UsageError("Give a FILE (or -), or run it in a Pulumi project.")
    found = read_preview(Stack(chosen, Path()).preview(), f"stack {chosen}")
    dashboard_url = load_dashboard_url(found.configured.get, os.environ)
    return attrs.evolve(found, dashboard_url=dashboard_url)


def _of_file(file: str, stack: str | None) -> "Report":
    """Read a saved preview; where its links lead is not for whoever wrote it to say."""
    from pulumi_setsmart.reporting.preview import read_preview  # noqa: PLC0415 - heavy
    from pulumi_setsmart.reporting.saved_text import saved_text  # noqa: PLC0415 - as above

    if stack is not None:
        raise click.UsageError("Give either a FILE (or -) or --stack.")
    source = "standard input" if file == "-" else file
    found = read_preview(saved_text(_content(file, source)), source)
    dashboard_url = load_dashboard_url(lambda _key: None, os.environ)
    return attrs.evolve(found, dashboard_url=dashboard_url)


def _content(file: str, source: str) -> bytes:
    from pulumi_setsmart.files import regular_file  # noqa: PLC0415 - not always needed

    if file != "-":
        return regular_file.descriptor_content_of(file, _LARGEST_PREVIEW)
    return regular_file.read_from(sys.stdin.buffer, source, _LARGEST_PREVIEW)


def _today() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d")


def _write(found: "Report", form: str | None, output: Path | None) -> None:
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - not always needed

    if form in (None, "text") and output is None and sys.stdout is not None and sys.stdout.isatty():
        from pulumi_setsmart.cli.report_text import print_report  # noqa: PLC0415 - loads rich

        print_report(found)
    elif output is None:
        write_data(_renderer(form)(found))
    else:
        write_file(output, _renderer(form)(found))
        say(f"wrote {output}", err=True)


def _notify(found: "Report", url: str) -> bool:
    """Post a summary, and return whether it was delivered."""
    from pulumi_setsmart.client.notification import (  # noqa: PLC0415 - loads the HTTP library
        post_notification,
    )
    from pulumi_setsmart.reporting.notification import notification  # noqa: PLC0415 - as above

    reason = post_notification(url, notification(found))
    if reason is not None:
        message = f"the summary was not delivered to {NOTIFY_URL_VARIABLE}: {reason}"
        say(with_code(message, MessageCode.NOT_NOTIFIED), err=True)
    return reason is None


def _open(found: "Report", output: Path | None) -> None:
    """Write the page, and show it in the browser."""
    import tempfile  # noqa: PLC0415 - not always needed
    import webbrowser  # noqa: PLC0415 - as above

    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - as above

    file = output or Path(tempfile.mkdtemp(prefix="pulumi-setsmart-")) / "report.html"
    write_file(file, _renderer("html")(found))
    say(f"wrote {file}", err=True)
    if not webbrowser.open(file.absolute().as_uri()):
        message = "no browser can be started here; open the file in one"
        say(with_code(message, MessageCode.NO_BROWSER), err=True)


def _renderer(form: str | None) -> "Callable[[Report], str]":
    match form:
        case "text":
            from pulumi_setsmart.cli.report_text import text  # noqa: PLC0415 - loads rich

            return text
        case "html":
            from pulumi_setsmart.reporting.page import page  # noqa: PLC0415 - not always needed

            return page
        case "json":
            from pulumi_setsmart.reporting.data import data  # noqa: PLC0415 - as above

            return data
    from pulumi_setsmart.reporting.markdown import markdown  # noqa: PLC0415 - as above

    return markdown


def _holds(condition: "str | PlanLimit", found: "Report") -> bool:
    if not isinstance(condition, str):
        return any(condition.excess(found))
    match condition:
        case "drift":
            return bool(found.drifted)
        case "delete":
            return bool(found.losses)
    return not found.is_empty
