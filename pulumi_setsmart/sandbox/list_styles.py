"""The many ways in which servers split a list into pages, and say so. All are assumed.

The names are those of the frameworks and APIs that are known for them, or of the members they use.
"""

from collections.abc import Mapping
from typing import Any

from pulumi_setsmart.sandbox.list_page import (
    ListPage,
    ListStyle,
    by_last_id,
    by_offset,
    by_page,
    by_token,
)


def _link(page: ListPage) -> str | None:
    return f'<{page.next_url}>; rel="next"' if page.more else None


def _link_with_results(page: ListPage) -> str:
    following = page.url.include_query_params(page=page.number + 1)
    return f'<{following}>; rel="next"; results="{str(page.more).lower()}"'


def _last_link(page: ListPage) -> str:
    return f'<{page.url.include_query_params(page=page.pages)}>; rel="last"'


def _range(page: ListPage) -> str:
    return f"{page.start}-{page.end - 1}/{page.total}" if page.items else f"*/{page.total}"


def _intercom(page: ListPage) -> Any:
    following = {"page": page.number + 1, "starting_after": page.token} if page.more else None
    return {"type": "pages", "page": page.number, "total_pages": page.pages, "next": following}


def _if_more(value: Any, otherwise: Any = None) -> Any:
    """Return what is a value, itself or a function of the page, where there is a next page."""

    def of(page: ListPage) -> Any:
        if not page.more:
            return otherwise
        return value(page) if callable(value) else value

    return of


