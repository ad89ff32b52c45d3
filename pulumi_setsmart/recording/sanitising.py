"""From the looks at an account to its recording, in which nothing is the account's own."""

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
from pulumi_setsmart.recording.habits_seen import clock_seen, rate_limit_seen
from pulumi_setsmart.recording.ids import id_form
from pulumi_setsmart.recording.looking import AccountLooks, CollectionLooks, Heard, Look
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
from pulumi_setsmart.recording.words import Names


def recorded(looks: AccountLooks, today: datetime) -> Recording:
    """Return what may be told of the looks at an account.

    Args:
        looks: What came of them.
        today: When they were made.
    """
    names = Names(frozenset(_values(looks)))
    heard = looks.heard()
    properties = _collection(looks.properties, names)
    webhooks = _collection(looks.webhooks, names)
    return Recording(
        made_by=f"pulumi-setsmart {version('pulumi-setsmart')}",
        date=today.astimezone(UTC).date().isoformat(),
        server=_server(looks.base_url),
        requests=len(heard),
        replaced_names=names.replaced,
        properties=properties,
        webhooks=webhooks,
        clock=clock_seen(heard),
        rate_limit=rate_limit_seen(heard),
    )


def _values(looks: AccountLooks) -> Iterator[str]:
    """Yield every string that is a value in an answer, or in a query."""
    for heard in looks.heard():
        yield from _strings(heard.json())
        yield from (value for _, value in parse_qsl(urlsplit(heard.answer.url).query))


def _strings(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _strings(one)
        case dict():
            for one in value.values():
                yield from _strings(one)


def _server(base_url: str) -> str:
    if base_url == DEFAULT_BASE_URL:
        return "documented address"
    host = urlsplit(base_url).hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    return "this machine" if is_here else "another address"


def _collection(looks: CollectionLooks, names: Names) -> SeenCollection:
    found = [_items(one) for one in looks.pages]
    items = [item for _, page in found for item in page]
    ids = [pair for item in items if (pair := id_in(item)) is not None]
    shape = shape_of(items, names) if items else None
    collection = SeenCollection(
        pages=_pages(looks, found, names),
        list_end=looks.end,
        item=shape,
        id=_id(ids, names),
    )
    if looks.by_id is None or not ids:
        return collection
    at, whole = _object(looks.by_id.object, ids[0]) or ((), None)
    return attrs.evolve(
        collection,
        object=_answer(looks.by_id.object, names),
        object_at=_dotted(at, names),
        list_shows=_list_shows(items[0], whole),
        missing=_answer(looks.by_id.missing, names),
        malformed=_answer(looks.by_id.malformed, names),
    )


def _items(look: Look) -> tuple[Path | None, list[Object]]:
    if not look.heard or not look.heard[-1].answer.succeeded:
        return None, []
    return items_in(look.heard[-1].json()) or (None, [])


def _pages(
    looks: CollectionLooks, found: list[tuple[Path | None, list[Object]]], names: Names
) -> tuple[SeenPage, ...]:
    pages = []
    before = 0
    for number, (look, (at, items)) in enumerate(zip(looks.pages, found, strict=True), 1):
        is_last = number == len(looks.pages)
        if not look.heard:
            pages.append(SeenPage(_answer(look, names)))
            continue
        heard = look.heard[-1]
        progress = Progress(number, len(items), before, is_last)
        pages.append(
            SeenPage(
                answer=_answer(look, names, at),
                asked_with=asked_with(heard, names),
                items_at=_dotted(at or (), names),
                items=None if at is None else _count(len(items), exact=not is_last),
                signals=signals_of(heard, at, progress, names),
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
    return SeenId(names.shown(field), " | ".join(types), id_form([str(one) for one in values]))


def _object(look: Look, known: tuple[str, str | int]) -> tuple[Path, Object] | None:
    return object_in(look.heard[-1].json(), *known) if look.heard else None


def _list_shows(item: Object, whole: Object | None) -> str | None:
    if whole is None:
        return None
    return "whole objects" if whole.keys() <= item.keys() else "brief objects"


def _dotted(path: Path, names: Names) -> str:
    return ".".join(names.shown(name) for name in path)


def _failure(look: Look) -> str | None:
    return None if look.failure is None else type(look.failure).__name__


def _answer(look: Look, names: Names, items_at: Path | None = None) -> SeenResponse:
    """Return what may be told of the answer to a look; of the items in it nothing."""
    if not look.heard:
        return SeenResponse(None, _failure(look))
    heard = look.heard[-1]
    told, others = headers.headers_seen(heard.answer.headers)
    content, shape = _content(heard, items_at, names)
    return SeenResponse(
        status=heard.answer.status,
        failure=_failure(look) if heard.answer.succeeded else None,
        earlier_statuses=tuple(one.answer.status for one in look.heard[:-1]),
        headers=told,
        other_headers=others,
        links=headers.links_seen(heard.answer.url, heard.answer.headers, names),
        content=content,
        shape=shape,
    )


def _content(heard: Heard, items_at: Path | None, names: Names) -> tuple[str, Shape | None]:
    body = heard.answer.body.strip()
    if not body:
        return "nothing", None
    value = heard.json()
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
