"""The keys of a portfolio file, to complete one."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from pulumi_setsmart.automation.project_file import project_file_of


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
    merged = check_files([folder / name for name in names if name]).merged.value
    sections = merged.values() if isinstance(merged, dict) else ()
    keys = {key for section in sections if isinstance(section, dict) for key in section}
    return [CompletionItem(key) for key in sorted(keys) if key.startswith(incomplete)]
