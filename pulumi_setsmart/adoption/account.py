"""The account that a command asks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.run import Run


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Account]:
    """Open the account that is configured, for as long as the context lasts."""
    client = Client.of(settings.connection)
    try:
        yield Account(client, accept_change=settings.accept_account_change, run=Run())
    finally:
        client.close()
