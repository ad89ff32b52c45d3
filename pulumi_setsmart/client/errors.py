"""Everything that can go wrong, as one tree.

    SetSmartError
    ├── ConfigurationError              a setting is missing or not allowed
    ├── PortfolioFileError              a file does not describe a portfolio
    ├── StackError                      a stack cannot be read, imported into or previewed
    ├── MetadataError                   what the state remembers of an object cannot be read
    ├── WrongAccountError               an object of the state is not in the account of this run
    ├── ExistingObjectError             what is to be created exists already
    ├── ExistingIdError                 the object that existing_id names cannot be adopted
    ├── AlreadyManagedError             two resources manage one object
    ├── ShiftedIdentityError            an object would get the name of another managed one
    ├── ContradictoryResponsesError     two responses cannot both be right
    ├── NotDeletedError                 an object may not be deleted, or not in this way
    ├── WebhookVerificationError        a request does not prove that it comes from SetSmart
    │   ├── WebhookReplayedError        it does, but the event was processed before
    │   └── WebhookSetupError           the receiver's secret, or another setting of it, is wrong
    └── ApiError                        about one request
        ├── ConnectionFailedError       no response: unreachable, connection lost, timed out
        │   └── UntrustedServerError    its certificate is not trusted
        ├── DeadlineExceededError       there is no time left for it
        ├── InvalidResponseError        a response that the API does not have
        │   ├── ResponseTooLargeError   it is larger than the limit
        │   └── UnexpectedResponseError well-formed, but in no form that we can read
        │       └── IncompleteListError a list has more objects than it shows
        ├── UnknownOutcomeError         whether a POST was carried out cannot be known
        └── StatusError                 a response with an error status
            ├── RedirectError           3xx
            ├── BadRequestError         400, 422
            ├── AuthenticationError     401
            ├── PermissionDeniedError   403
            ├── NotFoundError           404, 410
            ├── MethodNotAllowedError   405
            ├── ConflictError           409, 412
            ├── RateLimitError          429
            └── ServerError             5xx

Statuses 400, 401, 403, 404, 429 and 500 are documented; the others are assumed.
"""

from __future__ import annotations

from typing import ClassVar, Self

import attrs
from attrs import frozen

from pulumi_setsmart.client.confidential import foreign, redacted
from pulumi_setsmart.client.violation import Violation
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.text import cut, one_line, visible

_MOST_VIOLATIONS = 10
"""How many reasons the text of an error shows."""

_LONGEST_FACT = 300
"""Characters of a path, a code or an id; the cursor of a next page can have thousands."""


class SetSmartError(Exception):
    """Anything that this package raises on purpose.

    Its text is for the user: one or two lines, and one for each of several reasons. It may be
    reworded at any time, ``code`` stays. It contains no control characters, and no line breaks from
    a server. Neither the text nor an attribute contains a secret that is known when it is raised.
    """

    code = MessageCode.UNEXPECTED_ERROR
    """What its message is about."""

    def __init__(self, *arguments: object, code: MessageCode | None = None) -> None:
        super().__init__(
            *(
                redacted(argument) if isinstance(argument, str) else argument
                for argument in arguments
            )
        )
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        """What went wrong, without the code."""
        return visible(super().__str__())

    def __str__(self) -> str:
        """Return what went wrong, with the code at the end of the first line."""
        return with_code(self.message, self.code)


class ConfigurationError(SetSmartError):
    """A setting is missing or not allowed."""

    code = MessageCode.INVALID_SETTING


class PortfolioFileError(SetSmartError):
    """A file does not describe a portfolio; the text names the file, the line and the field."""

    code = MessageCode.INVALID_PORTFOLIO


class StackError(SetSmartError):
    """A stack cannot be read, imported into or previewed; Pulumi said why."""

    code = MessageCode.PULUMI_FAILED


class MetadataError(SetSmartError):
    """What the state remembers of an object is damaged, or of a version that is too new."""

    code = MessageCode.DAMAGED_METADATA


class WrongAccountError(SetSmartError):
    """An object of the state is not in the account of this run."""

    code = MessageCode.NOT_IN_THIS_ACCOUNT


class ExistingObjectError(SetSmartError):
    """An object like the one to be created exists already, and nothing says what to do with it."""

    code = MessageCode.ALREADY_EXISTS


class ExistingIdError(SetSmartError):
    """The object that ``existing_id`` names does not exist, or belongs to another resource."""

    code = MessageCode.EXISTING_ID_NOT_FOUND


class AlreadyManagedError(SetSmartError):
    """Two resources manage one object; each listing belongs to one resource."""

    code = MessageCode.ALREADY_MANAGED


