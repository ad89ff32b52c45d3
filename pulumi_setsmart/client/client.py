"""A client for one account: sends requests, again where that is safe, until time is up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Self, TypeVar

import tenacity

from pulumi_setsmart.client.budget import Budget
from pulumi_setsmart.client.channel import Channel, Connection, Request
from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.errors import ApiError, DeadlineExceededError, UnknownOutcomeError
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.client.response import Answer
from pulumi_setsmart.client.retry import may_have_been_carried_out
from pulumi_setsmart.models.message_code import MessageCode, with_code

_Result = TypeVar("_Result")

logger = log_of(__name__)

_ANNOUNCED_WAIT = 5.0
"""A wait longer than this many seconds is told to the user."""


class Client:
    """Sends requests to one account of SetSmart.

    Args:
        channel: The way there.
        budget: The time of the operation that the requests belong to; None if each is one.
    """

    def __init__(self, channel: Channel, budget: Budget | None = None) -> None:
        self._channel = channel
        self._budget = budget

    @classmethod
    def of(
        cls,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """Return a client with a channel of its own; for the arguments see `Channel`."""
        return cls(Channel(connection, transport=transport, sleep=sleep, clock=clock))

    def operation(self) -> Client:
        """Return a client on the same channel whose requests, from now on, share one deadline."""
        return Client(self._channel, self._channel.budget())

    def within_operation(self) -> Client:
        """Return a client whose requests share one deadline: that of this one, if it has one."""
        return self if self._budget is not None else self.operation()

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return self._channel.connection.base_url

    @property
    def connection(self) -> Connection:
        """Where the account is, and within which bounds it is asked."""
        return self._channel.connection

    @property
    def credential(self) -> Credential:
        """The credential in use."""
        return self._channel.credential

    def url(self, path: str) -> str:
        """Return the absolute address of a path below the base URL."""
        return self._channel.url(path)

    def close(self) -> None:
        """Close the connections."""
        self._channel.close()

    def wait(self, seconds: float) -> None:
        """Let time pass, as far as the operation has any left.

        Raises:
            TimeoutError: It has not; no time has passed.
        """
        if self._budget is not None and seconds > self._budget.left:
            raise TimeoutError
        self._channel.sleep(seconds)

    def send(self, request: Request, read: Callable[[Answer], _Result]) -> _Result:
        """Send ``request``, again where that is safe, and return what ``read`` makes of the answer.

        Args:
            request: The request.
            read: Turns a successful answer into the result; an answer that it cannot read counts
                as a failed attempt.

        Returns:
            The result of ``read``.

        Raises:
            UnknownOutcomeError: It is a POST, and whether it was carried out cannot be known.
            ApiError: The request did not succeed.
        """
        policy = self._channel.connection.retry
        budget = self._budget or self._channel.budget()
        budget.begin_request()

        def repeats(error: BaseException) -> bool:
            return policy.allows(request.method, error)

        def gives_up(state: tenacity.RetryCallState) -> bool:
            return state.attempt_number > policy.repeats or state.upcoming_sleep > budget.left

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(repeats),
            # Jitter keeps clients apart; it protects nothing, so it needs no strong randomness.
            wait=lambda state: policy.delay(state.attempt_number, random.random),
            before_sleep=_announce_retry,
            stop=gives_up,
            sleep=self._channel.sleep,
            reraise=True,
        )

        def attempt() -> _Result:
            number: int = attempts.statistics["attempt_number"]
            answer = self._channel.exchange(request, attempt=number, budget=budget)
            return read(answer)

        try:
            return attempts(attempt)
        except ApiError as error:
            if request.method == "POST" and may_have_been_carried_out(error):
                raise UnknownOutcomeError(error.reason, error.context) from None
            if repeats(error) and error.context.attempt <= policy.repeats:
                reason = f"{error.reason}, and setsmart:deadline leaves no time to try again"
                raise DeadlineExceededError(reason, error.context) from None
            raise


def _announce_retry(state: tenacity.RetryCallState) -> None:
    if state.upcoming_sleep > _ANNOUNCED_WAIT and state.outcome is not None:
        error = state.outcome.exception()
        reason = error.reason if isinstance(error, ApiError) else str(error)
        seconds = f"{state.upcoming_sleep:.0f}"
        message = f"SetSmart: trying again in {seconds} s: {reason}"
        logger.warning("%s", with_code(message, MessageCode.RETRYING))
