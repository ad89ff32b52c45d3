"""The command ``report``."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from pulumi_setsmart.cli.console import Command, say, write_data
from pulumi_setsmart.cli.stack_option import chosen_stack, stack_option

if TYPE_CHECKING:
    from pulumi_setsmart.reporting.plan import Plan
    from pulumi_setsmart.reporting.plan_limit import PlanLimit
    from pulumi_setsmart.reporting.report import Report

_TROUBLE = 2
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
    type=click.Choice(["markdown", "html", "json"]),
    default="markdown",
    show_default=True,
    help="Markdown for a pull request, one HTML page, or JSON.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File to write.  [default: standard output]",
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
    form: str,
    output: Path | None,
    fail_on: "tuple[str | PlanLimit, ...]",
    approved: "Plan | None",
) -> None:
    """Write a report of a preview, for people who approve it.

    FILE contains the output of `pulumi preview --json`, as any shell saves it; - is standard input.
    Without it, runs a preview of the stack, with a refresh. Nothing is changed. Secrets are never
    shown.

    Exit status: 0; 1 if --fail-on or --expect says so; 2 if something went wrong or the preview
    failed.
    """
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - heavy
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - as above
    from pulumi_setsmart.reporting.plan import changed_plan  # noqa: PLC0415 - as above
    from pulumi_setsmart.reporting.plan_limit import (  # noqa: PLC0415 - as above
        planned_deletions,
        stopped_deletions,
    )
    from pulumi_setsmart.reporting.preview import read_preview  # noqa: PLC0415 - as above
    from pulumi_setsmart.reporting.saved_text import saved_text  # noqa: PLC0415 - as above

    if file is None:
        chosen = chosen_stack(stack, only_environment=False)
        if chosen is None:
            raise click.UsageError("Give a FILE (or -), or run it in a Pulumi project.")
        text, source = Stack(chosen, Path()).preview(), f"stack {chosen}"
    elif stack is None:
        source = "standard input" if file == "-" else file
        text = saved_text(_content(file, source))
    else:
        raise click.UsageError("Give either a FILE (or -) or --stack.")
    found = read_preview(text, source)
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
    found = attrs.evolve(found, notices=notices)
    rendered = _renderer(form)(found)
    if output is None:
        write_data(rendered)
    else:
        write_file(output, rendered)
        say(f"wrote {output}", err=True)
    if found.errors:
        sys.exit(_TROUBLE)
    if differences or any(_holds(condition, found) for condition in fail_on):
        sys.exit(1)


def _content(file: str, source: str) -> bytes:
    from pulumi_setsmart.files import regular_file  # noqa: PLC0415 - not always needed

    if file != "-":
        return regular_file.descriptor_content_of(file, _LARGEST_PREVIEW)
    return regular_file.read_from(sys.stdin.buffer, source, _LARGEST_PREVIEW)


def _renderer(form: str) -> "Callable[[Report], str]":
    match form:
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
