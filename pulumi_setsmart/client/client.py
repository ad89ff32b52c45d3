"""A client for one account: sends requests, and retries them where that is safe."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Self, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import attrs
from attrs import frozen

from pulumi_setsmart.client.budget import Budget
from pulumi_setsmart.client.channel import Channel
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.credential import Credential, Keyring
from pulumi_setsmart.client.error_body import status_error
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    DeadlineExceededError,
    ErrorContext,
    PermissionDeniedError,
    RedirectError,
    StatusError,
    UnknownOutcomeError,
)
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.client.pacing import Pacer, Permit, RateLimitWaitError
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.client.retry import may_have_been_carried_out
from pulumi_setsmart.models.message_code import MessageCode, with_code

_Result = TypeVar("_Result")

logger = log_of(__name__)

_ANNOUNCED_WAIT = 5.0
"""A longer wait, in seconds, is logged as a warning."""


@frozen(eq=False)
class Client:
    """Sends requests to one account of SetSmart, from any thread.

    Attributes:
        connection: Where the account is, and the limits for its requests.
    """

    connection: Connection
    _channel: Channel
    _keyring: Keyring
    _pacer: Pacer
    _sleep: Callable[[float], None]
    _clock: Callable[[], float]
    _before_sending: Callable[[], object]
    _budget: Budget | None = None
    """The time of the operation that the requests belong to; None if each is its own."""

    @classmethod
    def of(
        cls,
        connection: Connection,
        *,
        channel: Channel | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        before_sending: Callable[[], object] = lambda: None,
    ) -> Self:
        """Return the client of an account.

        Args:
            connection: Where the account is, and the limits for its requests.
            channel: What sends its requests, or None for an ordinary channel.
            transport: The transport of an ordinary channel; None is the network.
            sleep: Waits for a number of seconds.
            clock: The monotonic time in seconds.
            before_sending: Is called before each attempt, once it has waited for the rate limit.
        """
        return cls(
            connection,
            channel or Channel(connection, transport, clock),
            Keyring(connection.credentials),
            Pacer(clock, sleep),
            sleep,
            clock,
            before_sending,
        )

    def operation(self) -> Client:
        """Return the same client for requests that share one deadline from now on."""
        return attrs.evolve(self, budget=self._new_budget())

    def within_operation(self) -> Client:
        """Return a client whose requests share one deadline: that of this one, if it has one."""
        return self if self._budget is not None else self.operation()

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return self.connection.base_url

    @property
    def credential(self) -> Credential:
        """The credential in use."""
        return self._keyring.current

    def close(self) -> None:
        """Close the connections."""
        self._channel.close()

    def wait(self, seconds: float) -> None:
        """Wait, if the operation has enough time left.

        Raises:
            TimeoutError: It has not; nothing was waited for.
        """
        if self._budget is not None and seconds > self._budget.left:
            raise TimeoutError
        self._sleep(seconds)

    def send(self, request: Request, read: Callable[[Response], _Result]) -> _Result:
        """Send ``request``, retry it where that is safe, and return the result of ``read``.

        Args:
            request: The request.
            read: Turns a successful response into the result; a response that it cannot read
                counts as a failed attempt.

        Returns:
            The result of ``read``.

        Raises:
            UnknownOutcomeError: It is a POST, and whether it was carried out cannot be known.
            ApiError: The request did not succeed.
        """
        policy = self.connection.retry
        budget = self._budget or self._new_budget()
        budget.begin_request()
        for attempt in range(1, policy.retries + 2):
            try:
                return read(self._succeed(request, attempt, budget))
            except ApiError as error:
                failure = error
            if attempt > policy.retries or not policy.allows(request.method, failure):
                break
            # Jitter keeps clients apart; it protects nothing, so it needs no strong randomness.
            delay = policy.delay(attempt, random.random)
            if delay > budget.left:
                reason = f"{failure.reason}, and setsmart:deadline leaves no time to retry"
                failure = DeadlineExceededError(reason, failure.context)
                break
            if delay > _ANNOUNCED_WAIT:
                message = f"SetSmart: retrying in {delay:.0f} s: {failure.reason}"
                logger.warning("%s", with_code(message, MessageCode.RETRYING))
            self._sleep(delay)
        if request.method == "POST" and may_have_been_carried_out(failure):
            raise UnknownOutcomeError(failure.reason, failure.context)
        raise failure

    def _new_budget(self) -> Budget:
        return Budget(
            self.connection.deadline,
            self._clock,
            self._pacer.waited,
            counts_waits=self.connection.counts_waits,
        )

    def _succeed(self, request: Request, attempt: int, budget: Budget) -> Response:
        """Return a successful response, with the next key if one is rejected.

        Raises:
            ApiError: There was no response, or it has an error status.
        """
        while True:
            credential = self._keyring.current
            response = self._exchange(request, credential, attempt, budget)
            slashed_url = _url_with_other_slash(response)
            if slashed_url is not None and request.method == "GET":
                slashed = attrs.evolve(request, path=slashed_url)
                response = self._exchange(slashed, credential, attempt, budget)
            if response.succeeded:
                return response
            error = status_error(response)
            if isinstance(error, AuthenticationError) and self._keyring.after(credential):
                continue
            raise self._explained(error, credential, slashed_url)

    def _explained(
        self, error: StatusError, credential: Credential, slashed_url: str | None
    ) -> StatusError:
        """Return an error with what this client knows: the source of the key, or the right path."""
        match error:
            case RedirectError() if slashed_url is not None:
                path = self.connection.path(slashed_url)
                reason = (
                    f"SetSmart redirects to {path}. Write the path with that slash: in the path of "
                    "an ApiObject, or in setsmart:webhooksPath"
                    if path.split("?", 1)[0].endswith("/")
                    else f"SetSmart redirects to {path}. Write the path without a slash at its end"
                )
                return RedirectError(reason, error.context)
            case AuthenticationError():
                reason = (
                    f"SetSmart rejected the API key from {self._keyring.tried}. {credential.advice}"
                )
                return AuthenticationError(reason, error.context)
            case PermissionDeniedError():
                reason = f"{error.reason}. The key is the one from {credential.source}"
                return PermissionDeniedError(reason, error.context)
        return error

    def _exchange(
        self, request: Request, credential: Credential, attempt: int, budget: Budget
    ) -> Response:
        """Send a request once, as soon as the rate limit allows, and return its response."""
        context = ErrorContext(request.method, self.connection.path(request.path), attempt=attempt)
        permit = self._admit(context, budget)
        started = self._clock()
        response = None
        try:
            self._before_sending()
            ends_at = started + min(self.connection.timeout, budget.left)
            response = self._channel.send(request, credential, context, ends_at)
        finally:
            self._settle(permit, response)
            self._log(context, response, self._clock() - started)
        return response

    def _admit(self, context: ErrorContext, budget: Budget) -> Permit:
        """Wait until the request may be sent, if there is enough time."""
        asked_at = self._clock()
        deadline = self.connection.deadline
        try:
            if budget.left <= 0:
                raise DeadlineExceededError(
                    f"the operation has taken longer than setsmart:deadline ({deadline:g} s), so "
                    "nothing more is sent",
                    context,
                )
            return self._pacer.admit(budget.longest_wait)
        except RateLimitWaitError as error:
            raise DeadlineExceededError(
                f"the rate limit allows no request for another {error.seconds:.0f} s, which is "
                f"more than setsmart:deadline ({deadline:g} s) leaves",
                context,
            ) from None
        finally:
            budget.note_wait(self._clock() - asked_at)

    def _settle(self, permit: Permit, response: Response | None) -> None:
        if response is None:
            self._pacer.settle(permit)
        elif response.status == HTTPStatus.UNAUTHORIZED:
            # The rate limit of an unknown key says nothing about ours.
            self._pacer.settle(permit, response.status)
        else:
            self._pacer.settle(permit, response.status, response.headers)

    def _log(self, context: ErrorContext, response: Response | None, seconds: float) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            facts = {
                "method": context.method,
                "path": context.path.split("?", 1)[0],
                "status": None if response is None else response.status,
                "milliseconds": round(seconds * 1000),
                "attempt": context.attempt,
                "remaining": self._pacer.remaining,
            }
            logger.debug("SetSmart request %s", json.dumps(facts))


def _url_with_other_slash(response: Response) -> str | None:
    """Return where a response redirects to, if only a slash at the end of the path differs."""
    location = response.headers.get("Location")
    if location is None or not response.redirects:
        return None
    try:
        target = urlsplit(urljoin(response.url, location))
    except ValueError:
        return None
    here = urlsplit(response.url)
    is_the_same = target._replace(path=target.path.rstrip("/")) == here._replace(
        path=here.path.rstrip("/")
    )
    return urlunsplit(target) if is_the_same and target.path != here.path else None
