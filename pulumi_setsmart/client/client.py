"""One client for one account: sends requests, again where that is safe, within the rate limit."""

from __future__ import annotations

import functools
import json
import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

import httpx
import tenacity
from attrs import field, frozen

from pulumi_setsmart.client.answer import Answer, status_error
from pulumi_setsmart.client.credential import Credential, Keyring
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    ConnectionFailedError,
    ErrorContext,
    PermissionDeniedError,
    ServerError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)
from pulumi_setsmart.client.pacing import Pacer
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.json import JsonObject

_Result = TypeVar("_Result")

logger = logging.getLogger(__name__)

_ANNOUNCED_WAIT = 5.0
"""A wait longer than this many seconds is told to the user."""


@frozen
class Connection:
    """Everything that makes one client different from another.

    Attributes:
        base_url: The address of the API, without a slash at its end.
        credentials: The API keys to try in turn; at least one.
        timeout: How many seconds one attempt may take to connect, to send or to answer.
        retry: How often, and after how long, a request is sent again.
    """

    base_url: str
    credentials: tuple[Credential, ...]
    timeout: float = 30.0
    retry: RetryPolicy = field(factory=RetryPolicy)


@frozen
class Request:
    """A request to the API.

    Attributes:
        method: The HTTP method.
        path: The path below the base URL, quoted, or an absolute address on the same origin.
        payload: The object to send as JSON, or None.
        headers: Headers of this request alone.
    """

    method: str
    path: str
    payload: JsonObject | None = None
    headers: dict[str, str] = field(factory=dict)


class Client:
    """Sends requests to one account of SetSmart.

    Args:
        connection: Where, with which key and how patiently.
        transport: What carries the requests; None is the network.
        sleep: Waits for a number of seconds.
        clock: The monotonic time in seconds.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = connection.base_url
        self._retry = connection.retry
        self._keyring = Keyring(connection.credentials)
        self._sleep = sleep
        self._pacer = Pacer(clock=clock, sleep=sleep, announce=_announce_wait)
        self._http = httpx.Client(
            base_url=connection.base_url,
            timeout=connection.timeout,
            headers={"Accept": "application/json", "User-Agent": "pulumi-setsmart"},
            transport=transport,
        )

    @property
    def credential(self) -> Credential:
        """The credential in use."""
        return self._keyring.current

    def url(self, path: str) -> str:
        """Return the absolute address of a path below the base URL."""
        return f"{self.base_url}{path}"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: Request, read: Callable[[Answer], _Result]) -> _Result:
        """Send ``request``, again where that is safe, and return what ``read`` makes of the answer.

        Args:
            request: The request.
            read: Turns a successful answer into the result; an answer that it cannot read counts
                as a failed attempt.

        Returns:
            The result of ``read``.

        Raises:
            ApiError: The request did not succeed.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                functools.partial(self._retry.repeats, request.method)
            ),
            wait=self._wait_before_next_attempt,
            stop=tenacity.stop_after_attempt(self._retry.attempts),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return attempts(lambda: read(self._send_authenticated(request)))
        except (ConnectionFailedError, ServerError, UnreadableAnswerError) as error:
            if request.method == "POST" and _may_have_been_carried_out(error):
                reason = f"{error.reason}; look in SetSmart whether it was created nevertheless"
                raise UnknownOutcomeError(reason, error.context) from None
            raise

    def _wait_before_next_attempt(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if error is None:
            return 0.0
        # Jitter keeps clients apart; it protects nothing, so it needs no strong randomness.
        delay = self._retry.delay(state.attempt_number, error, random.random)
        if delay > _ANNOUNCED_WAIT:
            reason = error.reason if isinstance(error, ApiError) else str(error)
            logger.warning("SetSmart: trying again in %.0f s: %s", delay, reason)
        return delay

    def _send_authenticated(self, request: Request) -> Answer:
        credential = self._keyring.current
        answer = self._send_once(request, credential)
        if answer.succeeded:
            return answer
        error = status_error(answer)
        if isinstance(error, AuthenticationError):
            if self._keyring.after(credential) is not None:
                return self._send_authenticated(request)
            reason = f"SetSmart refused the API key from {self._keyring.tried}. {credential.advice}"
            raise AuthenticationError(reason, error.context)
        if isinstance(error, PermissionDeniedError):
            reason = f"{error.reason}. The key is the one from {credential.source}"
            raise PermissionDeniedError(reason, error.context)
        raise error

    def _send_once(self, request: Request, credential: Credential) -> Answer:
        self._pacer.wait()
        context = ErrorContext(request.method, request.path)
        try:
            response = self._http.request(
                request.method,
                request.path,
                content=None if request.payload is None else _encode(request.payload),
                headers=self._headers(request, credential),
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise ConnectionFailedError(
                f"cannot connect to {self.base_url}", context, sent=False
            ) from None
        except httpx.TimeoutException:
            raise ConnectionFailedError("no answer in time", context, sent=True) from None
        except httpx.InvalidURL:
            raise ConnectionFailedError("not a usable address", context, sent=False) from None
        except UnicodeError:  # a host name that is none: ours, or that of a redirect
            raise ConnectionFailedError("not a usable address", context, sent=True) from None
        except httpx.DecodingError:
            raise UnreadableAnswerError("the answer cannot be decoded", context) from None
        except httpx.HTTPError:
            raise ConnectionFailedError("the connection was lost", context, sent=True) from None
        self._pacer.observe(response.headers)
        return Answer(
            request.method, request.path, response.status_code, response.headers, response.content
        )

    @staticmethod
    def _headers(request: Request, credential: Credential) -> dict[str, str]:
        headers = {"X-API-Key": credential.key, **request.headers}
        if request.payload is not None:
            headers["Content-Type"] = "application/json"
        return headers


def _encode(payload: JsonObject) -> bytes:
    # Escaped: half a surrogate pair, as a server may have cut it off, has no encoding of its own.
    return json.dumps(payload, allow_nan=False).encode()


def _announce_wait(seconds: float) -> None:
    if seconds > _ANNOUNCED_WAIT:
        logger.warning("SetSmart: the rate limit is used up; going on in %.0f s", seconds)


def _may_have_been_carried_out(error: ApiError) -> bool:
    return not isinstance(error, ConnectionFailedError) or error.sent
