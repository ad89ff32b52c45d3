"""Loggers whose lines contain no secrets, whatever handlers they have."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pulumi_setsmart.client.confidential import foreign, redacted
from pulumi_setsmart.client.tracebacks import traceback_of

_HTTP_LOGS = (
    *("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy"),
    "httpcore.socks",
)
"""The loggers of the HTTP library, whose lines may contain headers and addresses."""


def log_of(name: str) -> logging.Logger:
    """Return the logger of a module, whose lines contain no secrets."""
    log = logging.getLogger(name)
    log.addFilter(_OURS)
    return log


def guard_http_logs() -> None:
    """Keep secrets out of the logs of the HTTP library."""
    for name in _HTTP_LOGS:
        logging.getLogger(name).addFilter(_FOREIGN)


class _Guard(logging.Filter):
    """Removes the secrets from the records of a logger.

    Args:
        without_secrets: Removes them from a text.
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
