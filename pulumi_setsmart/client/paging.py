"""Finding the next page of a list, in every form that the field's APIs use. All is assumed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pulumi_setsmart.models.json import Json, JsonObject

_NEXT_LINK = re.compile(r"""<([^<>]*)>\s*;[^,]*\brel\s*=\s*"?next\b"?""", re.IGNORECASE)


class ForeignPageError(ValueError):
    """The next page is said to be on another origin, where the API key must not go."""


def next_page_url(url: str, headers: Mapping[str, str], body: Json) -> str | None:
    """Return the address of the page after ``url``, or None if this was the last one.

    Args:
        url: The absolute address of this page.
        headers: The headers of its answer.
        body: Its body.

    Raises:
        ForeignPageError: The server names an address on another origin.
        ValueError: What it names is no address.
    """
    link = _NEXT_LINK.search(headers.get("Link", ""))
    if link is not None:
        return _same_origin(url, link.group(1))
    if not isinstance(body, dict):
        return None
    for finder in (_named_address, _after_cursor, _numbered, _after_offset):
        for details in _details(body):
            found = finder(url, details)
            if found is not None:
                return _same_origin(url, found)
    return None


def _details(body: JsonObject) -> Iterator[JsonObject]:
    yield body
    for name in ("meta", "pagination", "paging"):
        inner = body.get(name)
        if isinstance(inner, dict):
            yield inner


def _named_address(_url: str, details: JsonObject) -> str | None:
    links = details.get("links")
    sources = (links, details) if isinstance(links, dict) else (details,)
    for source in sources:
        for name in ("next", "next_url"):
            address = source.get(name)
            if isinstance(address, str) and address:
                return address
    return None


def _after_cursor(url: str, details: JsonObject) -> str | None:
    cursor = details.get("next_cursor")
    if details.get("has_more") is False or not isinstance(cursor, str) or not cursor:
        return None
    return _with_query(url, cursor=cursor)


def _numbered(url: str, details: JsonObject) -> str | None:
    match details:
        case {"page": int(page), "total_pages": int(total)} if page < total:
            return _with_query(url, page=str(page + 1))
    return None


def _after_offset(url: str, details: JsonObject) -> str | None:
    match details:
        case {"total": int(total), "limit": int(limit), "offset": int(offset)} if (
            limit > 0 and offset + limit < total
        ):
            return _with_query(url, offset=str(offset + limit))
    return None


def _with_query(url: str, **parameters: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | parameters
    return urlunsplit(parts._replace(query=urlencode(query)))


def _same_origin(url: str, address: str) -> str:
    target = urlsplit(urljoin(url, address))
    here = urlsplit(url)
    if (target.scheme, target.netloc) != (here.scheme, here.netloc):
        raise ForeignPageError
    return urlunsplit(target)
