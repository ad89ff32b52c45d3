"""Looking at an account with GET requests only."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import quote

import attrs
from attrs import Factory, define, frozen

from pulumi_setsmart.client.budget import Budget
from pulumi_setsmart.client.channel import Channel, Request
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import ApiError, IncompleteListError, SetSmartError
from pulumi_setsmart.client.http import httpx
from pulumi_setsmart.client.response import Answer
from pulumi_setsmart.client.retry import RetryPolicy
from pulumi_setsmart.config import Settings
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording.response_body import id_in, items_in
from pulumi_setsmart.recording.shape import UUID

MOST_PAGES = 3
"""So many pages of a list are read."""
_DEADLINE = 300.0
"""All looks together take no more seconds, waits for the rate limit included."""
_NO_ID = "no-such-object"
_SURELY_UNUSED = 9
"""So many nines are no id of an object yet, and fit any integer."""
_DIGIT = re.compile(r"[0-9]")
_LAST_DIGITS = re.compile(r"[0-9]+(?=[^0-9]*$)")


@frozen
class Heard:
    """An answer, and when it came.

    Attributes:
        answer: The answer.
        at: When it came, by this machine's clock, in seconds since 1970.
    """

    answer: Answer
    at: float

    def json(self) -> Json:
        """Return the body as JSON; null if it is none."""
        try:
            return self.answer.json()
        except ApiError:
            return None


@frozen
class Look:
    """What came of one look.

    Attributes:
        heard: The answers, of which the last one counts.
        failure: The error that it ended in, or None.
    """

    heard: tuple[Heard, ...]
    failure: SetSmartError | None = None


@frozen
class LooksById:
    """The looks at ids.

    Attributes:
        object: At the first item of the list by its id.
        missing: At an id of the same form.
        malformed: At an id of another form.
    """

    object: Look
    missing: Look
    malformed: Look


@frozen
class CollectionLooks:
    """The looks at a collection.

    Attributes:
        pages: At each page of its list, up to `MOST_PAGES`.
        end: What our client makes of the list: ``reached`` where the last of them is the last page,
            ``not looked for`` where it is not, or the class of the error that stopped it.
        by_id: At ids, or None where the list shows none.
    """

    pages: tuple[Look, ...]
    end: str
    by_id: LooksById | None = None

    def looks(self) -> list[Look]:
        """Return all of them, in order."""
        by_id = self.by_id
        others = [] if by_id is None else [by_id.object, by_id.missing, by_id.malformed]
        return [*self.pages, *others]


@frozen
class AccountLooks:
    """The looks at an account.

    Attributes:
        base_url: Its address.
        properties: Its listings.
        webhooks: Its webhook subscriptions.
    """

    base_url: str
    properties: CollectionLooks
    webhooks: CollectionLooks

    def heard(self) -> list[Heard]:
        """Return all answers, in the order in which they came."""
        looks = [*self.properties.looks(), *self.webhooks.looks()]
        return [heard for look in looks for heard in look.heard]


class WriteRefusedError(Exception):
    """Something else than a GET was about to be sent. It is a mistake of ours, and was not sent."""


class ReadingChannel(Channel):
    """A channel that sends nothing but GET, whoever asks it to."""

    def exchange(self, request: Request, *, attempt: int, budget: Budget) -> Answer:
        """Send a GET once; see `Channel.exchange`.

        Raises:
            WriteRefusedError: It is another request.
        """
        if request.method != "GET":
            raise WriteRefusedError(request.method)
        return super().exchange(request, attempt=attempt, budget=budget)


def look_at(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    transport: httpx.BaseTransport | None = None,
) -> AccountLooks:
    """Look at an account: a few pages of each list, an object by its id, ids that nothing has.

    Args:
        settings: Where it is, and its key.
        clock: This machine's time in seconds since 1970.
        transport: What carries the requests; None is the network.
    """
    observer = _Observer(clock)
    connection = attrs.evolve(
        settings.connection,
        retry=RetryPolicy(repeats=0),
        deadline=_DEADLINE,
        counts_waits=True,
    )
    channel = ReadingChannel(connection, transport=transport, observe=observer.note)
    client = Client(channel).operation()
    try:
        return AccountLooks(
            base_url=connection.base_url,
            properties=_look_at_collection(client, "/properties", settings, observer),
            webhooks=_look_at_collection(client, settings.webhooks_path, settings, observer),
        )
    finally:
        client.close()


@define
class _Observer:
    """Takes down the answers, look by look."""

    clock: Callable[[], float]
    _heard: list[Heard] = Factory(list)

    def note(self, answer: Answer) -> None:
        self._heard.append(Heard(answer, self.clock()))

    def look(self, look: Callable[[], object]) -> Look:
        """Return what comes of a look: the answers to it, and its failure."""
        failure = None
        try:
            look()
        except SetSmartError as error:
            failure = error
        heard, self._heard = tuple(self._heard), []
        return Look(heard, failure)


def _look_at_collection(
    client: Client, path: str, settings: Settings, observer: _Observer
) -> CollectionLooks:
    collection = Collection(client, path, paging=settings.paging)
    pages, end = _look_at_list(collection, observer)
    found = _first_id(pages[0])
    if found is None:
        return CollectionLooks(pages, end)

    def at(identifier: str) -> Look:
        request = Request("GET", f"{path}/{quote(identifier, safe='')}")
        return observer.look(lambda: client.send(request, lambda _answer: None))

    by_id = LooksById(at(str(found)), missing=at(another_id(found)), malformed=at(_NO_ID))
    return CollectionLooks(pages, end, by_id)


def _look_at_list(collection: Collection, observer: _Observer) -> tuple[tuple[Look, ...], str]:
    cursor = collection.cursor()
    pages: list[Look] = []
    while len(pages) < MOST_PAGES:
        look = observer.look(lambda: collection.read_on(cursor))
        pages.append(look)
        if look.failure is not None:
            return tuple(pages), type(look.failure).__name__
        if cursor.next_url is None:
            return tuple(pages), "reached"
        if cursor.pages_read < len(pages):
            # Our client is about to read an incomplete list once more, in case others wrote to it.
            return tuple(pages), IncompleteListError.__name__
    return tuple(pages), "not looked for"


def _first_id(page: Look) -> str | int | None:
    if not page.heard or not page.heard[-1].answer.succeeded:
        return None
    _, items = items_in(page.heard[-1].json()) or ((), [])
    found = id_in(items[0]) if items else None
    return None if found is None else found[1]


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
