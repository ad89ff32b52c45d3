"""From the survey of an account to its recording, in which nothing is the account's own."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import parse_qsl, urlsplit

import attrs

from pulumi_setsmart.config import DEFAULT_BASE_URL
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording import headers
from pulumi_setsmart.recording.behaviour_seen import clock_seen, rate_limit_seen
from pulumi_setsmart.recording.ids import id_form
from pulumi_setsmart.recording.paging_seen import Progress, asked_with, signals_of
from pulumi_setsmart.recording.recording import (
    Recording,
    SeenCollection,
    SeenId,
    SeenPage,
    SeenResponse,
)
from pulumi_setsmart.recording.response_body import Object, Path, id_in, items_in, object_in
from pulumi_setsmart.recording.shape import Shape, shape_of
from pulumi_setsmart.recording.survey import (
    AccountSurvey,
    CollectionSurvey,
    Fetch,
    ReceivedResponse,
)
from pulumi_setsmart.recording.words import Names


def recorded(survey: AccountSurvey, today: datetime) -> Recording:
    """Return what may be recorded of an account.

    Args:
        survey: What was read of it.
        today: When.
    """
    names = Names(frozenset(_values(survey)))
    responses = survey.responses()
    properties = _collection(survey.properties, names)
    webhooks = _collection(survey.webhooks, names)
    return Recording(
        made_by=f"pulumi-setsmart {version('pulumi-setsmart')}",
        date=today.astimezone(UTC).date().isoformat(),
        server=_server(survey.base_url),
        requests=len(responses),
        replaced_names=names.replaced,
        properties=properties,
        webhooks=webhooks,
        clock=clock_seen(responses),
        rate_limit=rate_limit_seen(responses),
    )


def _values(survey: AccountSurvey) -> Iterator[str]:
    """Yield every string that is a value in a response, or in a query."""
    for received in survey.responses():
        yield from _strings(received.json())
        yield from (value for _, value in parse_qsl(urlsplit(received.response.url).query))


def _strings(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for element in value:
                yield from _strings(element)
        case dict():
            for member in value.values():
                yield from _strings(member)


def _server(base_url: str) -> str:
    if base_url == DEFAULT_BASE_URL:
        return "documented address"
    host = urlsplit(base_url).hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    return "this machine" if is_here else "another address"


def _collection(survey: CollectionSurvey, names: Names) -> SeenCollection:
    found = [_items(page) for page in survey.pages]
    items = [item for _, page in found for item in page]
    ids = [pair for item in items if (pair := id_in(item)) is not None]
    shape = shape_of(items, names) if items else None
    collection = SeenCollection(
        pages=_pages(survey, found, names),
        list_end=survey.end,
        item=shape,
        id=_id(ids, names),
    )
    if survey.by_id is None or not ids:
        return collection
    at, whole = _object(survey.by_id.object, ids[0]) or ((), None)
    return attrs.evolve(
        collection,
        object=_response(survey.by_id.object, names),
        object_at=_dotted(at, names),
        list_shows=_list_shows(items[0], whole),
        missing=_response(survey.by_id.missing, names),
        malformed=_response(survey.by_id.malformed, names),
    )


def _items(fetch: Fetch) -> tuple[Path | None, list[Object]]:
    if not fetch.responses or not fetch.responses[-1].response.succeeded:
        return None, []
    return items_in(fetch.responses[-1].json()) or (None, [])


def _pages(
    survey: CollectionSurvey, found: list[tuple[Path | None, list[Object]]], names: Names
) -> tuple[SeenPage, ...]:
    pages = []
    before = 0
    for number, (fetch, (at, items)) in enumerate(zip(survey.pages, found, strict=True), 1):
        is_last = number == len(survey.pages)
        if not fetch.responses:
            pages.append(SeenPage(_response(fetch, names)))
            continue
        received = fetch.responses[-1]
        progress = Progress(number, len(items), before, is_last)
        pages.append(
            SeenPage(
                response=_response(fetch, names, at),
                asked_with=asked_with(received, names),
                items_at=_dotted(at or (), names),
                items=None if at is None else _count(len(items), exact=not is_last),
                signals=signals_of(received, at, progress, names),
            )
        )
        before += len(items)
    return tuple(pages)


def _count(items: int, *, exact: bool) -> str | int:
    """Return how many items a page has; of the last page no more than a word."""
    if exact:
        return items
    return ("none", "one", "several")[min(items, 2)]


def _id(ids: list[tuple[str, str | int]], names: Names) -> SeenId | None:
    if not ids:
        return None
    field = ids[0][0]
    values = [value for name, value in ids if name == field]
    types = sorted({"string" if isinstance(value, str) else "integer" for value in values})
    return SeenId(names.shown(field), " | ".join(types), id_form([str(value) for value in values]))


def _object(fetch: Fetch, known: tuple[str, str | int]) -> tuple[Path, Object] | None:
    return object_in(fetch.responses[-1].json(), *known) if fetch.responses else None


def _list_shows(item: Object, whole: Object | None) -> str | None:
    if whole is None:
        return None
    return "whole objects" if whole.keys() <= item.keys() else "brief objects"


def _dotted(path: Path, names: Names) -> str:
    return ".".join(names.shown(name) for name in path)


def _failure(fetch: Fetch) -> str | None:
    return None if fetch.failure is None else type(fetch.failure).__name__


def _response(fetch: Fetch, names: Names, items_at: Path | None = None) -> SeenResponse:
    """Return what may be recorded of the response to a request; of the items in it nothing."""
    if not fetch.responses:
        return SeenResponse(None, _failure(fetch))
    received = fetch.responses[-1]
    known_headers, others = headers.headers_seen(received.response.headers)
    content, shape = _content(received, items_at, names)
    return SeenResponse(
        status=received.response.status,
        failure=_failure(fetch) if received.response.succeeded else None,
        earlier_statuses=tuple(before.response.status for before in fetch.responses[:-1]),
        headers=known_headers,
        other_headers=others,
        links=headers.links_seen(received.response.url, received.response.headers, names),
        content=content,
        shape=shape,
    )


def _content(
    received: ReceivedResponse, items_at: Path | None, names: Names
) -> tuple[str, Shape | None]:
    body = received.response.body.strip()
    if not body:
        return "nothing", None
    value = received.json()
    if value is not None or body == b"null":
        return "json", shape_of([_without(value, items_at)], names)
    return ("html" if body.startswith(b"<") else "text"), None


def _without(body: Json, items_at: Path | None) -> Json:
    """Return a body whose list of items is empty."""
    if items_at == ():
        return []
    if items_at is None or not isinstance(body, dict):
        return body
    return {**body, items_at[0]: _without(body[items_at[0]], items_at[1:])}
