"""The account: is the key accepted, how much of the budget is left, are the clocks together?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import attrs

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from pulumi_setsmart.client.rate_limit_headers import remaining_requests
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.client.timestamp import http_date
from pulumi_setsmart.config import Settings
from pulumi_setsmart.diagnosis.finding import Finding
from pulumi_setsmart.models.message_code import MessageCode, Notice

_MOST_SECONDS = 30.0
_MOST_SKEW = 60.0
_FEW_LEFT = 10
_LONGEST_LIMIT = 40
"""Characters; a server may say more than a number."""


def account_findings(
    settings: Settings, clock: Callable[[], float] = time.time, seconds: float = _MOST_SECONDS
) -> Iterator[Finding]:
    """Look at an account with two requests that read, and yield what is found.

    Args:
        settings: Where it is, and its key.
        clock: This machine's time in seconds since 1970.
        seconds: How long both may take together, waits for the rate limit included.
    """
    connection = attrs.evolve(
        settings.connection,
        retry=RetryPolicy(retries=0),
        deadline=min(settings.connection.deadline, seconds),
        counts_waits=True,
    )
    client = Client.of(connection).operation()
    try:
        response = client.send(Request("GET", "/properties"), _itself)
    except AuthenticationError as error:
        yield Finding.error("key", error, "Put a key that is valid where it is read from.")
    except PermissionDeniedError as error:
        yield Finding.error(
            "key", error, "Ask for the permission to read listings, from this address."
        )
    except RateLimitError as error:
        yield Finding.warning("budget", error, "Somebody else uses the same key; look again later.")
    except ApiError as error:
        yield Finding.error("account", error, f"Is {connection.base_url} right, and reachable?")
    else:
        yield Finding.ok(
            "key", f"accepted by {connection.base_url}, from {client.credential.source}"
        )
        yield _clock_finding(response, clock())
        yield _budget_finding(response)
        yield from _webhooks_findings(client, settings.webhooks_path)
    finally:
        client.close()


def _itself(response: Response) -> Response:
    return response


def _clock_finding(response: Response, now: float) -> Finding:
    date = http_date(response.headers.get("Date", ""))
    if date is None:
        return Finding.warning(
            "clock",
            Notice(MessageCode.SERVER_TIME_UNKNOWN, "the server does not tell its time"),
            "Waits go by this machine's clock.",
        )
    skew = now - date
    if abs(skew) <= _MOST_SKEW:
        return Finding.ok("clock", "agrees with the server's, to the minute")
    ahead = "ahead of" if skew > 0 else "behind"
    return Finding.warning(
        "clock",
        Notice(MessageCode.CLOCK_DIFFERS, f"{abs(skew):.0f} s {ahead} the server's"),
        "Set this machine's clock: a receiver refuses webhooks that are five minutes away. "
        "Requests go by the server's clock anyway.",
    )


def _budget_finding(response: Response) -> Finding:
    left = remaining_requests(response.headers)
    if left is None:
        return Finding.warning(
            "budget",
            Notice(MessageCode.RATE_LIMIT_UNKNOWN, "the server does not tell it"),
            "Requests are sent until it refuses one.",
        )
    limit = quoted(response.headers.get("X-RateLimit-Limit", "unknown"), _LONGEST_LIMIT)
    text = f"{left} of {limit} requests left in this window"
    if left >= _FEW_LEFT:
        return Finding.ok("budget", text)
    return Finding.warning(
        "budget",
        Notice(MessageCode.FEW_REQUESTS_LEFT, text),
        "Somebody else uses the same key; runs will wait for them.",
    )


def _webhooks_findings(client: Client, path: str) -> Iterator[Finding]:
    try:
        client.send(Request("GET", path), _itself)
    except NotFoundError:
        yield Finding.warning(
            "webhooks",
            Notice(MessageCode.NO_WEBHOOKS, f"there is nothing at {path}"),
            "Set setsmart:webhooksPath to where subscriptions are, if you declare any.",
        )
    except PermissionDeniedError as error:
        yield Finding.warning("webhooks", error, "Subscriptions cannot be managed with this key.")
    except ApiError as error:
        yield Finding.warning(
            "webhooks", error, "Nothing is known of subscriptions; look again later."
        )
    else:
        yield Finding.ok("webhooks", f"found at {path}")
