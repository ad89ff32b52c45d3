"""A delivery, and what became of it."""

from typing import Literal, TypeAlias

from attrs import frozen

State: TypeAlias = Literal["pending", "delivered", "failed", "dropped"]
"""``failed``: given up after the last attempt; ``dropped``: nothing was to be sent any more."""


@frozen
class Attempt:
    """One attempt to deliver.

    Attributes:
        at: When it began, in seconds since 1970.
        url: Where it went.
        status: The status of the response, or None if there was none.
        error: What went wrong, in a phrase, or None if nothing did.
        seconds: How long it took.
    """

    at: float
    url: str
    status: int | None
    error: str | None
    seconds: float


@frozen
class AttemptContent:
    """What went out and came back in one attempt, for people to look at.

    Attributes:
        headers: The headers of the request; its body is the payload of the delivery.
        response_headers: The headers of the response.
        response_body: The body of the response, or None if it was too long to keep.
    """

    headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes | None = b""


@frozen
class Delivery:
    """One event on its way to one subscription.

    Attributes:
        number: Its place among all deliveries, in the order of the events.
        event_id: The id of the event, which is the same for all subscriptions and attempts.
        type: What happened, such as ``property.updated``.
        subscription: The id of the subscription.
        payload: The body, in JSON.
        state: What became of it.
        reason: Why it failed or was dropped, or None.
        attempts: The attempts so far, the first one first.
    """

    number: int
    event_id: str
    type: str
    subscription: str
    payload: str
    state: State
    reason: str | None
    attempts: tuple[Attempt, ...] = ()