class ShiftedIdentityError(SetSmartError):
    """An update would give an object the name of another managed one, as when rows shift."""

    code = MessageCode.SHIFTED_ROWS


class ContradictoryResponsesError(SetSmartError):
    """Two responses of the server cannot both be right, so it is not known what is there."""

    code = MessageCode.CONTRADICTORY_RESPONSES


class NotDeletedError(SetSmartError):
    """An object may not be deleted: the run has a limit, or another resource stands for it."""

    code = MessageCode.DELETION_DENIED


class WebhookVerificationError(SetSmartError):
    """A request to a receiver does not prove that it comes from SetSmart, or cannot be read.

    Its text is for the receiver's log: it contains nothing of the request, and no secret.
    """

    code = MessageCode.MALFORMED_DELIVERY


class WebhookReplayedError(WebhookVerificationError):
    """A genuine request about an event that was processed before; there is nothing to do.

    Attributes:
        event_id: The id of the event.
    """

    code = MessageCode.REPLAYED_DELIVERY

    def __init__(self, reason: str, event_id: str) -> None:
        super().__init__(reason)
        self.event_id = event_id


class WebhookSetupError(WebhookVerificationError):
    """A secret or another setting of the receiver is wrong, so no request can be verified."""

    code = MessageCode.RECEIVER_SETUP


@frozen
class ErrorContext:
    """The facts about a failed request.

    Attributes:
        method: The HTTP method.
        path: The path below the base URL.
        status: The HTTP status, or None where there was no response.
        api_code: The API's own code for the error, where it sent one.
        field: The field that the API names, if it names one.
        request_id: The API's id of the request, for its support, where it sent one.
        attempt: The number of the attempt, counted from 1.
    """

    method: str
    path: str
    status: int | None = None
    api_code: str | None = None
    field: str | None = None
    request_id: str | None = None
    attempt: int = 1

    def without_secrets(self) -> ErrorContext:
        """Return the facts without secrets; the query of a next page comes from the server."""
        own, mark, query = self.path.partition("?")
        return attrs.evolve(self, path=f"{redacted(own)}{mark}{foreign(query)}")

    def __str__(self) -> str:
        """Return the facts in the order in which support asks for them."""
        parts = [f"{self.method} {cut(one_line(self.path), _LONGEST_FACT)}"]
        if self.status is not None:
            parts.append(f"status {self.status}")
        if self.api_code is not None:
            parts.append(f"code {cut(one_line(self.api_code), _LONGEST_FACT)}")
        if self.request_id is not None:
            parts.append(f"request {cut(one_line(self.request_id), _LONGEST_FACT)}")
        if self.attempt > 1:
            parts.append(f"attempt {self.attempt}")
        return ", ".join(parts)


class ApiError(SetSmartError):
    """A request that did not succeed.

    Attributes:
        reason: What went wrong, in a phrase.
        context: The facts about the request.
    """

    def __init__(
        self, reason: str, context: ErrorContext, *, code: MessageCode | None = None
    ) -> None:
        context = context.without_secrets()
        super().__init__(reason, context, code=code)
        self.reason = redacted(reason)
        self.context = context

    @property
    def message(self) -> str:
        """The reason, followed by the request it is about."""
        return visible(f"{self.reason} ({self.context})")

    @property
    def method(self) -> str:
        """The HTTP method of the request."""
        return self.context.method

    @property
    def path(self) -> str:
        """The path of the request, below the base URL."""
        return self.context.path

    @property
    def status(self) -> int | None:
        """The HTTP status of the response, or None where there was none."""
        return self.context.status

    @property
    def api_code(self) -> str | None:
        """The API's own code for the error, or None."""
        return self.context.api_code

    @property
    def field(self) -> str | None:
        """The field that the API names, or None."""
        return self.context.field

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, or None."""
        return self.context.request_id


class ConnectionFailedError(ApiError):
    """There was no response.

    Attributes:
        sent: Whether the request may have reached the server.
    """

    code = MessageCode.CONNECTION_FAILED

    def __init__(
        self,
        reason: str,
        context: ErrorContext,
        *,
        sent: bool,
        code: MessageCode | None = None,
    ) -> None:
        super().__init__(reason, context, code=code)
        self.sent = sent


class UntrustedServerError(ConnectionFailedError):
    """The server's certificate is not one that this machine trusts; nothing was sent."""

    code = MessageCode.UNTRUSTED_SERVER


class DeadlineExceededError(ApiError):
    """An operation would take longer than it may; the request it waited for was not sent."""

    code = MessageCode.DEADLINE_EXCEEDED


class InvalidResponseError(ApiError):
    """The response is not a valid one: not JSON, truncated, or of another shape."""

    code = MessageCode.INVALID_RESPONSE


