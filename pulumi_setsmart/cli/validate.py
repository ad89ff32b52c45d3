"""The command ``validate``."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from pulumi_setsmart.cli.console import Command, say, write_data, write_json
from pulumi_setsmart.client.confidential import redacted
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import visible

if TYPE_CHECKING:
    from pulumi_setsmart.specification.document import FileViolation
    from pulumi_setsmart.specification.excerpt import Excerpts
    from pulumi_setsmart.specification.reading import CheckedFiles

_TROUBLE = 2
_CANNOT_BE_READ = {MessageCode.UNUSABLE_FILE, MessageCode.NOT_A_FILE}


@click.command(cls=Command, failure=_TROUBLE)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--overlay", "overlays", multiple=True, metavar="FILE", help="Lay this over each FILE."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="Text for people, JSON, or annotations of a pull request on GitHub.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
def validate(
    files: tuple[str, ...], overlays: tuple[str, ...], form: str, *, as_json: bool, strict: bool
) -> None:
    """Show all that is wrong with portfolio files.

    Each FILE is checked as a program would load it, with the overlays laid over it in their order.
    No account is needed. Warnings are about what is probably wrong. Secrets are never shown.

    Exit status: 0 if nothing is wrong, or only warnings; 1 if something is; 2 if a file cannot be
    read, or for a usage error.
    """
    form = "json" if as_json else form
    found = _found(files, overlays)
    if strict:
        found = {attrs.evolve(each, is_warning=False): found[each] for each in found}
    problems = [*found]
    errors = [each for each in problems if not each.is_warning]
    match form:
        case "json":
            write_json(_data(files, overlays, problems))
        case "github":
            for each in problems:
                write_data(_annotation(each) + "\n")
        case _:
            for each, excerpts in found.items():
                for line in problem_lines(each, excerpts):
                    say(line)
    if form != "json":
        say(_summary(files, len(errors), len(problems) - len(errors)), err=form == "github")
    if any(each.code in _CANNOT_BE_READ and each.location.line is None for each in errors):
        sys.exit(_TROUBLE)
    sys.exit(1 if errors else 0)


def _found(files: Sequence[str], overlays: Sequence[str]) -> "dict[FileViolation, Excerpts | None]":
    """Return what is wrong with files, each with the lines of its file, if that can be read."""
    from pulumi_setsmart.specification.likely_mistakes import likely_mistakes  # noqa: PLC0415
    from pulumi_setsmart.specification.reading import check_files  # noqa: PLC0415 - heavy

    found: dict[FileViolation, Excerpts | None] = {}
    for file in files:
        names = [file, *overlays]
        checked = check_files(names)
        problems = [*checked.violations]
        if checked.parsed.keys() == {*names}:
            problems += likely_mistakes(checked.documents, checked.merged)
            problems.sort(key=lambda each: (names.index(each.location.file), each.place))
        excerpts = excerpts_of(checked) if problems else {}
        found.update({each: excerpts.get(each.location.file) for each in problems})
    return found


def excerpts_of(checked: "CheckedFiles") -> "dict[str, Excerpts]":
    """Return the lines of the files that can be read, by their names."""
    from pulumi_setsmart.specification.excerpt import Excerpts  # noqa: PLC0415 - not always needed

    return {
        name: Excerpts(text, name, checked.parsed.get(name)) for name, text in checked.texts.items()
    }


def problem_lines(violation: "FileViolation", excerpts: "Excerpts | None") -> Iterator[str]:
    """Yield a violation as people read it, with the lines that show where it is."""
    kind = "warning: " if violation.is_warning else ""
    yield f"{violation.location}: {kind}{violation.reason} [{violation.code}]"
    for line in [] if excerpts is None else excerpts.excerpt(violation.location):
        yield f"  | {line}"


def _summary(files: Sequence[str], errors: int, warnings: int) -> str:
    checked = f"{len(files)} file" + ("" if len(files) == 1 else "s")
    if not errors and not warnings:
        return f"{checked}: nothing is wrong"
    return (
        f"{checked}: {errors} error{'' if errors == 1 else 's'}, "
        f"{warnings} warning{'' if warnings == 1 else 's'}"
    )


def _data(
    files: Sequence[str],
    overlays: Sequence[str],
    problems: "Sequence[FileViolation]",
) -> dict[str, Any]:
    warnings = sum(each.is_warning for each in problems)
    return {
        "version": 1,
        "files": [*files],
        "overlays": [*overlays],
        "errors": len(problems) - warnings,
        "warnings": warnings,
        "problems": [
            {
                "severity": "warning" if each.is_warning else "error",
                "file": each.location.file,
                "line": each.location.line,
                "column": each.location.column,
                "code": str(each.code),
                "message": each.reason,
                "suggestion": each.suggestion,
            }
            for each in problems
        ],
    }


def _annotation(violation: "FileViolation") -> str:
    """Return a violation as a command to the programs that run workflows on GitHub."""
    location = violation.location
    properties = {
        "file": _path_on_github(location.file),
        "line": location.line,
        "col": location.column,
        "title": violation.code,
    }
    listed = ",".join(
        f"{name}={_escaped(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in properties.items()
        if value is not None
    )
    return (
        f"::{'warning' if violation.is_warning else 'error'} {listed}::{_escaped(violation.reason)}"
    )


def _path_on_github(file: str) -> str:
    """Return a path as GitHub wants it: relative to the folder of the repository."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    path = Path(file).absolute()
    if workspace and path.is_relative_to(workspace):
        return str(path.relative_to(workspace))
    return file


def _escaped(text: str) -> str:
    shown = visible(redacted(text))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
