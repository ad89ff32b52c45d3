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
"""How often a response of unknown form is requested; a proxy may have sent the first ones."""

_REPEATABLE_STATUSES = frozenset({500, 502, 503, 504})


@frozen
class RetryPolicy:
    """How often and how fast requests are retried.

    Attributes:
        retries: How often a request is sent again at most.
        first_delay: The longest wait before the second attempt, in seconds; it doubles each time.
        longest_delay: The longest wait between two attempts, in seconds.
        retries_connecting: Whether a request is retried if there was no connection. Somebody who
            waits at a terminal would rather know at once.
    """

    retries: int = 8
    first_delay: float = 0.25
    longest_delay: float = 10.0
    retries_connecting: bool = True

    def allows(self, method: str, error: BaseException) -> bool:
        """Return whether ``method`` may be sent again after ``error``.

        A POST is only retried if it was certainly not carried out: the connection failed, or the
        server rejected it because of the rate limit.
        """
        match error:
            case UntrustedServerError() | ResponseTooLargeError():
                return False
            case UnexpectedResponseError():
                return method != "POST" and error.context.attempt < _MOST_ATTEMPTS_AT_A_FORM
            case RateLimitError():
                return True
            case ConnectionFailedError():
                return method != "POST" if error.sent else self.retries_connecting
            case ServerError():
                return method != "POST" and error.status in _REPEATABLE_STATUSES
        return method != "POST" and isinstance(error, InvalidResponseError)

    def delay(self, attempt: int, random: Callable[[], float]) -> float:
        """Return how many seconds to wait before the next attempt.

        It does not include the wait that the server asks for, which the pacer adds.

        Args:
            attempt: How many attempts were made.
            random: Returns numbers from 0 to 1, so that clients that failed together do not retry
                together.
        """
        backoff = min(self.longest_delay, self.first_delay * 2.0 ** (attempt - 1))
        return backoff * (0.5 + random() / 2)


def may_have_been_carried_out(error: ApiError) -> bool:
    """Return whether the request that ended in ``error`` may have been applied."""
    match error:
        case ConnectionFailedError():
            return error.sent
        case ServerError() | InvalidResponseError():
            return True
    return False
