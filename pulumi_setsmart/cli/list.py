"""The command ``list``."""

from typing import TYPE_CHECKING

import click

from pulumi_setsmart.cli.console import Command, write_json
from pulumi_setsmart.cli.stack_option import account_settings, environment_option, stack_option
from pulumi_setsmart.models.text import shown_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_setsmart.models.json import Json, JsonObject

_SECTIONS = ("properties", "webhooks")
_COLUMNS = {
    "properties": ("id", "name", "status", "bedrooms", "max_guests", "address"),
    "webhooks": ("id", "url", "status", "events"),
}
_WIDTH_FOR_ADDRESSES = 80
"""Where there are fewer columns, names need the room."""


@click.command(cls=Command, name="list")
@click.argument("section", type=click.Choice(_SECTIONS), default="properties")
@click.option(
    "--where",
    multiple=True,
    metavar="FIELD~TEXT",
    help="List only what has this text in a field, in any case; FIELD=TEXT: what is exactly this."
    " May be given several times; then all must hold.",
)
@stack_option
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print all fields as JSON.")
def list_objects(
    section: str,
    where: tuple[str, ...],
    stack: str | None,
    *,
    only_environment: bool,
    as_json: bool,
) -> None:
    """List what an account has.

    SECTION is properties or webhooks.  [default: properties]

    The account is that of the stack. It is only read. Secrets are left out.

    Exit status: 0, also if the list is empty, or 1 if the account cannot be read.
    """
    from pulumi_setsmart.adoption.inventory import inventory_of  # noqa: PLC0415 - needs the client
    from pulumi_setsmart.adoption.search import shown_fields  # noqa: PLC0415 - as above
    from pulumi_setsmart.adoption.selection import (  # noqa: PLC0415 - as above
        Condition,
        require_known_fields,
    )
    from pulumi_setsmart.cli.display import shown_progress  # noqa: PLC0415 - as above

    try:
        conditions = [*map(Condition.read, where)]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--where'") from None
    settings = account_settings(stack, only_environment=only_environment)
    objects = inventory_of(settings, shown_progress(), [section]).sections[section]
    require_known_fields(conditions, objects, "--where")
    found = [
        shown_fields(candidate)
        for candidate in objects
        if all(condition.holds(candidate) for condition in conditions)
    ]
    if as_json:
        write_json(found)
    else:
        _show(found, _COLUMNS[section])


def _show(found: "Sequence[JsonObject]", columns: tuple[str, ...]) -> None:
    from rich.table import Table  # noqa: PLC0415 - heavy

    from pulumi_setsmart.cli.display import cell, table_output  # noqa: PLC0415 - heavy

    console = table_output()
    table = Table(box=None, pad_edge=False)
    if console.width < _WIDTH_FOR_ADDRESSES:
        columns = tuple(name for name in columns if name != "address")
    for name in columns:
        table.add_column(name.replace("_", " ").capitalize(), overflow="fold")
    for fields in found:
        table.add_row(*(cell(_text(fields.get(name))) for name in columns))
    if found:
        console.print(table)
    console.print(f"{len(found)} in this account" if len(found) != 1 else "1 in this account")


def _text(value: "Json") -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return ", ".join(map(_text, value))
    return shown_json(value)
