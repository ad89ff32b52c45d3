"""The option for the portfolio file, and the keys in it, to complete one."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from pulumi_setsmart.automation.project_file import project_file_of

portfolio_option = click.option(
    "--file",
    default="portfolio.yaml",
    metavar="FILE",
    show_default=True,
    help="Portfolio file in the project's folder: .yaml, .json or .csv.",
)
"""The option for the file."""


def portfolio_keys(
    context: click.Context, _argument: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the keys in the files that ``--file`` and ``--overlay`` name, whatever is wrong there.

    Neither SetSmart nor Pulumi is asked.
    """
    from pulumi_setsmart.specification.reading import check_files  # noqa: PLC0415 - heavy

    project = project_file_of(Path())
    folder = Path() if project is None else project.parent
    names = (context.params.get("file"), *(context.params.get("overlays") or ()))
    keys = check_files([folder / name for name in names if name]).merged.entry_keys
    return [CompletionItem(key) for key in sorted(keys) if key.startswith(incomplete)]
