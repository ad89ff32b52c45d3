"""The command ``backup``."""

import os
from pathlib import Path

import click

from pulumi_setsmart.cli.console import Command, say
from pulumi_setsmart.cli.stack_option import chosen_stack, environment_option, stack_option


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@stack_option
@environment_option
def backup(file: Path, stack: str | None, *, force: bool, only_environment: bool) -> None:
    """Write everything in an account to a file, for `restore`.

    FILE is a portfolio file, .yaml or .json, with every field and the ids. Of what the stack
    manages it also notes the resource. Secrets, and what is named like one, such as a door code,
    are left out: the command says which. The account is only read.

    Exit status: 0 if the file was written, 1 if not, 2 for a usage error.
    """
    from pulumi_setsmart.adoption.inventory import inventory_of  # noqa: PLC0415 - needs the client
    from pulumi_setsmart.automation.known_state import KnownState  # noqa: PLC0415 - as above
    from pulumi_setsmart.automation.stack import Stack  # noqa: PLC0415 - as above
    from pulumi_setsmart.automation.stack_settings import (  # noqa: PLC0415 - as above
        load_stack_settings,
    )
    from pulumi_setsmart.backup.backup import backup_of  # noqa: PLC0415 - as above
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above
    from pulumi_setsmart.files.whole_file import (  # noqa: PLC0415 - as above
        existing_file_error,
        write_file,
    )
    from pulumi_setsmart.specification.document import BACKUP_BOUNDS  # noqa: PLC0415 - as above
    from pulumi_setsmart.specification.format import Format, format_of  # noqa: PLC0415 - as above
    from pulumi_setsmart.specification.reading import entries_in  # noqa: PLC0415 - as above
    from pulumi_setsmart.specification.writing import portfolio_text  # noqa: PLC0415 - as above

    if format_of(file) is Format.CSV:
        raise click.UsageError("CSV cannot hold every field: name a .yaml or .json file.")
    if file.exists() and not force:
        raise existing_file_error(file)
    chosen = chosen_stack(stack, only_environment=only_environment)
    settings = load_stack_settings(chosen, Path(), os.environ)
    state = KnownState() if chosen is None else Stack(chosen, Path()).known_state()
    saved = backup_of(inventory_of(settings, shown_progress()), state, settings)
    text = portfolio_text(saved.entries, format_of(file))
    entries_in(text, str(file), bounds=BACKUP_BOUNDS)  # what cannot be read is not written
    write_file(file, text, replace=force)
    say(f"wrote {file}: {sum(map(len, saved.entries.values()))} objects")
    for notice in saved.left_out:
        say(str(notice), err=True)
