"""From the looks at an account to its recording, in which nothing is the account's own."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

from pulumi_setsmart.client.server_clock import http_date
from pulumi_setsmart.config import DEFAULT_BASE_URL
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.recording import headers
from pulumi_setsmart.recording.answer_body import Object, Path, id_in, items_in, object_in
from pulumi_setsmart.recording.ids import id_form
from pulumi_setsmart.recording.looking import AccountLooks, CollectionLooks, Heard, Look
from pulumi_setsmart.recording.paging_seen import Progress, asked_with, signals_of
from pulumi_setsmart.recording.recording import (
    Recording,
    SeenAnswer,
    SeenClock,
    SeenCollection,
    SeenId,
    SeenPage,
    SeenRateLimit,
)
from pulumi_setsmart.recording.shape import Shape, shape_of
from pulumi_setsmart.recording.signals import STRUCTURE
from pulumi_setsmart.recording.words import Names

_NEAR = 2
"""A clock that is so many seconds away is not away: ``Date`` tells whole seconds."""
_MILLISECONDS = 100_000_000_000
_SECONDS_SINCE_1970 = 1_000_000_000
_LARGEST_FIGURE = 10_000_000
_FIRST_UNSUCCESSFUL_STATUS = 300


def recorded(looks: AccountLooks, today: datetime) -> Recording:
    """Return what may be told of the looks at an account.

    Args:
        looks: What came of them.
        today: When they were made.
    """
    names = Names(frozenset(_values(looks)), STRUCTURE)
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
        clock=_clock(heard),
        rate_limit=_rate_limit(heard),
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
        list_end=_list_end(looks),
        item=shape,
        id=_id(ids, names),
    )
    if looks.object is None or not ids:
        return collection
    at, whole = _object(looks.object, ids[0]) or ((), None)
    return SeenCollection(
        pages=collection.pages,
        list_end=collection.list_end,
        item=shape,
        id=collection.id,
        object=_answer(looks.object, names),
        object_at=_dotted(at, names),
        list_shows=_list_shows(items[0], whole),
        missing=_answer(looks.missing, names),
        malformed=_answer(looks.malformed, names),
    )


def _list_end(looks: CollectionLooks) -> str:
    failure = looks.pages[-1].failure
    if failure is not None:
        return type(failure).__name__
    return "reached" if looks.complete else "not looked for"


def _items(look: Look) -> tuple[Path | None, list[Object]]:
    if not look.heard or look.heard[-1].answer.status >= _FIRST_UNSUCCESSFUL_STATUS:
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
                answer=_answer(look, names),
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


def _answer(look: Look | None, names: Names) -> SeenAnswer:
    if look is None or not look.heard:
        failure = None if look is None else look.failure
        return SeenAnswer(None, None if failure is None else type(failure).__name__)
    heard = look.heard[-1]
    told, others = headers.headers_seen(heard.answer.headers)
    content, shape = _content(heard, names)
    return SeenAnswer(
        status=heard.answer.status,
        failure=None if look.failure is None else type(look.failure).__name__,
        earlier_statuses=tuple(one.answer.status for one in look.heard[:-1]),
        headers=told,
        other_headers=others,
        links=headers.links_seen(heard.answer.url, heard.answer.headers, names),
        content=content,
        shape=shape,
    )


def _content(heard: Heard, names: Names) -> tuple[str, Shape | None]:
    body = heard.answer.body.strip()
    if not body:
        return "nothing", None
    value = heard.json()
    if value is not None or body == b"null":
        return "json", shape_of([value], names)
    return ("html" if body.startswith(b"<") else "text"), None


def _clock(heard: list[Heard]) -> SeenClock:
    dates = [(http_date(one.answer.headers.get("Date", "")), one.at) for one in heard]
    ahead = [round(date - at) for date, at in dates if date is not None]
    if not ahead:
        return SeenClock(told=False)
    seconds = ahead[0] if abs(ahead[0]) > _NEAR else 0
    return SeenClock(told=len(ahead) == len(dates), seconds_ahead=seconds)


def _rate_limit(heard: list[Heard]) -> SeenRateLimit:
    told = [{name.lower(): value for name, value in one.answer.headers.items()} for one in heard]
    names = [headers.RATE_LIMIT & one.keys() - {"retry-after"} for one in told]
    reset, seconds = _reset(
        [
            (value, http_date(one.get("date", "")) or each.at)
            for one, each in zip(told, heard, strict=True)
            for value in _figures([one], "reset")
        ]
    )
    return SeenRateLimit(
        headers=tuple(sorted(frozenset().union(*names))),
        in_every_answer=bool(names) and all(names),
        limit=next(_figures(told, "limit"), None),
        remaining=_course([*_figures(told, "remaining")]),
        reset=reset,
        seconds_to_reset=seconds,
    )


def _figures(told: Iterable[dict[str, str]], ending: str) -> Iterator[int]:
    for one in told:
        for name in sorted(headers.RATE_LIMIT & one.keys()):
            text = one[name].strip()
            if name.endswith(f"-{ending}") and text.isascii() and text.isdigit():
                number = int(text)
                if ending == "reset" or number <= _LARGEST_FIGURE:
                    yield number
                break


def _course(remaining: list[int]) -> str | None:
    """Return how what is left of the window goes on from answer to answer."""
    steps = [before - after for before, after in pairwise(remaining)]
    if not steps:
        return None
    [(step, _)] = Counter(steps).most_common(1)
    if step == 1:
        return "falls by 1"
    return "falls by more" if step > 1 else "stays" if step == 0 else "rises"


def _reset(resets: list[tuple[int, float]]) -> tuple[str | None, int | None]:
    """Return what the reset is, and how many seconds away it was at most."""
    if not resets:
        return None, None
    value = resets[0][0]
    if value >= _MILLISECONDS:
        kind, ahead = "Unix milliseconds", [each / 1000 - now for each, now in resets]
    elif value >= _SECONDS_SINCE_1970:
        kind, ahead = "Unix seconds", [each - now for each, now in resets]
    else:
        kind, ahead = "seconds from now", [float(each) for each, _ in resets]
    most = round(max(ahead))
    return kind, most if 0 <= most <= _LARGEST_FIGURE else None
