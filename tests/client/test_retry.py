"""When a request is sent again, and after how long."""

import pytest

from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConnectionFailedError,
    ErrorContext,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnreadableAnswerError,
)
from pulumi_setsmart.client.retry import RetryPolicy

LOST = ConnectionFailedError("lost", ErrorContext("?", "/"), sent=True)
NEVER_SENT = ConnectionFailedError("refused", ErrorContext("?", "/"), sent=False)
UNREADABLE = UnreadableAnswerError("no JSON", ErrorContext("?", "/", 200))
LIMITED = RateLimitError("limit", ErrorContext("?", "/", 429))


def server_error(status: int) -> ServerError:
    """Return an error with a status of the 500s."""
    return ServerError("failed", ErrorContext("?", "/", status))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "error",
    [LOST, NEVER_SENT, UNREADABLE, LIMITED, *map(server_error, (500, 502, 503, 504))],
    ids=repr,
)
def test_what_may_be_repeated_is(method: str, error: ApiError) -> None:
    """Requests that do the same when they are done twice are repeated after passing failures."""
    assert RetryPolicy().repeats(method, error)


@pytest.mark.parametrize("error", [NEVER_SENT, LIMITED], ids=repr)
def test_a_post_that_was_not_carried_out_is_repeated(error: ApiError) -> None:
    """Without a connection, or turned away at the limit, nothing was created."""
    assert RetryPolicy().repeats("POST", error)


@pytest.mark.parametrize(
    "error", [LOST, UNREADABLE, *map(server_error, (500, 502, 503, 504))], ids=repr
)
def test_a_post_that_was_perhaps_carried_out_is_not(error: ApiError) -> None:
    """A listing is never created twice by us."""
    assert not RetryPolicy().repeats("POST", error)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "error",
    [
        BadRequestError("no", ErrorContext("?", "/", 400)),
        AuthenticationError("no", ErrorContext("?", "/", 401)),
        PermissionDeniedError("no", ErrorContext("?", "/", 403)),
        NotFoundError("no", ErrorContext("?", "/", 404)),
        server_error(501),
        ValueError("a bug"),
    ],
    ids=repr,
)
def test_what_will_not_pass_is_not_repeated(method: str, error: Exception) -> None:
    """A refusal stays one, however often it is asked for."""
    assert not RetryPolicy().repeats(method, error)


def test_a_wait_beyond_reason_is_an_error_at_once() -> None:
    """A server that asks to wait for hours is not waited for."""
    policy = RetryPolicy(longest_requested_delay=60)
    context = ErrorContext("GET", "/", 429)
    assert policy.repeats("GET", RateLimitError("limit", context, retry_after=60))
    assert not policy.repeats("GET", RateLimitError("limit", context, retry_after=61))


def test_waits_double_up_to_the_longest() -> None:
    """Without jitter taken off, the waits are 1, 2, 4, 8 and then 10 seconds."""
    policy = RetryPolicy(first_delay=1, longest_delay=10)
    waits = [policy.delay(attempt, LOST, lambda: 1.0) for attempt in range(1, 7)]
    assert waits == [1, 2, 4, 8, 10, 10]


def test_jitter_takes_at_most_half() -> None:
    """Clients that failed together come back at different times."""
    policy = RetryPolicy(first_delay=1, longest_delay=10)
    assert policy.delay(1, LOST, lambda: 0.0) == 0.5


@pytest.mark.parametrize("random", [0.0, 0.5, 1.0])
def test_what_the_server_asks_for_is_kept_to(random: float) -> None:
    """Never earlier than the server said, and hardly later."""
    error = RateLimitError("limit", ErrorContext("GET", "/", 429), retry_after=7)
    assert 7 <= RetryPolicy().delay(1, error, lambda: random) <= 7.1
