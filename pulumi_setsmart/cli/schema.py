"""The command ``schema``."""

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of portfolio files.

    Keep it in a file, and editors complete and check portfolio.yaml that begin with the line
    "# yaml-language-server: $schema=FILE".
    """
    from pulumi_setsmart.specification.schema import portfolio_schema  # noqa: PLC0415 - heavy

    click.echo(json.dumps(portfolio_schema(), indent=2))
