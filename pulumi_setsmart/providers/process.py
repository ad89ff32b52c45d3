"""What there is once per process: clients, what was seen of their accounts, and the log."""

from __future__ import annotations

import logging
import threading

import pulumi

from pulumi_setsmart.client.channel import Connection
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account

_lock = threading.Lock()
_accounts: dict[Connection, Account] = {}


class _ToUser(logging.Handler):
    """Shows warnings in the terminal, where Pulumi shows its own."""

    def emit(self, record: logging.LogRecord) -> None:
        pulumi.log.warn(record.getMessage())


def prepare() -> None:
    """Make this process show our warnings to the user."""
    logger = logging.getLogger("pulumi_setsmart")
    with _lock:
        if not logger.handlers:
            logger.addHandler(_ToUser(logging.WARNING))


def account(settings: Settings) -> Account:
    """Return the account that is configured.

    Pulumi makes a provider for each class; they share one account, and so one client and one set
    of limits, for each base URL and key.
    """
    with _lock:
        found = _accounts.get(settings.connection)
        if found is None:
            found = Account(
                Client.of(settings.connection),
                accept_change=settings.accept_account_change,
                max_deletions=settings.max_deletions,
            )
            _accounts[settings.connection] = found
        return found
