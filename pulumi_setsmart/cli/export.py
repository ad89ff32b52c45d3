"""The command ``export``."""

from pathlib import Path

import click

from pulumi_setsmart.cli.console import Command, say, write_data
from pulumi_setsmart.cli.stack_option import account_settings, environment_option, stack_option
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.message_code import Notice
from pulumi_setsmart.specification.format import Format, format_of


@click.command(cls=Command)
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File to write instead of standard output; an existing file is kept.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice([member.value for member in Format]),
    help="Format to write.  [default: that of the output's extension, else yaml]",
)
@click.option("--force", is_flag=True, help="Replace the output if it exists.")
@stack_option
@environment_option
def export(
    source: Path | None,
    output: Path | None,
    format_: str | None,
    stack: str | None,
    *,
    force: bool,
    only_environment: bool,
) -> None:
    """Write a portfolio as a file: YAML, JSON or CSV.

    SOURCE is a portfolio file to convert. Without it, the account of the stack is read; it is
    never written to. Secrets and ids are left out.

    Exit status: 0 if the file was written, 1 if not, 2 for a usage error.
    """
    from pulumi_setsmart.adoption.inventory import inventory_of  # noqa: PLC0415 - needs the client
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above
    from pulumi_setsmart.files.destination import is_file  # noqa: PLC0415 - as above
    from pulumi_setsmart.files.whole_file import (  # noqa: PLC0415 - as above
        existing_file_error,
        write_file,
    )
    from pulumi_setsmart.specification.reading import (  # noqa: PLC0415 - as above
        entries_in,
        read_entries,
    )
    from pulumi_setsmart.specification.writing import (  # noqa: PLC0415 - as above
        omissions,
        portfolio_text,
    )

    if output is not None and is_file(output) and not force:
        raise existing_file_error(output)
    wanted = _wanted(output, format_)
    left_out: list[Notice] = []
    if source is not None:
        entries = read_entries(source)
    else:
        settings = account_settings(stack, only_environment=only_environment)
        inventory = inventory_of(settings, shown_progress())
        entries, left_out = inventory.entries(), inventory.left_out
    text = portfolio_text(entries, wanted)
    entries_in(text, f"{output or 'the output'}", wanted)  # what cannot be read is not written
    if output is None:
        write_data(text)
    else:
        write_file(output, text, replace=force)
        say(f"wrote {output}", err=True)
    for notice in [*left_out, *omissions(entries, wanted)]:
        say(str(notice), err=True)


def _wanted(output: Path | None, format_: str | None) -> Format:
    if format_ is not None:
        return Format(format_)
    if output is None:
        return Format.YAML
    try:
        return format_of(output)
    except PortfolioFileError as error:
        raise click.UsageError(str(error)) from None
