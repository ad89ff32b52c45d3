"""When a request is sent again, and after how long: pure policy, no clock and no network."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from pulumi_setsmart.client.errors import (
    ApiError,
    ConnectionFailedError,
    InvalidResponseError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    UnexpectedResponseError,
    UntrustedServerError,
)

_MOST_ATTEMPTS_AT_A_FORM = 4
"""A form that we do not read may come from something in between; soon it is the server's own."""

_REPEATABLE_STATUSES = frozenset({500, 502, 503, 504})


@frozen
class RetryPolicy:
    """How patient the client is.

    Attributes:
        retries: How often a request is sent again at most.
        first_delay: The longest wait before the second attempt, in seconds; it doubles each time.
        longest_delay: The longest wait between two attempts, in seconds.
    """

    retries: int = 8
    first_delay: float = 0.25
    longest_delay: float = 10.0

    def allows(self, method: str, error: BaseException) -> bool:
        """Return whether ``method`` may be sent again after ``error``.

        A POST is only repeated when it is certain that it was not carried out: the connection was
        never made, or the server turned it away at the rate limit.
        """
        match error:
            case UntrustedServerError() | ResponseTooLargeError():
                return False
            case UnexpectedResponseError():
                return method != "POST" and error.context.attempt < _MOST_ATTEMPTS_AT_A_FORM
            case RateLimitError():
                return True
            case ConnectionFailedError():
                return method != "POST" or not error.sent
            case ServerError():
                return method != "POST" and error.status in _REPEATABLE_STATUSES
        return method != "POST" and isinstance(error, InvalidResponseError)

    def delay(self, attempt: int, random: Callable[[], float]) -> float:
        """Return how many seconds to wait before the next attempt.

        What the server asks for is not in it: the pacer holds every request back for that.

        Args:
            attempt: How many attempts were made.
            random: Gives numbers from 0 to 1, so that clients that failed together do not come
                back together.
        """
        backoff = min(self.longest_delay, self.first_delay * 2.0 ** (attempt - 1))
        return backoff * (0.5 + random() / 2)


def may_have_been_carried_out(error: ApiError) -> bool:
    """Return whether the request that ended in ``error`` may have done what it asked for."""
    match error:
        case ConnectionFailedError():
            return error.sent
        case ServerError() | InvalidResponseError():
            return True
    return False
