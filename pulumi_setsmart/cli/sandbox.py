"""The command ``sandbox``."""

import sqlite3
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from pulumi_setsmart.cli.console import Command, command_error
from pulumi_setsmart.models.message_code import MessageCode

if TYPE_CHECKING:
    from pulumi_setsmart.sandbox.background import Background
    from pulumi_setsmart.sandbox.command import Options


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


def _largest(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, int]:
    pairs = [each.rpartition("=") for each in given]
    try:
        return {field: int(number) for field, _, number in pairs}
    except ValueError:
        raise click.BadParameter("must be FIELD=N, such as max_guests=16") from None


@click.command(cls=Command, context_settings={"show_default": True})
@click.option(
    "--detach", is_flag=True, help="Run in the background, and return when the server responds."
)
@click.option(
    "--stop",
    is_flag=True,
    help="End the sandbox that --detach started on --port, and nothing else.",
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, help="Port; 0 chooses a free one."
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="HOST",
    help="Host name to accept in addition to this machine's own; may be repeated."
    "  [default: on loopback none, elsewhere all]",
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False),
    default=":memory:",
    show_default="in memory",
    help="File that stores the data.",
)
@click.option(
    "--seed",
    "listings",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Number of sample listings in a new database.",
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
    help="API key that is valid only from this network; may be repeated.",
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
    help="Delay of each response, as over a network.",
)
@click.option(
    "--secrets",
    type=click.Choice(["full", "masked", "absent", "null", "once"]),
    default="absent",
    help="How the secret of a webhook is returned; once: only in the response to the POST.",
)
@click.option(
    "--put",
    type=click.Choice(["replace", "merge"]),
    default="replace",
    help="Whether a PUT replaces the object or merges into it.",
)
@click.option(
    "--normalise",
    is_flag=True,
    help="Normalise values: white space, the case of status, fractions.",
)
@click.option(
    "--frozen",
    multiple=True,
    metavar="FIELD",
    help="Field that a PUT does not change; may be repeated.",
)
@click.option(
    "--largest",
    multiple=True,
    callback=_largest,
    metavar="FIELD=N",
    help="Field that is limited to N, without an error; may be repeated.",
)
@click.option(
    "--page-size",
    type=click.IntRange(min=1),
    show_default="all on one page",
    metavar="N",
    help="Objects per page of a list.",
)
@click.option(
    "--webhook-signature",
    type=click.Choice(["standard", "hex"]),
    default="standard",
    help="How deliveries are signed: Standard Webhooks, or hex in X-SetSmart-Signature.",
)
@click.option(
    "--webhook-secret-overlap",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long deliveries are also signed with a replaced secret.",
)
@click.option(
    "--webhook-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=15.0,
    metavar="SECONDS",
    help="Time after which an attempt without a response fails.",
)
@click.option(
    "--webhook-attempts",
    type=click.IntRange(min=1),
    default=12,
    metavar="N",
    help="Maximum attempts of a delivery.",
)
@click.option(
    "--webhook-backoff",
    type=click.FloatRange(min=0),
    default=1.0,
    metavar="SECONDS",
    help="Wait after the first failed attempt; each further one is twice as long.",
)
@click.option(
    "--webhook-duplicates",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="SHARE",
    help="Share of deliveries that are sent twice, to test receivers.",
)
@click.option(
    "--webhook-shuffle",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Collect deliveries for this long and send them in random order.",
)
@click.option(
    "--webhook-host",
    "webhook_hosts",
    multiple=True,
    metavar="HOST",
    help="Host to deliver to in addition to this machine; may be repeated.",
)
def sandbox(*, detach: bool, stop: bool, **options: Unpack["Options"]) -> None:
    """Run a local SetSmart server.

    It responds like the API, stores what it receives, and needs no account. Point a Pulumi program
    or any HTTP client at the address that it prints. When listings change, it calls the webhook
    subscriptions on this machine, and prints the results.

    With --detach it prints the address too and returns, and --stop ends it later. Its output is
    written to a file then.
    """
    if detach and stop:
        raise click.UsageError("Give either --detach or --stop.")
    try:
        from pulumi_setsmart.sandbox.background import Background  # noqa: PLC0415 - as below
        from pulumi_setsmart.sandbox.command import run  # noqa: PLC0415 - its packages are an extra
        from pulumi_setsmart.sandbox.database import DatabaseTroubleError  # noqa: PLC0415 - heavy
    except ModuleNotFoundError as error:
        if error.name not in {"starlette", "uvicorn"}:
            raise
        raise command_error(
            MessageCode.SANDBOX_NOT_INSTALLED,
            "The sandbox needs more packages: install pulumi-setsmart[sandbox]",
        ) from None
    background = Background(Path(click.get_app_dir("pulumi-setsmart", force_posix=True)))
    if stop:
        _stop(background, options["port"])
        return
    try:
        run(options, background if detach else None)
    except (sqlite3.Error, DatabaseTroubleError) as error:
        raise command_error(
            MessageCode.UNUSABLE_DATABASE, f"Cannot use {options['database']}: {error}"
        ) from None
    except OSError as error:
        if error.filename is not None:  # it is about a file, such as the log of --detach
            raise
        raise command_error(
            MessageCode.CANNOT_LISTEN,
            f"Cannot listen on {options['host']}:{options['port']}: {error.strerror}",
        ) from None


def _stop(background: "Background", port: int) -> None:
    if not background.stop(port):
        raise command_error(
            MessageCode.NO_SANDBOX,
            f"No sandbox that --detach started is running on port {port}; name another with --port",
        )
    click.echo(f"Stopped the sandbox on port {port}")
