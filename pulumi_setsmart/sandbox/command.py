"""The sandbox as a program: what the command line does once its options are read."""

import contextlib
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import TypedDict
from urllib.parse import urlsplit

import click

from pulumi_setsmart.sandbox.api_key import ApiKey
from pulumi_setsmart.sandbox.app import BASE_PATH, create_app
from pulumi_setsmart.sandbox.background import Background
from pulumi_setsmart.sandbox.behaviour import Behaviour, Put, Secrets
from pulumi_setsmart.sandbox.deliveries.delivery import Delivery
from pulumi_setsmart.sandbox.deliveries.settings import DeliverySettings, Signature
from pulumi_setsmart.sandbox.hosts import Hosts
from pulumi_setsmart.sandbox.listings import seed
from pulumi_setsmart.sandbox.printable import printable
from pulumi_setsmart.sandbox.server import serve
from pulumi_setsmart.sandbox.settings import DEFAULT_KEY, SandboxSettings
from pulumi_setsmart.sandbox.storage import Storage


class Options(TypedDict):
    """The options of the command ``sandbox``, explained by its ``--help``."""

    host: str
    port: int
    allowed_hosts: tuple[str, ...]
    database: str
    listings: int
    keys: tuple[str, ...]
    read_only_keys: tuple[str, ...]
    keys_for_networks: tuple[tuple[str, IPv4Network | IPv6Network], ...]
    rate_limit: int
    rate_window: float
    latency: float
    secrets: Secrets
    put: Put
    normalise: bool
    frozen: tuple[str, ...]
    largest: dict[str, int]
    page_size: int | None
    webhook_signature: Signature
    webhook_secret_overlap: float
    webhook_timeout: float
    webhook_attempts: int
    webhook_backoff: float
    webhook_duplicates: float
    webhook_shuffle: float
    webhook_hosts: tuple[str, ...]


def run(options: Options, background: Background | None = None) -> None:
    """Serve a sandbox until SIGINT or SIGTERM, either of which ends the process with 0.

    Args:
        options: The options of the command line.
        background: Where it is noted that the sandbox runs in the background; then this returns
            as soon as connections are accepted. None to serve in this process.

    Raises:
        SystemExit: In the background, it cannot be started.
        click.UsageError: If a key is empty or given twice, or a host is none.
        sqlite3.Error: If the database cannot be used.
        DatabaseTroubleError: If it becomes unusable.
        OSError: If the address cannot be listened on.
    """
    try:
        settings = _settings(options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None

    def serve_in_background(background: Background, continues: Callable[[int], None]) -> None:
        def announce(base_url: str) -> None:
            port = urlsplit(base_url).port or 0
            stop = f"`pulumi-setsmart sandbox --stop --port {port}` stops it."
            _announce(base_url, settings, f"{stop}\nIts log: {background.log_file(port)}")
            continues(port)

        _serve(options, settings, announce)

    if background is None:
        _serve(options, settings, lambda url: _announce(url, settings, "Ctrl-C stops it."))
    else:
        background.start(partial(serve_in_background, background))


def _serve(options: Options, settings: SandboxSettings, announce: Callable[[str], None]) -> None:
    with Storage(options["database"]) as storage:
        seed(storage, options["listings"])
        app = create_app(settings, storage=storage, on_outcome=_print_outcome)
        serve(app, host=options["host"], port=options["port"], announce=announce)


def _announce(base_url: str, settings: SandboxSettings, how_to_stop: str) -> None:
    click.echo(f"SetSmart sandbox on {base_url}")
    click.echo(f"In a browser on this machine: {base_url.removesuffix(BASE_PATH)}/")
    has_default_key = any(key.value == DEFAULT_KEY for key in settings.keys)
    click.echo(f"API key: {DEFAULT_KEY}. {how_to_stop}" if has_default_key else how_to_stop)


def _print_outcome(delivery: Delivery, outcome: str) -> None:
    line = f"{delivery.type} to {delivery.subscription}, {delivery.event_id}: {outcome}"
    # Whoever reads along may have gone, or be a file on a full disk.
    with contextlib.suppress(OSError):
        click.echo(printable(line))


def _keys(options: Options) -> tuple[ApiKey, ...]:
    networks: dict[str, tuple[IPv4Network | IPv6Network, ...]] = {}
    for key, network in options["keys_for_networks"]:
        networks[key] = (*networks.get(key, ()), network)
    return (
        *(ApiKey(key) for key in options["keys"]),
        *(ApiKey(key, read_only=True) for key in options["read_only_keys"]),
        *(ApiKey(key, networks=where) for key, where in networks.items()),
    )


def _settings(options: Options) -> SandboxSettings:
    return SandboxSettings(
        keys=_keys(options) or (ApiKey(DEFAULT_KEY),),
        rate_limit=options["rate_limit"],
        rate_window=options["rate_window"],
        latency=options["latency"],
        hosts=Hosts(options["allowed_hosts"]),
        behaviour=Behaviour(
            page_size=options["page_size"],
            put=options["put"],
            secrets=options["secrets"],
            normalise=options["normalise"],
            frozen=frozenset(options["frozen"]),
            largest=options["largest"],
        ),
        deliveries=DeliverySettings(
            signature=options["webhook_signature"],
            secret_overlap=options["webhook_secret_overlap"],
            timeout=options["webhook_timeout"],
            attempts=options["webhook_attempts"],
            backoff=options["webhook_backoff"],
            duplicates=options["webhook_duplicates"],
            shuffle=options["webhook_shuffle"],
            hosts=frozenset(options["webhook_hosts"]),
        ),
    )
