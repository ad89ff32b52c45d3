"""When a request is sent again, and after how long."""

import pytest

from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConnectionFailedError,
    ErrorContext,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    UntrustedServerError,
)
from pulumi_setsmart.client.retry import RetryPolicy, may_have_been_carried_out

LOST = ConnectionFailedError("lost", ErrorContext("?", "/"), sent=True)
NEVER_SENT = ConnectionFailedError("refused", ErrorContext("?", "/"), sent=False)
UNREADABLE = InvalidResponseError("no JSON", ErrorContext("?", "/", 200))
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
def test_passing_failures_are_retried(method: str, error: ApiError) -> None:
    """Requests that do the same when they are done twice are repeated after passing failures."""
    assert RetryPolicy().allows(method, error)


@pytest.mark.parametrize("error", [NEVER_SENT, LIMITED], ids=repr)
def test_a_post_that_was_not_carried_out_is_retried(error: ApiError) -> None:
    """Without a connection, or turned away at the limit, nothing was created."""
    assert RetryPolicy().allows("POST", error)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_whoever_waits_is_told_at_once_that_there_is_no_connection(method: str) -> None:
    """Only that is not retried: a connection that was lost, or a busy server, still is."""
    policy = RetryPolicy(retries_connecting=False)
    assert not policy.allows(method, NEVER_SENT)
    assert policy.allows(method, LIMITED)
    assert policy.allows(method, LOST) == (method != "POST")


@pytest.mark.parametrize(
    "error", [LOST, UNREADABLE, *map(server_error, (500, 502, 503, 504))], ids=repr
)
def test_a_post_that_was_perhaps_carried_out_is_not_retried(error: ApiError) -> None:
    """A listing is never created twice by us."""
    assert not RetryPolicy().allows("POST", error)


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
def test_lasting_failures_are_not_retried(method: str, error: Exception) -> None:
    """A rejected request is rejected again."""
    assert not RetryPolicy().allows(method, error)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "error",
    [
        UntrustedServerError("no", ErrorContext("?", "/"), sent=False),
        ResponseTooLargeError("no", ErrorContext("?", "/", 200)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_untrusted_servers_and_large_responses_are_not_retried(
    method: str, error: ApiError
) -> None:
    """A certificate stays as it is, and a response that was too large is so again."""
    assert not RetryPolicy().allows(method, error)


@pytest.mark.parametrize(
    ("error", "perhaps"),
    [(LOST, True), (NEVER_SENT, False), (UNREADABLE, True), (LIMITED, False)]
    + [(server_error(status), True) for status in (500, 501, 502, 503, 504)]
    + [(BadRequestError("no", ErrorContext("?", "/", 400)), False)],
    ids=repr,
)
def test_which_requests_were_perhaps_carried_out(error: ApiError, *, perhaps: bool) -> None:
    """After a lost response, a failed server or an invalid response, an object may exist."""
    assert may_have_been_carried_out(error) is perhaps


def test_waits_double_up_to_the_longest() -> None:
    """Without jitter taken off, the waits are 1, 2, 4, 8 and then 10 seconds."""
    policy = RetryPolicy(first_delay=1, longest_delay=10)
    waits = [policy.delay(attempt, lambda: 1.0) for attempt in range(1, 7)]
    assert waits == [1, 2, 4, 8, 10, 10]


def test_jitter_takes_at_most_half() -> None:
    """Clients that failed together come back at different times."""
    policy = RetryPolicy(first_delay=1, longest_delay=10)
    assert policy.delay(1, lambda: 0.0) == 0.5
