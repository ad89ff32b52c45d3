"""The command ``accept``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from pulumi_setsmart.automation.project_file import project_file_of
from pulumi_setsmart.cli.console import (
    Command,
    command_error,
    is_interactive,
    say,
    write_json,
)
from pulumi_setsmart.cli.portfolio_option import portfolio_keys, portfolio_option
from pulumi_setsmart.cli.stack_option import chosen_stack, stack_option
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import one_line

if TYPE_CHECKING:
    from pulumi_setsmart.acceptance.acceptance import Acceptance
    from pulumi_setsmart.specification.reading import CheckedFiles

_TROUBLE = 2


@click.command(cls=Command, failure=_TROUBLE)
@click.argument("keys", nargs=-1, metavar="[KEY]...", shell_complete=portfolio_keys)
@stack_option
@portfolio_option
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="FILE",
    help="File that the program lays over it. May be given several times.",
)
@click.option(
    "--name",
    metavar="NAME",
    help="Name of the Portfolio in the program, if it has several.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking. Needed without a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def accept(
    keys: tuple[str, ...],
    stack: str | None,
    file: str,
    overlays: tuple[str, ...],
    name: str | None,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Write what was changed in SetSmart into the portfolio file, instead of reverting it.

    Runs a preview of the stack, with a refresh. Each declared field that was changed outside Pulumi
    gets the value that SetSmart has, in the file that declares it. Everything else in the files
    stays: comments, order, quotes. With KEY, only the entries with these keys are accepted.

    A field that was also changed in the file since the last deployment stays, unless its KEY is
    given. Secrets, new and deleted listings are never accepted; the command says what to do.

    Exit status: 0 if nothing is left to accept; 1 if something was left, or not written; 2 if
    something went wrong.
    """
    from pulumi_setsmart.acceptance.acceptance import acceptance_of  # noqa: PLC0415 - heavy
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - as above
    from pulumi_setsmart.reporting.preview import read_preview  # noqa: PLC0415 - as above

    asks = not (yes or dry_run)
    if asks and not is_interactive():
        raise click.UsageError("Add --yes to write the files, or --dry-run to write nothing.")
    chosen = chosen_stack(stack, only_environment=False)
    project = project_file_of(Path())
    if chosen is None or project is None:
        raise command_error(
            MessageCode.NO_PROJECT, "there is no Pulumi project here; name its folder with --cwd"
        )
    checked = _checked(project.parent, file, overlays)
    report = read_preview(Stack(chosen, Path()).preview(), f"stack {chosen}")
    accepted = acceptance_of(report, checked, keys, name)
    if not as_json:
        _show(accepted)
    for notice in accepted.left:
        say(str(notice), err=True)
    writes = bool(accepted.texts) and not dry_run
    if writes and asks:
        names = ", ".join(map(one_line, accepted.texts))
        writes = click.confirm(f"Write {names}?", default=True, err=True)
    if writes:
        _write(accepted, checked)
    if as_json:
        write_json(_as_json(chosen, accepted, is_written=writes))
    elif writes:
        say(f"wrote {', '.join(accepted.texts)}")
    if accepted.left or bool(accepted.texts) != writes:
        raise SystemExit(1)


def _checked(folder: Path, file: str, overlays: Sequence[str]) -> "CheckedFiles":
    """Return the files of a project, unless something is wrong with them."""
    from pulumi_setsmart.specification.document import ViolationsError  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.reading import check_files  # noqa: PLC0415 - as above

    paths = [folder / each for each in (file, *overlays)]
    if not paths[0].exists():
        raise command_error(
            MessageCode.NO_PORTFOLIO_FILE,
            f"{paths[0]} does not exist. Name the file that the program loads with --file; if it "
            "loads none, change the values in the program: `pulumi-setsmart report` lists them",
        )
    checked = check_files(paths)
    if checked.violations:
        raise ViolationsError(checked.violations)
    return checked


def _show(accepted: "Acceptance") -> None:
    from pulumi_setsmart.acceptance.acceptance import shown_value  # noqa: PLC0415 - heavy

    if not accepted.fields and not accepted.left:
        say("nothing declared was changed outside Pulumi")
    file = None
    for field in accepted.fields:
        if field.file != file:
            file = field.file
            say(f"{file}:")
        before, after = map(shown_value, (field.before, field.after))
        say(f"~ {field.key}: {field.field}: {before} => {after}")


def _write(accepted: "Acceptance", checked: "CheckedFiles") -> None:
    """Write the files, unless somebody changed one since it was read."""
    from pulumi_setsmart.files.regular_file import content_of  # noqa: PLC0415 - heavy
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - as above
    from pulumi_setsmart.specification.document import LARGEST_FILE  # noqa: PLC0415 - as above

    marks = {}
    for name in accepted.texts:
        content = content_of(name, LARGEST_FILE).decode(errors="replace")
        marks[name] = content[: content.startswith("\ufeff")]
        if content.removeprefix("\ufeff") != checked.texts[name]:
            raise command_error(
                MessageCode.FILE_CHANGED,
                f"{name}: somebody changed it meanwhile; nothing was written. Run this again",
            )
    for name, text in accepted.texts.items():
        write_file(Path(name), marks[name] + text)


def _as_json(stack: str, accepted: "Acceptance", *, is_written: bool) -> dict[str, Any]:
    fields = [attrs.asdict(field) for field in accepted.fields]
    for field in fields:
        del field["path"]
    return {
        "stack": stack,
        "accepted": fields,
        "left": [attrs.asdict(notice) for notice in accepted.left],
        "files": [*accepted.texts],
        "written": is_written,
    }
