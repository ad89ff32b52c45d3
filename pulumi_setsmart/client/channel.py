"""One request, one response, over HTTP: within a time and a size, to one account."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy

from pulumi_setsmart.client.body import Body, TooLargeError, UnofferedCodingError, UnpackableError
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.connection import MEBIBYTE, Connection
from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.errors import (
    ApiError,
    ConnectionFailedError,
    ErrorContext,
    InvalidResponseError,
    ResponseTooLargeError,
    UnexpectedResponseError,
    UntrustedServerError,
)
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.log import guard_http_logs
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.message_code import MessageCode

_LONGEST_CODING = 40
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())


class Channel:
    """Sends requests to one account, each once and at once.

    Args:
        connection: Where the account is, and within which bounds it is asked.
        transport: What carries the requests; None is the network.
        clock: The monotonic time in seconds.
    """

    def __init__(
        self,
        connection: Connection,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._clock = clock
        guard_http_logs()
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

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(
        self, request: Request, credential: Credential, context: ErrorContext, ends_at: float
    ) -> Response:
        """Send a request and return its response, whatever its status.

        Args:
            request: The request.
            credential: The key to send with it.
            context: The facts about it, for errors.
            ends_at: When it has to be over, by the monotonic clock.

        Raises:
            ApiError: There was no response, or none that can be read.
        """
        try:
            return self._receive(request, credential, context, ends_at)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            failure = self._failure(error, context)
        # Raised out here, so that nothing is chained to it that holds the request and its key.
        raise failure

    def _receive(
        self, request: Request, credential: Credential, context: ErrorContext, ends_at: float
    ) -> Response:
        with self._http.stream(
            request.method,
            request.path,
            content=None if request.payload is None else _encode(request.payload),
            headers=_headers(request, credential),
            timeout=ends_at - self._clock(),
        ) as response:
            return Response(
                method=request.method,
                path=context.path,
                url=self._connection.url(context.path),
                status=response.status_code,
                headers=response.headers,
                body=self._body(response, context, ends_at),
                attempt=context.attempt,
            )

    def _body(self, response: httpx.Response, context: ErrorContext, ends_at: float) -> bytes:
        """Return the body, as long as it is not too large and does not trickle for ever."""
        largest = self._connection.largest_response
        try:
            body = Body(response.headers, largest)
            assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 -- of our client
            for piece in response.stream:
                body.add(piece)
                if self._clock() > ends_at:
                    raise ConnectionFailedError(
                        "no complete response in time",
                        context,
                        sent=True,
                        code=MessageCode.TIMED_OUT,
                    )
            return body.content()
        except TooLargeError:
            raise ResponseTooLargeError(
                f"the response has more than {largest / MEBIBYTE:g} MiB (setsmart:maxResponseMiB)",
                context,
            ) from None
        except UnofferedCodingError as error:
            coding = quoted(error.coding, _LONGEST_CODING)
            failure: InvalidResponseError = UnexpectedResponseError(
                f"the response is encoded as {coding}, although only gzip was offered", context
            )
        except UnpackableError:
            failure = InvalidResponseError("the response cannot be decoded", context)
        if response.is_success:
            raise failure
        return b""  # its status says more than its text would

    def _failure(self, error: Exception, context: ErrorContext) -> ApiError:
        """Return what a failure of the HTTP library means."""
        base_url = self._connection.base_url
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
                return ConnectionFailedError(
                    "no response in time", context, sent=True, code=MessageCode.TIMED_OUT
                )
            case httpx.InvalidURL() | UnicodeError():  # ours, or that of a redirect
                return ConnectionFailedError("not a usable address", context, sent=True)
        return ConnectionFailedError(
            "the connection was lost", context, sent=True, code=MessageCode.CONNECTION_LOST
        )


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
