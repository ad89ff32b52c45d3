"""One request, one answer: the way to one account, shared by all threads of a process."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit, urlunsplit

import attrs
from attrs import field, frozen

from pulumi_setsmart.client.body import Body, TooLargeError, UnofferedCodingError, UnpackableError
from pulumi_setsmart.client.budget import Budget
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.credential import Credential, Keyring
from pulumi_setsmart.client.error_body import status_error
from pulumi_setsmart.client.errors import (
    ApiError,
    AuthenticationError,
    ConnectionFailedError,
    DeadlineExceededError,
    ErrorContext,
    InvalidResponseError,
    PermissionDeniedError,
    RedirectError,
    ResponseTooLargeError,
    UnexpectedResponseError,
    UntrustedServerError,
)
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.log import guard_http_logs, log_of
from pulumi_setsmart.client.pacing import Pacer, Permit, RateLimitWaitError
from pulumi_setsmart.client.response import Answer
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.message_code import MessageCode, with_code

logger = log_of(__name__)

MEBIBYTE = 1024 * 1024
DEFAULT_TIMEOUT = 30.0
DEFAULT_DEADLINE = 900.0
DEFAULT_LARGEST_RESPONSE = 32 * MEBIBYTE
DEFAULT_MOST_PAGES = 1000
"""Ten thousand listings at ten a page."""

_LONGEST_CODING = 40
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())


@frozen
class Connection:
    """Everything that makes one way to an account different from another.

    Attributes:
        base_url: The address of the API, without a slash at its end.
        credentials: The API keys to try in turn; at least one.
        timeout: How many seconds one attempt may take, from connecting to the last byte.
        deadline: How many seconds an operation may take in all; see `Budget`.
        counts_waits: Whether waits for the rate limit are among these.
        largest_response: How many bytes the body of an answer may have.
        most_pages: How many pages a list may have.
        retry: How often, and after how long, a request is sent again.
    """

    base_url: str
    credentials: tuple[Credential, ...]
    timeout: float = DEFAULT_TIMEOUT
    deadline: float = DEFAULT_DEADLINE
    counts_waits: bool = False
    largest_response: int = DEFAULT_LARGEST_RESPONSE
    most_pages: int = DEFAULT_MOST_PAGES
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


class Channel:
    """Carries requests to one account, with its key, within its rate limit.

    Args:
        connection: Where, with which key and within which bounds.
        transport: What carries the requests; None is the network.
        sleep: Waits for a number of seconds.
        clock: The monotonic time in seconds.
        observe: Told each answer as it comes, whatever its status.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        observe: Callable[[Answer], None] = lambda _answer: None,
    ) -> None:
        self.connection = connection
        self.sleep = sleep
        self.clock = clock
        self._observe = observe
        guard_http_logs()
        self._keyring = Keyring(connection.credentials)
        self._pacer = Pacer(clock=clock, sleep=sleep, announce=_announce_wait, warn=logger.warning)
        mounts: dict[str, httpx.BaseTransport | None] = {}
        if transport is None:
            # What only imports this module, to show its defaults, needs no network.
            from pulumi_setsmart.client.transport import network  # noqa: PLC0415

            transport, mounts = network(connection.base_url, clock)
        self._http = httpx.Client(
            base_url=connection.base_url,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": "pulumi-setsmart",
            },
            cookies=CookieJar(_NO_COOKIES),
            transport=transport,
            mounts=mounts,
        )

    @property
    def credential(self) -> Credential:
        """The credential in use."""
        return self._keyring.current

    def url(self, path: str) -> str:
        """Return the absolute address of a path below the base URL."""
        return f"{self.connection.base_url}{path}" if path.startswith("/") else path

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def budget(self) -> Budget:
        """Return the time of an operation that begins now."""
        connection = self.connection
        return Budget(
            connection.deadline,
            self.clock,
            lambda: self._pacer.waited,
            counts_waits=connection.counts_waits,
        )

    def exchange(self, request: Request, *, attempt: int, budget: Budget) -> Answer:
        """Send a request once, as soon as the rate limit allows, and return its answer.

        Args:
            request: The request.
            attempt: The how-many-th attempt at it this is.
            budget: The time of the operation that it belongs to.

        Raises:
            ApiError: There was no answer, or it has an error status.
        """
        credential = self._keyring.current
        answer = self._send(request, credential, attempt, budget)
        if answer.succeeded:
            return answer
        slashed_url = _url_with_other_slash(answer)
        if slashed_url is not None and request.method == "GET":
            slashed = attrs.evolve(request, path=slashed_url)
            answer = self._send(slashed, credential, attempt, budget)
            if answer.succeeded:
                return answer
        error = status_error(answer)
        if slashed_url is not None and isinstance(error, RedirectError):
            path = slashed_url.removeprefix(self.connection.base_url)
            reason = (
                f"SetSmart redirects to {path}. Write the path with that slash: in the path of an "
                "ApiObject, or in setsmart:webhooksPath"
                if path.split("?", 1)[0].endswith("/")
                else f"SetSmart redirects to {path}. Write the path without a slash at its end"
            )
            raise RedirectError(reason, error.context)
        if isinstance(error, AuthenticationError):
            if self._keyring.after(credential) is not None:
                return self.exchange(request, attempt=attempt, budget=budget)
            reason = f"SetSmart refused the API key from {self._keyring.tried}. {credential.advice}"
            raise AuthenticationError(reason, error.context)
        if isinstance(error, PermissionDeniedError):
            reason = f"{error.reason}. The key is the one from {credential.source}"
            raise PermissionDeniedError(reason, error.context)
        raise error

    def _send(
        self, request: Request, credential: Credential, attempt: int, budget: Budget
    ) -> Answer:
        path = request.path.removeprefix(self.connection.base_url)
        context = ErrorContext(request.method, path, attempt=attempt)
        permit = self._admit(context, budget)
        started = self.clock()
        ends_at = started + min(self.connection.timeout, budget.left)
        outcome: Answer | ApiError = ConnectionFailedError("no answer", context, sent=True)
        try:
            outcome = self._receive(request, credential, context, ends_at)
        except ApiError as error:
            outcome = error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            outcome = self._failure(error, context)
        finally:
            answer = outcome if isinstance(outcome, Answer) else None
            _settle(permit, answer)
            self._log(context, answer, self.clock() - started)
        if isinstance(outcome, Answer):
            self._observe(outcome)
            return outcome
        # Raised out here, so that nothing is chained to it that holds the request and its key.
        raise outcome

    def _admit(self, context: ErrorContext, budget: Budget) -> Permit:
        """Wait until the request may be sent, unless that takes longer than there is time for."""
        asked_at = self.clock()
        try:
            if budget.left <= 0:
                raise DeadlineExceededError(
                    "nothing more is sent, since the operation has taken setsmart:deadline "
                    f"({self.connection.deadline:g} s)",
                    context,
                )
            return self._pacer.admit(budget.patience)
        except RateLimitWaitError as error:
            raise DeadlineExceededError(
                f"the rate limit allows no request for another {error.seconds:.0f} s, which is "
                f"more than setsmart:deadline ({self.connection.deadline:g} s) leaves",
                context,
            ) from None
        finally:
            budget.note_wait(self.clock() - asked_at)

    def _receive(
        self, request: Request, credential: Credential, context: ErrorContext, ends_at: float
    ) -> Answer:
        with self._http.stream(
            request.method,
            request.path,
            content=None if request.payload is None else _encode(request.payload),
            headers=_headers(request, credential),
            timeout=ends_at - self.clock(),
        ) as response:
            return Answer(
                method=request.method,
                path=context.path,
                url=self.url(context.path),
                status=response.status_code,
                headers=response.headers,
                body=self._body(response, context, ends_at),
                attempt=context.attempt,
            )

    def _body(self, response: httpx.Response, context: ErrorContext, ends_at: float) -> bytes:
        """Return the body, as long as it is not too large and does not trickle for ever."""
        largest = self.connection.largest_response
        try:
            body = Body(response.headers, largest)
            assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 -- of our client
            for piece in response.stream:
                body.add(piece)
                if self.clock() > ends_at:
                    raise ConnectionFailedError("no whole answer in time", context, sent=True)
            return body.whole()
        except TooLargeError:
            raise ResponseTooLargeError(
                f"the answer has more than {largest / MEBIBYTE:g} MiB (setsmart:maxResponseMiB)",
                context,
            ) from None
        except UnofferedCodingError as error:
            coding = quoted(error.coding, _LONGEST_CODING)
            failure: InvalidResponseError = UnexpectedResponseError(
                f"the answer is encoded as {coding}, although only gzip was offered", context
            )
        except UnpackableError:
            failure = InvalidResponseError("the answer cannot be decoded", context)
        if response.is_success:
            raise failure
        return b""  # its status says more than its text would

    def _failure(self, error: Exception, context: ErrorContext) -> ApiError:
        """Return what a failure of the HTTP library means."""
        base_url = self.connection.base_url
        match error:
            case httpx.ConnectError() if _has_cause(error, ssl.SSLCertVerificationError):
                return UntrustedServerError(
                    f"the certificate of {base_url} is not trusted; if a CA of your own signed it, "
                    "name its file in SSL_CERT_FILE",
                    context,
                    sent=False,
                )
            case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
                return ConnectionFailedError(f"cannot connect to {base_url}", context, sent=False)
            case httpx.TimeoutException():
                return ConnectionFailedError("no answer in time", context, sent=True)
            case httpx.InvalidURL() | UnicodeError():  # ours, or that of a redirect
                return ConnectionFailedError("not a usable address", context, sent=True)
        return ConnectionFailedError("the connection was lost", context, sent=True)

    def _log(self, context: ErrorContext, answer: Answer | None, seconds: float) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            facts = {
                "method": context.method,
                "path": context.path.split("?", 1)[0],
                "status": None if answer is None else answer.status,
                "milliseconds": round(seconds * 1000),
                "attempt": context.attempt,
                "remaining": self._pacer.remaining,
            }
            logger.debug("SetSmart request %s", json.dumps(facts))