_STYLES_WITH_NEXT: Mapping[str, ListStyle] = {
    # The address of the next page.
    "link-header": ListStyle("items", headers={"Link?": _link}),
    "links": ListStyle({"data": "items", "links": {"next": "next_url"}}),
    "link-objects": ListStyle(
        {"items": "items", "links": _if_more(lambda p: [{"rel": "next", "href": p.next_url}], [])}
    ),
    "next": ListStyle({"count": "total", "next": "next_url", "previous": None, "results": "items"}),
    "next-page-url": ListStyle({"items": "items", "next_page_url": "next_url"}),
    "nextUrl": ListStyle({"data": "items", "nextUrl": "next_url"}),
    "hal": ListStyle(
        {
            "_embedded": {"{name}": "items"},
            "_links": {
                "self": {"href": lambda page: str(page.url)},
                "next?": _if_more(lambda page: {"href": page.next_url}),
            },
        }
    ),
    "odata": ListStyle(
        {"value": "items", "@odata.count": "total", "@odata.nextLink?": "next_url"},
        by_offset("$skip"),
    ),
    "hydra": ListStyle(
        {
            "hydra:member": "items",
            "hydra:totalItems": "total",
            "hydra:view": {"@id": lambda page: str(page.url), "hydra:next?": "next_url"},
        }
    ),
    "salesforce": ListStyle(
        {"records": "items", "totalSize": "total", "done": "last", "nextRecordsUrl?": "next_url"}
    ),
    "jsonapi": ListStyle(
        {"data": "items", "links": {"next": "next_url"}, "meta": {}}, by_page("page[number]")
    ),
    "hal-link-lists": ListStyle(
        {
            "_embedded": {"{name}": "items"},
            "_links": {"next?": _if_more(lambda page: [{"href": page.next_url}])},
        }
    ),
    "link-relation-lists": ListStyle(
        {"items": "items", "links": _if_more(lambda p: [{"rel": ["next"], "href": p.next_url}], [])}
    ),
    "link-results": ListStyle("items", headers={"Link": _link_with_results}),
    # A cursor.
    "next-cursor": ListStyle(
        {"data": "items", "has_more": "more", "next_cursor": "token"}, by_token("cursor")
    ),
    "nextCursor": ListStyle(
        {"data": "items", "hasMore": "more", "nextCursor": "token"}, by_token("cursor")
    ),
    "has-more": ListStyle({"data": "items", "has_more": "more"}, by_last_id("starting_after")),
    "hasMore": ListStyle({"items": "items", "hasMore": "more"}, by_last_id("starting_after")),
    "nextPageToken": ListStyle(
        {"{name}": "items", "nextPageToken?": "token"}, by_token("pageToken")
    ),
    "next_page_token": ListStyle(
        {"{name}": "items", "next_page_token": "token_or_empty"}, by_token("page_token")
    ),
    "nextToken": ListStyle({"items": "items", "nextToken?": "token"}, by_token("nextToken")),
    "continuationToken": ListStyle(
        {"items": "items", "continuationToken": "token"}, by_token("continuationToken")
    ),
    "pageInfo": ListStyle(
        {"nodes": "items", "pageInfo": {"hasNextPage": "more", "endCursor": "selector"}},
        by_token("after"),
    ),
    "response-metadata": ListStyle(
        {"ok": True, "items": "items", "response_metadata": {"next_cursor": "token_or_empty"}},
        by_token("cursor"),
    ),
    "token-as-offset": ListStyle({"records": "items", "offset?": "token"}, by_token("offset")),
    "hubspot": ListStyle(
        {
            "results": "items",
            "paging?": _if_more(lambda p: {"next": {"after": p.token, "link": p.next_url}}),
        },
        by_token("after"),
    ),
    "intercom": ListStyle({"data": "items", "pages": _intercom}, by_token("starting_after")),
    "cursors": ListStyle(
        {
            "data": "items",
            "meta": {"cursors": {"before": None, "after": "token"}, "limit": "size"},
        },
        by_token("after"),
    ),
    "next-offset-token": ListStyle({"list": "items", "next_offset?": "token"}, by_token("offset")),
    # Numbered pages.
    "laravel": ListStyle(
        {
            "data": "items",
            "links": {"first": None, "last": None, "prev": None, "next": "next_url"},
            "meta": {
                "current_page": "number",
                "last_page": "pages",
                "per_page": "size",
                "total": "total",
            },
        }
    ),
    "current_page": ListStyle({"data": "items", "current_page": "number", "last_page": "pages"}),
    "total_pages": ListStyle({"items": "items", "page": "number", "total_pages": "pages"}),
    "totalPages": ListStyle({"data": "items", "page": "number", "totalPages": "pages"}),
    "pageNumber": ListStyle(
        {"data": "items", "pageNumber": "number", "totalPages": "pages"}, by_page("pageNumber")
    ),
    "totalItems": ListStyle(
        {"page": "number", "perPage": "size", "totalItems": "total", "items": "items"}
    ),
    "per_page": ListStyle(
        {"data": "items", "page": "number", "per_page": "size", "total": "total"}
    ),
    "page-without-total": ListStyle({"data": "items", "page": "number", "per_page": "size"}),
    "has_next": ListStyle({"data": "items", "page": "number", "has_next": "more"}),
    "next_page": ListStyle({"data": "items", "page": "number", "next_page": "next_number"}),
    "next-object": ListStyle(
        {
            "results": "items",
            "next?": _if_more(lambda page: {"page": page.next_number, "limit": page.size}),
        }
    ),
    "pages-object": ListStyle({"data": "items", "pages": {"current": "number", "total": "pages"}}),
    "last-page-from-0": ListStyle(
        {"data": "items", "page": "index", "last_page": lambda page: page.pages - 1},
        by_page(first=0),
    ),
    "nextPage-Yes": ListStyle(
        "items",
        headers={
            "Paging-Headers": {
                "currentPage": "number",
                "totalPages": "pages",
                "nextPage": _if_more("Yes", "No"),
            }
        },
    ),
    "spring": ListStyle(
        {
            "content": "items",
            "pageable": {"pageNumber": "index", "pageSize": "size", "offset": "start"},
            "number": "index",
            "size": "size",
            "numberOfElements": "count",
            "totalElements": "total",
            "totalPages": "pages",
            "first": lambda page: page.index == 0,
            "last": "last",
            "empty": lambda page: not page.items,
        },
        by_page(first=0),
    ),
    "spring-page": ListStyle(
        {
            "_embedded": {"{name}": "items"},
            "page": {
                "size": "size",
                "totalElements": "total",
                "totalPages": "pages",
                "number": "index",
            },
        },
        by_page(first=0),
    ),
    "mongoose": ListStyle(
        {
            "docs": "items",
            "totalDocs": "total",
            "limit": "size",
            "page": "number",
            "totalPages": "pages",
            "hasNextPage": "more",
            "nextPage": "next_number",
        }
    ),
    "result_info": ListStyle(
        {
            "result": "items",
            "success": True,
            "result_info": {
                "page": "number",
                "per_page": "size",
                "count": "count",
                "total_count": "total",
            },
        }
    ),
    "nested": ListStyle(
        {"response": {"data": "items", "pagination": {"page": "number", "pages": "pages"}}}
    ),
    "page-headers": ListStyle(
        "items",
        headers={
            "X-Page": "number",
            "X-Per-Page": "size",
            "X-Next-Page": "next_number",
            "X-Total-Pages": "pages",
            "X-Total": "total",
        },
    ),
    "X-Pagination": ListStyle(
        "items",
        headers={
            "X-Pagination": {
                "CurrentPage": "number",
                "TotalPages": "pages",
                "TotalCount": "total",
                "HasNext": "more",
            }
        },
    ),
    # Counted objects.
    "offset": ListStyle(
        {"data": "items", "offset": "start", "limit": "size", "total": "total"}, by_offset("offset")
    ),
    "skip": ListStyle(
        {"results": "items", "count": "total", "limit": "size", "skip": "start"}, by_offset("skip")
    ),
    "startAt": ListStyle(
        {
            "values": "items",
            "startAt": "start",
            "maxResults": "size",
            "total": "total",
            "isLast": "last",
        },
        by_offset("startAt"),
    ),
    "startIndex": ListStyle(
        {
            "Resources": "items",
            "startIndex": lambda page: page.start + 1,
            "itemsPerPage": "count",
            "totalResults": "total",
        },
        by_offset("startIndex", first=1),
    ),
    "next_offset": ListStyle({"items": "items", "next_offset": "next_start"}, by_offset("offset")),
}

