"""Logs whose lines hold no secrets, whoever listens to them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pulumi_setsmart.client.confidential import foreign, redacted
from pulumi_setsmart.client.tracebacks import traceback_of

_HTTP_LOGS = (
    *("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy"),
    "httpcore.socks",
)
"""The logs of the HTTP library, which may hold headers and addresses."""


def log_of(name: str) -> logging.Logger:
    """Return the log of a module, whose lines hold no secrets wherever they are shown."""
    log = logging.getLogger(name)
    log.addFilter(_OURS)
    return log


def guard_http_logs() -> None:
    """Keep secrets out of what the HTTP library logs, should somebody listen to it."""
    for name in _HTTP_LOGS:
        logging.getLogger(name).addFilter(_FOREIGN)


class _Guard(logging.Filter):
    """Takes the secrets out of the records of a log.

    Args:
        without_secrets: Takes them out of a text.
    """

    def __init__(self, without_secrets: Callable[[str], str]) -> None:
        super().__init__()
        self._without_secrets = without_secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._without_secrets(record.getMessage()), None
        if record.exc_info and record.exc_info[1]:
            record.exc_text, record.exc_info = traceback_of(record.exc_info[1]).rstrip(), None
        return True


_OURS, _FOREIGN = _Guard(redacted), _Guard(foreign)
