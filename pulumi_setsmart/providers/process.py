"""What there is once per process: clients, what was seen of their accounts, and the log."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

import pulumi

from pulumi_setsmart.client.client import Client, Connection
from pulumi_setsmart.config import Settings, load_settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.providers.failure import hide_tracebacks

_lock = threading.Lock()
_accounts: dict[Connection, tuple[Client, Account]] = {}


class _ToUser(logging.Handler):
    """Shows warnings in the terminal, where Pulumi shows its own."""

    def emit(self, record: logging.LogRecord) -> None:
        pulumi.log.warn(record.getMessage())


def prepare() -> None:
    """Make this process show warnings to the user, and errors without tracebacks."""
    hide_tracebacks()
    logger = logging.getLogger("pulumi_setsmart")
    with _lock:
        if not logger.handlers:
            logger.addHandler(_ToUser(logging.WARNING))


def lifecycle(
    kind: Kind, configured: Callable[[str], object], environment: Mapping[str, str]
) -> Lifecycle:
    """Return the lifecycle of a kind of resource in the account that is configured.

    Pulumi makes a provider for each class; they share one client, and so one set of limits, for
    each base URL and key.

    Raises:
        ConfigurationError: A setting is missing or not allowed.
    """
    settings = load_settings(configured, environment)
    client, account = _account(settings)
    return Lifecycle(kind, client, account, settings)


def _account(settings: Settings) -> tuple[Client, Account]:
    with _lock:
        found = _accounts.get(settings.connection)
        if found is None:
            client = Client(settings.connection)
            account = Account(client, accept_change=settings.accept_account_change)
            found = _accounts[settings.connection] = client, account
        return found
