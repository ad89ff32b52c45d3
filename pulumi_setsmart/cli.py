"""The command ``pulumi-setsmart``."""

import json
import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.specification.writing import Format

if TYPE_CHECKING:
    from pulumi_setsmart.sandbox.foreground import Options


@click.group()
@click.version_option(package_name="pulumi-setsmart")
def main() -> None:
    """Short-term-rental listings and webhook subscriptions of SetSmart as code."""


@main.command()
def schema() -> None:
    """Print the JSON Schema of portfolio files.

    Keep it in a file, and editors complete and check portfolio.yaml that begin with the line
    "# yaml-language-server: $schema=FILE".
    """
    from pulumi_setsmart.specification.schema import portfolio_schema  # noqa: PLC0415 - as below

    click.echo(json.dumps(portfolio_schema(), indent=2))


@main.command()
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File to write instead of standard output; one that exists is kept.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice([each.value for each in Format]),
    help="What to write.  [default: as the output's name ends, else yaml]",
)
@click.option("--force", is_flag=True, help="Replace the output if it exists.")
def export(source: Path | None, output: Path | None, format_: str | None, *, force: bool) -> None:
    """Write a portfolio as a file: YAML, JSON or CSV.

    SOURCE is a portfolio file to convert. Without it, the account of SETSMART_API_KEY (and
    SETSMART_BASE_URL) is read, and nothing is written to it. Secrets and ids are left out.

    Exit status: 0 if it was written, 1 if not, 2 if the command was not understood.
    """
    from pulumi_setsmart.adoption.export import (  # noqa: PLC0415 - other commands need no client
        exported,
        inventory_of,
        write_file,
    )

    if output is not None and output.exists() and not force:
        raise click.ClickException(f"{output} exists; --force replaces it")
    chosen = format_ or ("" if output is None else output.suffix.removeprefix(".").lower())
    try:
        known = Format({"": "yaml", "yml": "yaml"}.get(chosen, chosen))
    except ValueError:
        raise click.UsageError(f"{output} must end in .yaml, .json or .csv") from None
    try:
        text, left_out = exported(inventory_of(source, os.environ), known)
        if output is None:
            click.echo(text, nl=False)
        else:
            write_file(output, text)
    except SetSmartError as error:
        raise click.ClickException(str(error)) from None
    for sentence in left_out:
        click.echo(sentence, err=True)


def _keys_for_networks(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, IPv4Network | IPv6Network], ...]:
    # Split from the right: keys may contain an equals sign, networks may not.
    pairs = [each.rpartition("=") for each in given]
    if not all(key for key, _, _ in pairs):
        raise click.BadParameter("must be KEY=CIDR, such as my-key=10.0.0.0/8")
    try:
        return tuple((key, ip_network(cidr)) for key, _, cidr in pairs)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@main.command(context_settings={"show_default": True})
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, help="Port; 0 takes a free one."
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False),
    default=":memory:",
    show_default="in memory",
    help="File that keeps the data.",
)
@click.option(
    "--seed",
    "listings",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Listings to begin with, if the database is new.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY",
    help="API key; may be repeated.  [default: sandbox-key]",
)
@click.option(
    "--read-only-key",
    "read_only_keys",
    multiple=True,
    metavar="KEY",
    help="API key that may only read; may be repeated.",
)
@click.option(
    "--key-for-network",
    "keys_for_networks",
    multiple=True,
    callback=_keys_for_networks,
    metavar="KEY=CIDR",
    help="API key that works from this network only; may be repeated.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(min=0),
    default=100,
    metavar="N",
    help="Requests that each key may send in a window; 0 for no limit.",
)
@click.option(
    "--rate-window",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    metavar="SECONDS",
    help="Length of a window.",
)
@click.option(
    "--latency",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How much later it answers, as over a network.",
)
@click.option(
    "--secrets",
    type=click.Choice(["full", "masked", "absent"]),
    default="absent",
    help="How the secret of a webhook is shown.",
)
@click.option(
    "--put",
    type=click.Choice(["replace", "merge"]),
    default="replace",
    help="What becomes of fields that a PUT leaves out.",
)
@click.option(
    "--normalise",
    is_flag=True,
    help="Tidy what is sent: white space, the case of status, fractions.",
)
@click.option(
    "--page-size",
    type=click.IntRange(min=1),
    show_default="all on one page",
    metavar="N",
    help="Objects on a page of a list.",
)
def sandbox(**options: Unpack["Options"]) -> None:
    """Run a SetSmart on this machine.

    It answers like the API, keeps what it is sent, and needs no account. Point a Pulumi program
    or any HTTP client at the address it prints.
    """
    try:
        from pulumi_setsmart.sandbox.foreground import run  # noqa: PLC0415 - its packages are an extra
    except ModuleNotFoundError as error:
        if error.name not in {"starlette", "uvicorn"}:
            raise
        raise click.ClickException(
            "The sandbox needs more packages: install pulumi-setsmart[sandbox]"
        ) from None
    run(options)
