"""The many ways in which servers split a list into pages, and say so. All are assumed.

A style has two parts: how a request selects a page, and what a response says about the list. The
names are those of the frameworks and APIs that are known for them, or of the members they use.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen
from starlette.datastructures import URL, QueryParams
from starlette.responses import JSONResponse, Response

from pulumi_setsmart.sandbox.json import JsonObject


@frozen
class ListPage:
    """A page of a list.

    Attributes:
        items: The objects on it.
        name: The name of the collection.
        start: How many objects come before it.
        size: How many objects a page has at most.
        total: How many objects there are.
        url: The address that was asked for.
        parameter: The query parameter that selects a page.
        selector: The value of that parameter for the next page.
    """

    items: Sequence[JsonObject]
    name: str
    start: int
    size: int
    total: int
    url: URL
    parameter: str
    selector: str

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.start // self.size + 1

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))

    @property
    def more(self) -> bool:
        """Whether there is a page after it."""
        return self.start + len(self.items) < self.total

    @property
    def next_url(self) -> str | None:
        """The address of the next page, or None after the last one."""
        if not self.more:
            return None
        return str(self.url.include_query_params(**{self.parameter: self.selector}))

    @property
    def token(self) -> str | None:
        """What selects the next page, or None after the last one."""
        return self.selector if self.more else None


Start = Callable[[str, int, Sequence[str]], int]
"""Turns the value of a query parameter, the size of a page and all ids to how many come before."""


def _page_from(first: int) -> Start:
    return lambda value, size, _ids: (int(value) - first) * size


def _offset_from(first: int) -> Start:
    return lambda value, _size, _ids: int(value) - first


def _token(value: str, _size: int, _ids: Sequence[str]) -> int:
    return int(base64.urlsafe_b64decode(value.encode()).decode().removeprefix("start:"))


def _after_id(value: str, _size: int, ids: Sequence[str]) -> int:
    return ids.index(value) + 1


_BY_PAGE = _page_from(1)
_BY_PAGE_FROM_0 = _page_from(0)
_BY_OFFSET = _offset_from(0)
_BY_OFFSET_FROM_1 = _offset_from(1)


@frozen
class ListStyle:
    """A way of splitting a list into pages.

    Attributes:
        body: Makes the body of a response of a page.
        parameter: The query parameter that selects a page.
        start: Finds what it selects.
        headers: Makes the headers of a response of a page.
    """

    body: Callable[[ListPage], Any]
    parameter: str = "page"
    start: Start = _BY_PAGE
    headers: Callable[[ListPage], Mapping[str, str]] = lambda _slice: {}

    def selector(self, start: int, size: int, ids: Sequence[str]) -> str:
        """Return what selects the page that begins after ``start`` objects."""
        if self.start is _token:
            return base64.urlsafe_b64encode(f"start:{start}".encode()).decode()
        if self.start is _after_id:
            return ids[start - 1] if 0 < start <= len(ids) else ""
        first = {_BY_PAGE: 1, _BY_PAGE_FROM_0: 0, _BY_OFFSET: 0, _BY_OFFSET_FROM_1: 1}[self.start]
        by_page = self.start in (_BY_PAGE, _BY_PAGE_FROM_0)
        return str(first + (start // size if by_page else start))

    def response(
        self,
        everything: Sequence[JsonObject],
        size: int | None,
        name: str,
        url: URL,
        *,
        obeys: bool = True,
    ) -> Response:
        """Return the response to a request for a page.

        Args:
            everything: All objects of the collection.
            size: How many objects a page has at most; None for all of them.
            name: The name of the collection.
            url: The address that was asked for.
            obeys: Whether the query of the address is looked at.
        """
        ids = [str(one["id"]) for one in everything]
        size = size or max(1, len(everything))
        selected = QueryParams(url.query).get(self.parameter)
        start = 0
        if obeys and selected is not None:
            try:
                start = max(0, self.start(selected, size, ids))
            except ValueError:
                start = 0
        page = ListPage(
            items=everything[start : start + size],
            name=name,
            start=start,
            size=size,
            total=len(everything),
            url=url,
            parameter=self.parameter,
            selector=self.selector(start + size, size, ids),
        )
        return JSONResponse(self.body(page), headers=dict(self.headers(page)))


def _link(page: ListPage) -> Mapping[str, str]:
    return {"Link": f'<{page.next_url}>; rel="next"'} if page.more else {}


def _laravel(page: ListPage) -> Any:
    return {
        "data": page.items,
        "links": {"first": None, "last": None, "prev": None, "next": page.next_url},
        "meta": {
            "current_page": page.number,
            "last_page": page.pages,
            "per_page": page.size,
            "total": page.total,
        },
    }


def _spring(page: ListPage) -> Any:
    return {
        "content": page.items,
        "pageable": {"pageNumber": page.number - 1, "pageSize": page.size, "offset": page.start},
        "number": page.number - 1,
        "size": page.size,
        "numberOfElements": len(page.items),
        "totalElements": page.total,
        "totalPages": page.pages,
        "first": page.number == 1,
        "last": not page.more,
        "empty": not page.items,
    }


def _hal(page: ListPage) -> Any:
    links: dict[str, Any] = {"self": {"href": str(page.url)}}
    if page.more:
        links["next"] = {"href": page.next_url}
    return {"_embedded": {page.name: page.items}, "_links": links}


def _odata(page: ListPage) -> Any:
    body: dict[str, Any] = {"value": page.items, "@odata.count": page.total}
    return body | ({"@odata.nextLink": page.next_url} if page.more else {})


def _hydra(page: ListPage) -> Any:
    view = {"@id": str(page.url)} | ({"hydra:next": page.next_url} if page.more else {})
    return {"hydra:member": page.items, "hydra:totalItems": page.total, "hydra:view": view}


def _hubspot(page: ListPage) -> Any:
    following = {"next": {"after": page.token, "link": page.next_url}}
    return {"results": page.items} | ({"paging": following} if page.more else {})


def _intercom(page: ListPage) -> Any:
    following = {"page": page.number + 1, "starting_after": page.token} if page.more else None
    pages = {"type": "pages", "page": page.number, "total_pages": page.pages, "next": following}
    return {"data": page.items, "pages": pages}


def _only(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


LIST_STYLES: Mapping[str, ListStyle] = {
    # The address of the next page.
    "link-header": ListStyle(lambda page: page.items, headers=_link),
    "links": ListStyle(lambda page: {"data": page.items, "links": {"next": page.next_url}}),
    "link-objects": ListStyle(
        lambda page: {
            "items": page.items,
            "links": [{"rel": "next", "href": page.next_url}] if page.more else [],
        }
    ),
    "next": ListStyle(
        lambda page: {
            "count": page.total,
            "next": page.next_url,
            "previous": None,
            "results": page.items,
        }
    ),
    "next-page-url": ListStyle(lambda page: {"items": page.items, "next_page_url": page.next_url}),
    "nextUrl": ListStyle(lambda page: {"data": page.items, "nextUrl": page.next_url}),
    "hal": ListStyle(_hal),
    "odata": ListStyle(_odata, "$skip", _BY_OFFSET),
    "hydra": ListStyle(_hydra),
    "salesforce": ListStyle(
        lambda page: {
            "records": page.items,
            "totalSize": page.total,
            "done": not page.more,
            **_only("nextRecordsUrl", page.next_url),
        }
    ),
    "jsonapi": ListStyle(
        lambda page: {"data": page.items, "links": {"next": page.next_url}, "meta": {}},
        "page[number]",
    ),
    "hal-link-lists": ListStyle(
        lambda page: {
            "_embedded": {page.name: page.items},
            "_links": {"next": [{"href": page.next_url}]} if page.more else {},
        }
    ),
    "link-relation-lists": ListStyle(
        lambda page: {
            "items": page.items,
            "links": [{"rel": ["next"], "href": page.next_url}] if page.more else [],
        }
    ),
    "link-results": ListStyle(
        lambda page: page.items,
        headers=lambda page: {
            "Link": f'<{page.url.include_query_params(page=page.number + 1)}>; rel="next"; '
            f'results="{str(page.more).lower()}"'
        },
    ),
    # A cursor.
    "next-cursor": ListStyle(
        lambda page: {"data": page.items, "has_more": page.more, "next_cursor": page.token},
        "cursor",
        _token,
    ),
    "nextCursor": ListStyle(
        lambda page: {"data": page.items, "hasMore": page.more, "nextCursor": page.token},
        "cursor",
        _token,
    ),
    "has-more": ListStyle(
        lambda page: {"data": page.items, "has_more": page.more}, "starting_after", _after_id
    ),
    "hasMore": ListStyle(
        lambda page: {"items": page.items, "hasMore": page.more}, "starting_after", _after_id
    ),
    "nextPageToken": ListStyle(
        lambda page: {page.name: page.items, **_only("nextPageToken", page.token)},
        "pageToken",
        _token,
    ),
    "next_page_token": ListStyle(
        lambda page: {page.name: page.items, "next_page_token": page.token or ""},
        "page_token",
        _token,
    ),
    "nextToken": ListStyle(
        lambda page: {"items": page.items, **_only("nextToken", page.token)}, "nextToken", _token
    ),
    "continuationToken": ListStyle(
        lambda page: {"items": page.items, "continuationToken": page.token},
        "continuationToken",
        _token,
    ),
    "pageInfo": ListStyle(
        lambda page: {
            "nodes": page.items,
            "pageInfo": {"hasNextPage": page.more, "endCursor": page.selector},
        },
        "after",
        _token,
    ),
    "response-metadata": ListStyle(
        lambda page: {
            "ok": True,
            "items": page.items,
            "response_metadata": {"next_cursor": page.token or ""},
        },
        "cursor",
        _token,
    ),
    "token-as-offset": ListStyle(
        lambda page: {"records": page.items, **_only("offset", page.token)}, "offset", _token
    ),
    "hubspot": ListStyle(_hubspot, "after", _token),
    "intercom": ListStyle(_intercom, "starting_after", _token),
    "cursors": ListStyle(
        lambda page: {
            "data": page.items,
            "meta": {"cursors": {"before": None, "after": page.token}, "limit": page.size},
        },
        "after",
        _token,
    ),
    "next-offset-token": ListStyle(
        lambda page: {"list": page.items, **_only("next_offset", page.token)}, "offset", _token
    ),
    # Numbered pages.
    "laravel": ListStyle(_laravel),
    "current_page": ListStyle(
        lambda page: {
            "data": page.items,
            "current_page": page.number,
            "last_page": page.pages,
        }
    ),
    "total_pages": ListStyle(
        lambda page: {"items": page.items, "page": page.number, "total_pages": page.pages}
    ),
    "totalPages": ListStyle(
        lambda page: {"data": page.items, "page": page.number, "totalPages": page.pages}
    ),
    "pageNumber": ListStyle(
        lambda page: {
            "data": page.items,
            "pageNumber": page.number,
            "totalPages": page.pages,
        },
        "pageNumber",
    ),
    "totalItems": ListStyle(
        lambda page: {
            "page": page.number,
            "perPage": page.size,
            "totalItems": page.total,
            "items": page.items,
        }
    ),
    "per_page": ListStyle(
        lambda page: {
            "data": page.items,
            "page": page.number,
            "per_page": page.size,
            "total": page.total,
        }
    ),
    "page-without-total": ListStyle(
        lambda page: {"data": page.items, "page": page.number, "per_page": page.size}
    ),
    "has_next": ListStyle(
        lambda page: {"data": page.items, "page": page.number, "has_next": page.more}
    ),
    "next_page": ListStyle(
        lambda page: {
            "data": page.items,
            "page": page.number,
            "next_page": page.number + 1 if page.more else None,
        }
    ),
    "next-object": ListStyle(
        lambda page: {
            "results": page.items,
            **({"next": {"page": page.number + 1, "limit": page.size}} if page.more else {}),
        }
    ),
    "pages-object": ListStyle(
        lambda page: {"data": page.items, "pages": {"current": page.number, "total": page.pages}}
    ),
    "last-page-from-0": ListStyle(
        lambda page: {
            "data": page.items,
            "page": page.number - 1,
            "last_page": page.pages - 1,
        },
        "page",
        _BY_PAGE_FROM_0,
    ),
    "nextPage-Yes": ListStyle(
        lambda page: page.items,
        headers=lambda page: {
            "Paging-Headers": json.dumps(
                {
                    "currentPage": page.number,
                    "totalPages": page.pages,
                    "nextPage": "Yes" if page.more else "No",
                }
            )
        },
    ),
    "spring": ListStyle(_spring, "page", _BY_PAGE_FROM_0),
    "spring-page": ListStyle(
        lambda page: {
            "_embedded": {page.name: page.items},
            "page": {
                "size": page.size,
                "totalElements": page.total,
                "totalPages": page.pages,
                "number": page.number - 1,
            },
        },
        "page",
        _BY_PAGE_FROM_0,
    ),
    "mongoose": ListStyle(
        lambda page: {
            "docs": page.items,
            "totalDocs": page.total,
            "limit": page.size,
            "page": page.number,
            "totalPages": page.pages,
            "hasNextPage": page.more,
            "nextPage": page.number + 1 if page.more else None,
        }
    ),
    "result_info": ListStyle(
        lambda page: {
            "result": page.items,
            "success": True,
            "result_info": {
                "page": page.number,
                "per_page": page.size,
                "count": len(page.items),
                "total_count": page.total,
            },
        }
    ),
    "nested": ListStyle(
        lambda page: {
            "response": {
                "data": page.items,
                "pagination": {"page": page.number, "pages": page.pages},
            }
        }
    ),
    "page-headers": ListStyle(
        lambda page: page.items,
        headers=lambda page: {
            "X-Page": str(page.number),
            "X-Per-Page": str(page.size),
            "X-Next-Page": str(page.number + 1) if page.more else "",
            "X-Total-Pages": str(page.pages),
            "X-Total": str(page.total),
        },
    ),
    "X-Pagination": ListStyle(
        lambda page: page.items,
        headers=lambda page: {
            "X-Pagination": json.dumps(
                {
                    "CurrentPage": page.number,
                    "TotalPages": page.pages,
                    "TotalCount": page.total,
                    "HasNext": page.more,
                }
            )
        },
    ),
    # Counted objects.
    "offset": ListStyle(
        lambda page: {
            "data": page.items,
            "offset": page.start,
            "limit": page.size,
            "total": page.total,
        },
        "offset",
        _BY_OFFSET,
    ),
    "skip": ListStyle(
        lambda page: {
            "results": page.items,
            "count": page.total,
            "limit": page.size,
            "skip": page.start,
        },
        "skip",
        _BY_OFFSET,
    ),
    "startAt": ListStyle(
        lambda page: {
            "values": page.items,
            "startAt": page.start,
            "maxResults": page.size,
            "total": page.total,
            "isLast": not page.more,
        },
        "startAt",
        _BY_OFFSET,
    ),
    "startIndex": ListStyle(
        lambda page: {
            "Resources": page.items,
            "startIndex": page.start + 1,
            "itemsPerPage": len(page.items),
            "totalResults": page.total,
        },
        "startIndex",
        _BY_OFFSET_FROM_1,
    ),
    "next_offset": ListStyle(
        lambda page: {
            "items": page.items,
            "next_offset": page.start + len(page.items) if page.more else None,
        },
        "offset",
        _BY_OFFSET,
    ),
    # What says that there is more, and not how to ask for it.
    "total-only": ListStyle(lambda page: {"data": page.items, "total": page.total}),
    "count-only": ListStyle(lambda page: {"results": page.items, "count": page.total}),
    "X-Total-Count": ListStyle(
        lambda page: page.items, headers=lambda page: {"X-Total-Count": str(page.total)}
    ),
    "Content-Range": ListStyle(
        lambda page: page.items,
        headers=lambda page: {
            "Content-Range": f"items {page.start}-{page.start + len(page.items)}/{page.total}"
        },
    ),
    "Content-Range-without-unit": ListStyle(
        lambda page: page.items,
        headers=lambda page: {
            "Content-Range": f"{page.start}-{page.start + len(page.items) - 1}/{page.total}"
            if page.items
            else f"*/{page.total}"
        },
    ),
    "total-object": ListStyle(
        lambda page: {
            "hits": {"total": {"value": page.total, "relation": "eq"}, "hits": page.items}
        }
    ),
    "aggregate": ListStyle(
        lambda page: {
            page.name: page.items,
            f"{page.name}_aggregate": {"aggregate": {"count": page.total}},
        }
    ),
    "range-in-words": ListStyle(
        lambda page: {
            "data": page.items,
            "showing": f"{page.start + 1}-{page.start + len(page.items)} of {page.total}",
        }
    ),
    "numberOfResults": ListStyle(lambda page: {"data": page.items, "numberOfResults": page.total}),
    "remaining": ListStyle(
        lambda page: {
            "metadata": {"remainingItemCount": page.total - page.start - len(page.items)},
            "items": page.items,
        },
        "unguessable",
    ),
    "key-of-parts": ListStyle(
        lambda page: {
            "Items": page.items,
            **({"LastEvaluatedKey": {"id": {"S": page.items[-1]["id"]}}} if page.more else {}),
        }
    ),
    "next-of-parts": ListStyle(
        lambda page: {"data": page.items, "next_search_after": [1, "x"] if page.more else []}
    ),
    "header-of-a-vendor": ListStyle(
        lambda page: page.items,
        "unguessable",
        headers=lambda page: {"X-Acme-HasMore": str(page.more).lower()},
    ),
    "last-link-only": ListStyle(
        lambda page: page.items,
        "unguessable",
        headers=lambda page: {
            "Link": f'<{page.url.include_query_params(page=page.pages)}>; rel="last"'
        },
    ),
    "pages-only": ListStyle(lambda page: {"data": page.items, "total_pages": page.pages}),
    "truncated": ListStyle(
        lambda page: {"data": page.items, "is_truncated": page.more}, "unguessable"
    ),
    "unknown-words": ListStyle(
        lambda page: {"data": page.items, "more_where_that_came_from": page.more}
    ),
}
"""The styles by their names."""

STYLES_WITHOUT_NEXT = frozenset(
    {
        "total-only",
        "count-only",
        "X-Total-Count",
        "Content-Range",
        "Content-Range-without-unit",
        "total-object",
        "aggregate",
        "range-in-words",
        "numberOfResults",
        "remaining",
        "key-of-parts",
        "next-of-parts",
        "header-of-a-vendor",
        "last-link-only",
        "pages-only",
        "truncated",
        "unknown-words",
    }
)
"""The styles whose responses do not say how to ask for the next page."""