class ResponseTooLargeError(InvalidResponseError):
    """The response is larger than `setsmart:maxResponseMiB` allows."""

    code = MessageCode.RESPONSE_TOO_LARGE


class UnexpectedResponseError(InvalidResponseError):
    """The response is well-formed, but in no form that we can read; a retry hardly helps."""

    code = MessageCode.UNEXPECTED_RESPONSE


class IncompleteListError(UnexpectedResponseError):
    """A list has more objects than it shows, and nothing says how to read the rest."""

    code = MessageCode.INCOMPLETE_LIST


class UnknownOutcomeError(ApiError):
    """It is unknown whether a POST was carried out, so it was not retried."""

    code = MessageCode.UNKNOWN_OUTCOME


class StatusError(ApiError):
    """A response with an error status.

    Attributes:
        violations: The reasons that the response gives, each with its field if it names one; all
            of them, however many the text shows.
        heading: What the response says in addition to them, or None.
        advice: What to do about it, as a sentence of its own, or None.
    """

    code = MessageCode.REQUEST_REJECTED

    summary: ClassVar[str] = "SetSmart rejected the request"
    """What the status means, for responses that say nothing themselves."""

    def __init__(
        self,
        reason: str,
        context: ErrorContext,
        *,
        violations: tuple[Violation, ...] = (),
        heading: str | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(reason, context)
        self.violations = violations
        self.heading = heading
        self.advice = advice

    @property
    def message(self) -> str:
        """What went wrong: a line, and one more for each of several reasons."""
        violations = self.violations
        lines = [super().message]
        if len(violations) == 1 and self.heading is None:
            lines = [f"{self.summary}: {violations[0]} ({self.context})"]
        elif violations:
            heading = "" if self.heading is None else f": {self.heading}"
            lines = [f"{self.summary}{heading} ({self.context})"]
            lines += [f"  {violation}" for violation in violations[:_MOST_VIOLATIONS]]
            more = len(violations) - _MOST_VIOLATIONS
            lines += [f"  and {more} more"] if more > 0 else []
        lines += [] if self.advice is None else [self.advice]
        return "\n".join(map(visible, lines))

    def with_advice(self, advice: str) -> Self:
        """Return the same error with a sentence that says what to do."""
        return type(self)(
            self.reason,
            self.context,
            violations=self.violations,
            heading=self.heading,
            advice=advice,
        )


class BadRequestError(StatusError):
    """SetSmart does not accept the values that were sent (400, documented; 422, assumed)."""

    code = MessageCode.REJECTED_VALUES

    summary = "SetSmart does not accept these values"


class AuthenticationError(StatusError):
    """SetSmart does not know the API key (401, documented)."""

    code = MessageCode.KEY_REJECTED

    summary = "SetSmart rejected the API key"


class PermissionDeniedError(StatusError):
    """The API key may not do this, or not from this address (403, documented)."""

    code = MessageCode.PERMISSION_DENIED

    summary = "the API key may not do this"


class NotFoundError(StatusError):
    """There is no such object (404, documented; 410, assumed)."""

    code = MessageCode.NOT_FOUND

    summary = "SetSmart has no such object"


class MethodNotAllowedError(StatusError):
    """This cannot be done at this path (405, assumed)."""

    code = MessageCode.METHOD_NOT_ALLOWED

    summary = "SetSmart does not offer this"


class ConflictError(StatusError):
    """The object changed or exists already (409 and 412, assumed)."""

    code = MessageCode.CONFLICT

    summary = "SetSmart reports a conflict"


class RateLimitError(StatusError):
    """The key has used up its requests for this window (429, documented)."""

    code = MessageCode.RATE_LIMITED

    summary = "the rate limit is used up"


class RedirectError(StatusError):
    """SetSmart points to another address, where the API key must not go (assumed)."""

    code = MessageCode.REDIRECTED

    summary = "SetSmart redirects to another address, which is not followed; check the base URL"


class ServerError(StatusError):
    """SetSmart failed (500, documented; other 5xx, assumed)."""

    code = MessageCode.SERVER_ERROR

    summary = "SetSmart failed"


_CLASSES: dict[int, type[StatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    409: ConflictError,
    410: NotFoundError,
    412: ConflictError,
    422: BadRequestError,
    429: RateLimitError,
}

_FIRST_CLIENT_ERROR = 400
_FIRST_SERVER_ERROR = 500


def status_error_class(status: int) -> type[StatusError]:
    """Return the class of error for an HTTP status of 300 or more."""
    if status >= _FIRST_SERVER_ERROR:
        return ServerError
    if status < _FIRST_CLIENT_ERROR:
        return RedirectError
    return _CLASSES.get(status, StatusError)