def _url_with_other_slash(answer: Answer) -> str | None:
    """Return where an answer redirects to, if only a slash at the end of the path differs."""
    location = answer.headers.get("Location")
    if location is None or not answer.redirects:
        return None
    try:
        target = urlsplit(urljoin(answer.url, location))
    except ValueError:
        return None
    here = urlsplit(answer.url)
    is_the_same = target._replace(path=target.path.rstrip("/")) == here._replace(
        path=here.path.rstrip("/")
    )
    return urlunsplit(target) if is_the_same and target.path != here.path else None


def _settle(permit: Permit, answer: Answer | None) -> None:
    if answer is None:
        permit.unanswered()
    elif answer.status == HTTPStatus.UNAUTHORIZED:
        # What is told about the budget of a key that is not known is not about ours.
        permit.answered(answer.status, {})
    else:
        permit.answered(answer.status, answer.headers)


def _headers(request: Request, credential: Credential) -> dict[str, str]:
    headers = {"X-API-Key": credential.key, **request.headers}
    if request.payload is not None:
        headers["Content-Type"] = "application/json"
    return headers


def _encode(payload: JsonObject) -> bytes:
    # Escaped: half a surrogate pair, as a server may have cut it off, has no encoding of its own.
    return json.dumps(payload, allow_nan=False).encode()


def _has_cause(error: BaseException | None, error_class: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, error_class):
            return True
        error = error.__cause__ or error.__context__
    return False


def _announce_wait(seconds: float, reason: str) -> None:
    logger.warning(
        "%s",
        with_code(f"SetSmart: {reason}; going on in {seconds:.0f} s", MessageCode.RATE_LIMITED),
    )
