"""The command ``format``."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pulumi_setsmart.cli.console import Command, say, write_json
from pulumi_setsmart.cli.validate import excerpts_of, problem_lines
from pulumi_setsmart.client.errors import PortfolioFileError

_TROUBLE = 2


@click.command("format", cls=Command, failure=_TROUBLE)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="FILE",
    help="Format this as well; it is laid over each FILE.",
)
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("--json", "as_json", is_flag=True, help="Print the names of the files as JSON.")
def format_(
    files: tuple[str, ...], overlays: tuple[str, ...], *, check: bool, as_json: bool
) -> None:
    """Bring portfolio files into one form, so that a review shows only what changed.

    What a file says stays, and so do comments, the order, and how strings and numbers are written.
    In YAML, the indentation, blanks and blank lines change; JSON has a line for each member; CSV
    has commas, only the quotes that it needs, and titles in their usual spelling. Files that
    convert and export write are in this form.

    A file that validate would reject is not changed, and the message says why.

    Exit status: 0 if all files are in this form now; with --check, 1 if a file would change; 2 if
    a file cannot be read or has errors, or for a usage error.
    """
    texts, refused = _readable(files, overlays)
    changed = []
    for file, text in texts.items():
        try:
            if _is_changed(file, text, check=check):
                changed.append(file)
        except PortfolioFileError as error:
            say(str(error), err=True)
            refused.add(file)
    unchanged = [file for file in texts if file not in {*changed, *refused}]
    verb = "would change" if check else "formatted"
    if as_json:
        write_json({"changed": changed, "unchanged": unchanged, "with_errors": sorted(refused)})
    else:
        for file in changed:
            say(f"{file}: {verb}")
        summary = f"{len(changed)} {verb}, {len(unchanged)} unchanged, {len(refused)} with errors"
        say(summary, err=True)
    if refused:
        sys.exit(_TROUBLE)
    sys.exit(1 if check and changed else 0)


def _readable(files: Sequence[str], overlays: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """Return the texts of the files without errors, and the names of the others."""
    from pulumi_setsmart.specification.reading import check_files  # noqa: PLC0415 - heavy

    texts: dict[str, str] = {}
    problems: dict[str, None] = {}
    refused: set[str] = set()
    for file in files:
        checked = check_files([file, *overlays])
        excerpts = excerpts_of(checked)
        texts.update(checked.texts)
        for each in checked.violations:
            refused.add(each.location.file)
            for line in problem_lines(each, excerpts.get(each.location.file)):
                problems.setdefault(line)
    for line in problems:
        say(line, err=True)
    return {file: text for file, text in texts.items() if file not in refused}, refused


def _is_changed(file: str, text: str, *, check: bool) -> bool:
    """Return whether a file is not in its normal form yet, and write it unless only checking."""
    from pulumi_setsmart.files.regular_file import content_of  # noqa: PLC0415 - heavy
    from pulumi_setsmart.files.whole_file import write_file  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.document import LARGEST_FILE  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.normal_form import normal_text  # noqa: PLC0415 - heavy

    normal = normal_text(text, file)
    if content_of(file, LARGEST_FILE) == normal.encode():
        return False
    if not check:
        write_file(Path(file), normal)
    return True
