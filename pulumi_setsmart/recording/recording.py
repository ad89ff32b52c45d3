"""What a recording tells of an account. Nothing in it is the account's own."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from pulumi_setsmart.recording.headers import Address
from pulumi_setsmart.recording.shape import Shape

VERSION = 2
"""The version of the file's format."""


@frozen
class SeenResponse:
    """A response, or that there was none.

    Attributes:
        status: Its status, or None where no response came.
        failure: The class of our error where the look failed, or None.
        earlier_statuses: The statuses of responses before it, to the same look.
        headers: The known headers, and what may be recorded of their values.
        other_headers: How many headers are not known.
        links: Where its ``Link`` header leads to, by the relation.
        content: What its body is: ``json``, ``html``, ``text`` or ``nothing``.
        shape: What its JSON looks like.
    """

    status: int | None
    failure: str | None = None
    earlier_statuses: tuple[int, ...] = ()
    headers: Mapping[str, str] = field(factory=dict)
    other_headers: int = 0
    links: Mapping[str, Address] = field(factory=dict)
    content: str = "nothing"
    shape: Shape | None = None


@frozen
class Signal:
    """A member of a page that tells how far the list goes.

    Attributes:
        at: Where it is: ``meta.total``, or ``header x-total-count``.
        role: What it means, a `Meaning` of the client in lower case.
        says: What it says, in relation to what was read; the size of pages is a number.
        address: Where it leads to, if it is an address.
    """

    at: str
    role: str
    says: str | int
    address: Address | None = None


@frozen
class SeenPage:
    """A page of a list.

    Attributes:
        response: The response.
        asked_with: The names of the query parameters that it was asked for with.
        items_at: Where its items are: ``data.items``; empty for the whole response.
        items: How many they are: a number where another page follows, which had the same size;
            ``none``, ``one`` or ``several`` on the last page. None where there is no list.
        signals: What it tells of the list.
    """

    response: SeenResponse
    asked_with: tuple[str, ...] = ()
    items_at: str = ""
    items: str | int | None = None
    signals: tuple[Signal, ...] = ()


@frozen
class CharacterRun:
    """Characters of one class that stand together in ids.

    Attributes:
        of: ``lower``, ``upper``, ``digits``, ``underscore``, ``hyphen``, ``other``, ``uuid`` or
            ``mixed``.
        least: How many they are at least.
        most: How many they are at most.
    """

    of: str
    least: int
    most: int


@frozen
class SeenId:
    """What ids look like.

    Attributes:
        field: The member that holds it, as it is called.
        type: Its type.
        form: The characters that it is made of.
    """

    field: str
    type: str
    form: tuple[CharacterRun, ...] = ()


@frozen
class SeenCollection:
    """The responses of one collection.

    Attributes:
        pages: The pages of its list, the first ones.
        list_end: Whether our client came to the end of the list: ``reached``, ``not looked for``,
            or the class of the error that stopped it.
        id: What its ids look like.
        item: What the items of the list look like.
        object: The response to reading one of them, or None where nothing could be read.
        object_at: Where the object is in it; empty for the whole response.
        list_shows: ``whole objects`` or ``brief objects``; None where nothing tells.
        missing: The response to an id of the same form that no object has.
        malformed: The response to an id of another form.
    """

    pages: tuple[SeenPage, ...] = ()
    list_end: str = "not looked for"
    id: SeenId | None = None
    item: Shape | None = None
    object: SeenResponse | None = None
    object_at: str = ""
    list_shows: str | None = None
    missing: SeenResponse | None = None
    malformed: SeenResponse | None = None


@frozen
class SeenClock:
    """The server's clock.

    Attributes:
        in_every_response: Whether every response has a ``Date``.
        seconds_ahead: How far it is ahead of the clock of the machine that looked.
    """

    in_every_response: bool
    seconds_ahead: int | None = None


@frozen
class SeenRateLimit:
    """How responses show the rate limit.

    Attributes:
        headers: The names of the headers that show it, in lower case.
        in_every_response: Whether every response has them.
        limit: How many requests a window allows.
        remaining: How what is left goes on: ``falls by 1``, ``falls by more``, ``stays``,
            ``rises``, or None.
        reset: What the reset is: ``Unix seconds``, ``Unix milliseconds``, ``seconds from now``,
            or None.
        seconds_to_reset: How far away the reset was at most.
    """

    headers: tuple[str, ...] = ()
    in_every_response: bool = False
    limit: int | None = None
    remaining: str | None = None
    reset: str | None = None
    seconds_to_reset: int | None = None


@frozen
class Recording:
    """What was seen of an account.

    Attributes:
        made_by: The program that looked, with its version.
        date: The day on which it looked, as ``2026-11-25``.
        server: ``documented address``, ``another address`` or ``this machine``.
        requests: How many requests were sent; all were GET.
        replaced_names: How many names were replaced, since they could be somebody's.
        properties: The listings.
        webhooks: The webhook subscriptions.
        clock: The server's clock.
        rate_limit: How responses show the rate limit.
    """

    made_by: str
    date: str
    server: str
    requests: int
    replaced_names: int
    properties: SeenCollection
    webhooks: SeenCollection
    clock: SeenClock
    rate_limit: SeenRateLimit
    recording: int = VERSION
