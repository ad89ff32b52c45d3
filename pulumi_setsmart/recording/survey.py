"""Reading an account with GET requests only."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import quote

import attrs
from attrs import frozen

from pulumi_setsmart.client.channel import Channel
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.connection import Connection
from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.errors import (
    ApiError,
    ErrorContext,
    IncompleteListError,
    SetSmartError,
)
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.config import Settings
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.response_body import id_in, items_in
from pulumi_setsmart.recording.shape import UUID

MOST_PAGES = 3
"""So many pages of a list are read."""
_DEADLINE = 300.0
"""All of it takes no more seconds, waits for the rate limit included."""
_NO_ID = "no-such-object"
_SURELY_UNUSED = 9
"""So many nines are no id of an object yet, and fit any integer."""
_DIGIT = re.compile(r"[0-9]")
_LAST_DIGITS = re.compile(r"[0-9]+(?=[^0-9]*$)")


@frozen
class ReceivedResponse:
    """A response, and when it came.

    Attributes:
        response: The response.
        at: When it came, by this machine's clock, in seconds since 1970.
    """

    response: Response
    at: float

    def json(self) -> Json:
        """Return the body as JSON; null if it is none."""
        try:
            return self.response.json()
        except ApiError:
            return None


@frozen
class Fetch:
    """What came of reading one thing.

    Attributes:
        responses: The responses, of which the last one counts.
        failure: The error that it ended in, or None.
    """

    responses: tuple[ReceivedResponse, ...]
    failure: SetSmartError | None = None


@frozen
class IdFetches:
    """What came of reading objects by their ids.

    Attributes:
        object: The first item of the list.
        missing: An id of the same form.
        malformed: An id of another form.
    """

    object: Fetch
    missing: Fetch
    malformed: Fetch


@frozen
class CollectionSurvey:
    """What was read of a collection.

    Attributes:
        pages: Each page of its list, up to `MOST_PAGES`.
        end: What our client makes of the list: ``reached`` where the last of them is the last page,
            ``not looked for`` where it is not, or the class of the error that stopped it.
        by_id: Objects by their ids, or None where the list shows no id.
    """

    pages: tuple[Fetch, ...]
    end: str
    by_id: IdFetches | None = None

    def fetches(self) -> list[Fetch]:
        """Return all of them, in order."""
        by_id = self.by_id
        objects = [] if by_id is None else [by_id.object, by_id.missing, by_id.malformed]
        return [*self.pages, *objects]


@frozen
class AccountSurvey:
    """What was read of an account.

    Attributes:
        base_url: Its address.
        properties: Its listings.
        webhooks: Its webhook subscriptions.
    """

    base_url: str
    properties: CollectionSurvey
    webhooks: CollectionSurvey

    def responses(self) -> list[ReceivedResponse]:
        """Return all responses, in the order in which they came."""
        fetches = [*self.properties.fetches(), *self.webhooks.fetches()]
        return [response for fetch in fetches for response in fetch.responses]


class WriteRefusedError(Exception):
    """Something else than a GET was about to be sent. It is a mistake of ours, and was not sent."""


class ReadOnlyChannel(Channel):
    """A channel that sends nothing but GET, whoever asks it to, and notes each response.

    Args:
        connection: Where the account is, and within which bounds it is asked.
        transport: What carries the requests; None is the network.
        wall_clock: This machine's time in seconds since 1970.
    """

    def __init__(
        self,
        connection: Connection,
        transport: httpx.BaseTransport | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(connection, transport)
        self._wall_clock = wall_clock
        self._responses: list[ReceivedResponse] = []

    def send(
        self, request: Request, credential: Credential, context: ErrorContext, ends_at: float
    ) -> Response:
        """Send a GET; see `Channel.send`.

        Raises:
            WriteRefusedError: It is another request.
        """
        if request.method != "GET":
            raise WriteRefusedError(request.method)
        response = super().send(request, credential, context, ends_at)
        self._responses.append(ReceivedResponse(response, self._wall_clock()))
        return response

    def fetch(self, read: Callable[[], object]) -> Fetch:
        """Return what comes of reading something: the responses, and the failure."""
        failure = None
        try:
            read()
        except SetSmartError as error:
            failure = error
        responses, self._responses = tuple(self._responses), []
        return Fetch(responses, failure)


def survey_account(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    transport: httpx.BaseTransport | None = None,
) -> AccountSurvey:
    """Read a few pages of each list, an object by its id, and ids that nothing has.

    Args:
        settings: Where the account is, and its key.
        clock: This machine's time in seconds since 1970.
        transport: What carries the requests; None is the network.
    """
    connection = attrs.evolve(
        settings.connection,
        retry=RetryPolicy(retries=0),
        deadline=_DEADLINE,
        counts_waits=True,
    )
    channel = ReadOnlyChannel(connection, transport, clock)
    client = Client.of(connection, channel=channel).operation()
    listings = Collection(client, "/properties", paging=settings.paging)
    webhooks = Collection(client, settings.webhooks_path, paging=settings.paging)
    try:
        return AccountSurvey(
            base_url=connection.base_url,
            properties=_survey_collection(listings, channel),
            webhooks=_survey_collection(webhooks, channel),
        )
    finally:
        client.close()


def _survey_collection(collection: Collection, channel: ReadOnlyChannel) -> CollectionSurvey:
    pages, end = _survey_list(collection, channel)
    first_id = _first_id(pages[0])
    if first_id is None:
        return CollectionSurvey(pages, end)

    def fetch(identifier: str) -> Fetch:
        request = Request("GET", f"{collection.path}/{quote(identifier, safe='')}")
        return channel.fetch(lambda: collection.client.send(request, lambda _response: None))

    by_id = IdFetches(
        fetch(str(first_id)), missing=fetch(another_id(first_id)), malformed=fetch(_NO_ID)
    )
    return CollectionSurvey(pages, end, by_id)


def _survey_list(collection: Collection, channel: ReadOnlyChannel) -> tuple[tuple[Fetch, ...], str]:
    cursor = collection.cursor()
    pages: list[Fetch] = []
    while len(pages) < MOST_PAGES:
        page = channel.fetch(lambda: collection.read_on(cursor))
        pages.append(page)
        if page.failure is not None:
            return tuple(pages), type(page.failure).__name__
        if cursor.next_url is None:
            return tuple(pages), "reached"
        if cursor.pages_read < len(pages):
            # Our client is about to read an incomplete list once more, in case others wrote to it.
            return tuple(pages), IncompleteListError.__name__
    return tuple(pages), "not looked for"


def _first_id(page: Fetch) -> str | int | None:
    if not page.responses or not page.responses[-1].response.succeeded:
        return None
    _, items = items_in(page.responses[-1].json()) or ((), [])
    member = id_in(items[0]) if items else None
    return None if member is None else member[1]


def another_id(identifier: str | int) -> str:
    """Return an id of the same form, which surely no object has."""
    text = str(identifier)
    if UUID.fullmatch(text):
        return str(uuid.uuid5(uuid.UUID(text), "another"))
    if not _DIGIT.search(text):
        return f"{text}{'z' * _SURELY_UNUSED}"
    # Small numbers may be taken; of long ids, such as hashes, the length may matter.
    few = len(_DIGIT.findall(text)) < _SURELY_UNUSED
    return _LAST_DIGITS.sub("9" * _SURELY_UNUSED, text) if few else _DIGIT.sub("9", text)
