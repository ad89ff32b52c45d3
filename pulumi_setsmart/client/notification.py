"""A message to another service, such as a chat: posted within limits, and retried."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from http import HTTPStatus

from pulumi_setsmart.client.confidential import keep_secret
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.log import guard_http_logs
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.json import JsonObject

_SECONDS = 10.0
"""How long an attempt may take."""

_POLICY = RetryPolicy(retries=3, first_delay=1.0)


def post_notification(
    address: str,
    payload: JsonObject,
    *,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> str | None:
    """Post a message, and return why it was not delivered, or None if it was.

    It is sent again if it may not have arrived: a message that comes twice does no harm. A redirect
    is not followed, and nothing is read of a response but its status. No reason has the address,
    which is a secret.

    Args:
        address: Where to post it.
        payload: The message.
        transport: What carries the requests; None is the network.
        sleep: Waits for a number of seconds.
        clock: The monotonic time in seconds.
    """
    guard_http_logs()
    mounts: dict[str, httpx.BaseTransport | None] = {}
    if transport is None:
        from pulumi_setsmart.client.transport import network  # noqa: PLC0415 -- as in the channel

        try:
            transport, mounts = network(address, clock)
        except OSError:
            return "the certificates in SSL_CERT_FILE or SSL_CERT_DIR cannot be read"
        except (httpx.InvalidURL, ValueError, RuntimeError):  # the last: a proxy's missing library
            return "the proxy of the environment cannot be used"
    content = json.dumps(payload).encode()
    with httpx.Client(transport=transport, mounts=mounts, trust_env=False) as http:
        for attempt in range(1, _POLICY.retries + 2):
            reason, is_final = _attempt(http, address, content)
            if is_final:
                return reason
            if attempt <= _POLICY.retries:
                sleep(_POLICY.delay(attempt, random.random))
    return reason


def _attempt(http: httpx.Client, address: str, content: bytes) -> tuple[str | None, bool]:
    """Return why a message was not delivered, and whether another attempt is of no use."""
    headers = {"Content-Type": "application/json", "User-Agent": "pulumi-setsmart"}
    try:
        request = http.build_request(
            "POST", address, content=content, headers=headers, timeout=_SECONDS
        )
        keep_secret(str(request.url))  # the log of the library has it as it is sent
        response = http.send(request, stream=True)
        response.close()
    except httpx.TimeoutException:
        return "no response in time", False
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return "not a usable address", True
    except httpx.HTTPError:
        return "the connection failed", False
    status = response.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None, True
    is_temporary = (
        status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return f"the response was HTTP {status}", not is_temporary
