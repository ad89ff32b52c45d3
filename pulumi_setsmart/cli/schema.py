"""The command ``schema``."""

import click

from pulumi_setsmart.cli.console import Command, write_json


@click.command(cls=Command)
@click.option("--pulumi", is_flag=True, help="Print the schema of the Pulumi package instead.")
def schema(*, pulumi: bool) -> None:
    """Print the JSON Schema of portfolio files.

    Save it in FILE. Editors then complete and check a portfolio.yaml that begins with the line
    "# yaml-language-server: $schema=FILE".
    """
    from pulumi_setsmart.plugin.schema import package_schema  # noqa: PLC0415 - heavy
    from pulumi_setsmart.specification.schema import portfolio_schema  # noqa: PLC0415 - heavy

    write_json(package_schema() if pulumi else portfolio_schema())