_UNKNOWN_PARAMETER = by_page("unguessable")

STYLES_WITHOUT_NEXT: Mapping[str, ListStyle] = {
    "total-only": ListStyle({"data": "items", "total": "total"}),
    "count-only": ListStyle({"results": "items", "count": "total"}),
    "X-Total-Count": ListStyle("items", headers={"X-Total-Count": "total"}),
    "Content-Range": ListStyle(
        "items",
        headers={"Content-Range": lambda page: f"items {page.start}-{page.end}/{page.total}"},
    ),
    "Content-Range-without-unit": ListStyle("items", headers={"Content-Range": _range}),
    "total-object": ListStyle(
        {"hits": {"total": {"value": "total", "relation": lambda _page: "eq"}, "hits": "items"}}
    ),
    "aggregate": ListStyle(
        {"{name}": "items", "{name}_aggregate": {"aggregate": {"count": "total"}}}
    ),
    "range-in-words": ListStyle(
        {
            "data": "items",
            "showing": lambda page: f"{page.start + 1}-{page.end} of {page.total}",
        }
    ),
    "numberOfResults": ListStyle({"data": "items", "numberOfResults": "total"}),
    "remaining": ListStyle(
        {
            "metadata": {"remainingItemCount": lambda page: page.total - page.end},
            "items": "items",
        },
        _UNKNOWN_PARAMETER,
    ),
    "key-of-parts": ListStyle(
        {
            "Items": "items",
            "LastEvaluatedKey?": _if_more(lambda page: {"id": {"S": page.items[-1]["id"]}}),
        }
    ),
    "next-of-parts": ListStyle({"data": "items", "next_search_after": _if_more([1, "x"], [])}),
    "header-of-a-vendor": ListStyle(
        "items",
        _UNKNOWN_PARAMETER,
        headers={"X-Acme-HasMore": lambda page: str(page.more).lower()},
    ),
    "last-link-only": ListStyle("items", _UNKNOWN_PARAMETER, headers={"Link": _last_link}),
    "pages-only": ListStyle({"data": "items", "total_pages": "pages"}),
    "truncated": ListStyle({"data": "items", "is_truncated": "more"}, _UNKNOWN_PARAMETER),
    "unknown-words": ListStyle({"data": "items", "more_where_that_came_from": "more"}),
}
"""The styles whose responses say that there is more, and not how to ask for it."""

LIST_STYLES: Mapping[str, ListStyle] = {**_STYLES_WITH_NEXT, **STYLES_WITHOUT_NEXT}
"""All styles by their names."""
