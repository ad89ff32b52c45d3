"""What there is once per process: clients, what was seen of their accounts, and the log."""

from __future__ import annotations

import functools
import logging
import os
import select
import sys
import threading
from pathlib import Path

import pulumi

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.confidential import shown
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.journal import Journal, JournalError, UnavailableJournal
from pulumi_setsmart.lifecycle.run import Run
from pulumi_setsmart.models.text import visible

LOG_VARIABLE = "SETSMART_LOG"
"""``debug`` shows a line for each request."""

_STANDARD_OUTPUT = 1

_lock = threading.RLock()
_accounts: dict[Connection, Account] = {}


class ToUser(logging.Handler):
    """Shows records in the terminal, where Pulumi shows its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record in one line."""
        show = pulumi.log.warn if record.levelno >= logging.WARNING else pulumi.log.info
        show(shown(visible(record.getMessage())))


def prepare(to_user: logging.Handler) -> None:
    """Make this process show our warnings to the user, and each request where that is asked for.

    Args:
        to_user: Shows them.
    """
    logger = logging.getLogger("pulumi_setsmart")
    with _lock:
        if not logger.handlers:
            logger.addHandler(to_user)
            asked = os.environ.get(LOG_VARIABLE, "").lower() == "debug"
            logger.setLevel(logging.DEBUG if asked else logging.WARNING)


def account(settings: Settings) -> Account:
    """Return the account that is configured.

    Pulumi makes a provider for each class; they share one account, and so one client and one set
    of limits, for each base URL and key; and all accounts share one run.
    """
    with _lock:
        found = _accounts.get(settings.connection)
        if found is None:
            found = Account(
                Client.of(settings.connection, before_sending=_end_if_abandoned),
                accept_change=settings.accept_account_change,
                run=the_run(),
            )
            _accounts[settings.connection] = found
        return found


def the_run() -> Run:
    """Return the run that this process takes part in."""
    with _lock:
        return _run()


@functools.cache
def _run() -> Run:
    return Run(journal=_journal())


def _journal() -> Journal | None:
    """Return what the processes of a run of the engine share; None in any other process."""
    if sys.platform == "win32":
        return None
    from pulumi_setsmart.providers.run_file import RunFile, engine_address  # noqa: PLC0415 - above

    engine = engine_address(sys.argv)
    if engine is None:
        return None
    temporary = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 -- holds a folder of this user only
    try:
        return RunFile.open(Path(temporary), engine)
    except JournalError as error:
        return UnavailableJournal(str(error))


def _end_if_abandoned() -> None:
    """End this process if the engine that started it was killed.

    Otherwise a create that waits for the rate limit would be sent a minute later, when the next run
    has already looked for what exists. The engine reads what this process prints, up to its end.
    """
    if not hasattr(select, "poll"):  # on Windows
        return
    output = select.poll()
    output.register(_STANDARD_OUTPUT, 0)
    if any(events & select.POLLERR for _, events in output.poll(0)):
        os._exit(1)  # nobody is there to be told
