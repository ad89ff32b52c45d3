"""When a request is sent again, and after how long: pure policy, no clock and no network."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from pulumi_setsmart.client.errors import (
    ApiError,
    ConnectionFailedError,
    RateLimitError,
    ServerError,
    UnreadableAnswerError,
)

_REPEATABLE_STATUSES = frozenset({500, 502, 503, 504})


@frozen
class RetryPolicy:
    """How patient the client is.

    Attributes:
        attempts: How often a request is sent at most.
        first_delay: The longest wait before the second attempt, in seconds; it doubles each time.
        longest_delay: The longest wait that we choose ourselves, in seconds.
        longest_requested_delay: The longest wait that a server may ask for, in seconds; a request
            that would have to wait longer fails at once.
    """

    attempts: int = 6
    first_delay: float = 0.25
    longest_delay: float = 10.0
    longest_requested_delay: float = 900.0

    def repeats(self, method: str, error: BaseException) -> bool:
        """Return whether ``method`` may be sent again after ``error``.

        A POST is only repeated when it is certain that it was not carried out: the connection was
        never made, or the server turned it away at the rate limit.
        """
        if isinstance(error, ApiError) and (error.retry_after or 0) > self.longest_requested_delay:
            return False
        if isinstance(error, RateLimitError):
            return True
        if isinstance(error, ConnectionFailedError):
            return method != "POST" or not error.sent
        if isinstance(error, ServerError):
            return method != "POST" and error.status in _REPEATABLE_STATUSES
        return method != "POST" and isinstance(error, UnreadableAnswerError)

    def delay(self, attempt: int, error: BaseException, random: Callable[[], float]) -> float:
        """Return how many seconds to wait before the next attempt.

        Args:
            attempt: How many attempts were made.
            error: What the last one ended with; a wait that the server asked for is kept to.
            random: Gives numbers from 0 to 1, so that clients that failed together do not come
                back together.
        """
        backoff = min(self.longest_delay, self.first_delay * 2.0 ** (attempt - 1))
        jittered = backoff * (0.5 + random() / 2)
        if isinstance(error, ApiError) and error.retry_after is not None:
            return error.retry_after + jittered / 10
        return jittered
