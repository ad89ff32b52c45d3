"""The options that say which stack, and so which account, a command is about."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from pulumi_setsmart.automation.project_file import project_file_of

if TYPE_CHECKING:
    from pulumi_setsmart.automation.limited_command import TimeLimit
    from pulumi_setsmart.config import Settings


def stack_names(
    _context: click.Context, _option: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the stacks that have a file with their settings, to complete a name."""
    project = project_file_of(Path())
    if project is None:
        return []
    files = project.parent.glob(f"{project.stem}.*{project.suffix}")
    names = sorted(file.stem.removeprefix(f"{project.stem}.") for file in files)
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


stack_option = click.option(
    "--stack",
    "-s",
    metavar="STACK",
    shell_complete=stack_names,
    help="Stack whose account and state count.  [default: the selected one]",
)
"""The option for the stack."""

environment_option = click.option(
    "--env",
    "only_environment",
    is_flag=True,
    help="Use the account of SETSMART_API_KEY and SETSMART_BASE_URL, and no stack. Without a"
    " Pulumi project this is the default.",
)
"""The option for no stack."""


def chosen_stack(
    stack: str | None, *, only_environment: bool, limit: "TimeLimit | None" = None
) -> str | None:
    """Return the name of the stack that a command is about, as Pulumi's own commands choose it.

    Args:
        stack: The name that the user gave, or None.
        only_environment: Whether the user wants the account of the environment.
        limit: How long Pulumi may take; None for as long as it takes.

    Returns:
        The name, or None for the account of the environment.

    Raises:
        click.UsageError: The user asks for both.
        StackError: No stack is selected in the project, or Pulumi cannot tell.
    """
    if only_environment:
        if stack is not None:
            raise click.UsageError("Give either --stack or --env.")
        return None
    if stack is not None or project_file_of(Path()) is None:
        return stack
    from pulumi_setsmart.automation.project import Project  # noqa: PLC0415 - loads Pulumi

    return Project.of(Path()).selected_stack(limit)


def account_settings(stack: str | None, *, only_environment: bool) -> "Settings":
    """Return the settings of the account that a command is about; see `chosen_stack`.

    Raises:
        click.UsageError: The user asks for a stack and for none.
        StackError: No stack is selected in the project, or its configuration cannot be read.
        ConfigurationError: A setting is missing or not allowed.
    """
    from pulumi_setsmart.automation.stack_settings import (  # noqa: PLC0415 - needs the client
        load_stack_settings,
    )

    chosen = chosen_stack(stack, only_environment=only_environment)
    return load_stack_settings(chosen, Path(), os.environ)
