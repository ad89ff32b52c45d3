"""The names with which servers tell how far a list goes, and what each of them counts or names."""

from __future__ import annotations

ROLES: dict[str, frozenset[str]] = {
    "total": frozenset(
        """
        total total_count totalCount totalcount total_items totalItems totalElements
        total_elements total_results totalResults total_records totalRecords count @odata.count
        num_results recordCount record_count size_total
        """.split()
    ),
    "pages": frozenset(
        """
        total_pages totalPages totalpages last_page lastPage pages page_count pageCount
        num_pages numPages
        """.split()
    ),
    "page": frozenset(
        "page current_page currentPage page_number pageNumber number pageIndex page_index".split()
    ),
    "size": frozenset(
        "limit per_page perPage page_size pageSize size top results_per_page".split()
    ),
    "offset": frozenset("offset skip start start_index startIndex from".split()),
    "more": frozenset("has_more hasMore has_next hasNext has_next_page hasNextPage more".split()),
    "end": frozenset("last is_last isLast end".split()),
    "cursor": frozenset(
        """
        next_cursor nextCursor cursor next_page_token nextPageToken next_token nextToken
        end_cursor endCursor after continuation continuation_token continuationToken
        starting_after
        """.split()
    ),
    "next": frozenset(
        """
        next next_url nextUrl next_page_url nextPageUrl next_page nextPage next_link nextLink
        @odata.nextLink
        """.split()
    ),
}
"""By the role, the names that servers give it."""

HEADER_ROLES = {
    "x-total-count": "total",
    "x-total": "total",
    "x-total-pages": "pages",
    "x-pages": "pages",
    "x-page": "page",
    "x-per-page": "size",
    "x-next-page": "next",
}
"""What headers of such names tell."""

ENVELOPES = (
    *("data", "items", "results", "result", "records", "content", "value", "_embedded"),
    *("properties", "property", "webhooks", "webhook", "listings", "listing", "objects", "rows"),
    *("item", "payload", "response", "record", "object", "list", "entries", "elements"),
)
"""The names under which servers put lists and objects, the usual ones first."""

AROUND = frozenset("meta pagination paging links _links page cursors self href".split())
"""The names under which servers put what they tell of paging."""

STRUCTURE = frozenset(ENVELOPES) | AROUND | frozenset().union(*ROLES.values())
"""All names that say how an answer is built."""


def role_of(name: str) -> str | None:
    """Return what a member with a name tells of paging, or None."""
    return next((role for role, names in ROLES.items() if name in names), None)
