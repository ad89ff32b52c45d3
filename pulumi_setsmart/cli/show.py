"""The command ``show``."""

from typing import TYPE_CHECKING

import click

from pulumi_setsmart.cli.console import Command, say, write_json
from pulumi_setsmart.cli.stack_option import account_settings, environment_option, stack_option
from pulumi_setsmart.models.text import shown_json

if TYPE_CHECKING:
    from pulumi_setsmart.models.json import Json, JsonObject


@click.command(cls=Command)
@click.argument("wanted", metavar="ID|NAME")
@stack_option
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print the fields as JSON.")
def show(wanted: str, stack: str | None, *, only_environment: bool, as_json: bool) -> None:
    """Show one listing or webhook subscription of an account.

    NAME is the name of a listing, or the URL of a subscription, or a part of it that no other one
    has. The account is that of the stack. It is only read. Secrets are left out.

    Exit status: 0, or 1 if there is none, or more than one.
    """
    from pulumi_setsmart.adoption.inventory import inventory_of  # noqa: PLC0415 - needs the client
    from pulumi_setsmart.adoption.search import find_object, shown_fields  # noqa: PLC0415 - as above
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above

    settings = account_settings(stack, only_environment=only_environment)
    found = find_object(inventory_of(settings, shown_progress()), wanted)
    fields = shown_fields(found)
    for notice in found.left_out:
        say(str(notice), err=True)
    if as_json:
        write_json(fields)
    else:
        _show(fields)


def _show(fields: "JsonObject") -> None:
    from rich.table import Table  # noqa: PLC0415 - heavy

    from pulumi_setsmart.cli.display import cell, table_output  # noqa: PLC0415 - heavy

    table = Table.grid(padding=(0, 2))
    for name, value in fields.items():
        table.add_row(cell(name, "bold"), cell(_text(value)))
    table_output().print(table)


def _text(value: "Json") -> str:
    return value if isinstance(value, str) else shown_json(value)
