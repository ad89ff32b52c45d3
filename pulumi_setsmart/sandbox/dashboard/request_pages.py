"""The pages of the request log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve
from starlette.requests import Request
from starlette.responses import Response

from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.dashboard.pages import ROWS_ON_A_PAGE, Pages, Paging
from pulumi_setsmart.sandbox.dashboard.wording import ago, duration, excerpt, moment
from pulumi_setsmart.sandbox.masked_exchange import (
    RawMessage,
    shown_body,
    shown_headers,
    shown_query,
)
from pulumi_setsmart.sandbox.masking import Masking
from pulumi_setsmart.sandbox.printable import printable
from pulumi_setsmart.sandbox.request_log import (
    LoggedContent,
    LoggedRequest,
    RequestLog,
    masking_of_request,
)
from pulumi_setsmart.sandbox.storage import NoSuchObjectError

_LONGEST_BODY = 20 * 1024
"""How much of a body a page shows: two of them make a page of at most 60 KiB."""
_LONGEST_HEADERS = 6 * 1024
_NO_RESPONSE = "none"
_FAILED = "failed"
_FIRST_ERROR = 400
_NO_CONTENT = LoggedContent(b"", ())


class RequestPages:
    """What reached the API.

    Args:
        pages: Renders them.
        log: The requests.
        collections: What the API serves.
        properties: The one of them that has the listings.
        clock: The time in seconds since 1970.
    """

    def __init__(
        self,
        pages: Pages,
        log: RequestLog,
        collections: Sequence[ApiCollection],
        properties: ApiCollection,
        clock: Callable[[], float],
    ) -> None:
        self._pages = pages
        self._log = log
        self._collections = collections
        self._properties = properties
        self._clock = clock

    async def requests(self, request: Request) -> Response:
        """Return the page of the latest requests, or of those that a filter leaves."""
        listing = request.query_params.get("listing", "").strip()
        status = request.query_params.get("status", "")
        logged = [*self._log]
        found = logged[::-1]
        if status:
            found = [each for each in found if _has_status(each, status)]
        if listing:
            found = [*filter(self._about(listing), found)]
        paging = Paging(request, len(found))
        now = self._clock()
        return self._pages.page(
            "requests.html.j2",
            request,
            paging=paging,
            requests=[
                self._row(each, self._masking(each), now)
                for each in found[paging.first : paging.first + ROWS_ON_A_PAGE]
            ],
            listing=listing,
            status=status,
            statuses=sorted({each.status for each in logged if each.status is not None}),
        )

    async def request(self, request: Request) -> Response:
        """Return the page of one request."""
        # A text of digits may be longer than any number that Python reads.
        text = request.path_params["number"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - digits enough
        logged = self._log.get(number)
        if logged is None:
            raise NoSuchObjectError(text)
        content = logged.content or _NO_CONTENT
        masking = masking_of_request(self._log.masking, content, logged.status)
        sides: list[dict[str, Any]] = []
        if logged.content is not None:
            sides = [
                _side("Request", RawMessage(content.headers, content.body), masking),
                _side(
                    "Response",
                    RawMessage(content.response_headers, content.response_body, logged.status),
                    masking,
                ),
            ]
        return self._pages.page(
            "request.html.j2",
            request,
            logged=self._row(logged, masking, self._clock()),
            at=moment(logged.at),
            sides=sides,
        )

    def _masking(self, logged: LoggedRequest) -> Masking:
        """Return what masks a row of the table."""
        # Bodies are not read for it: there may be much in them, and there are many rows.
        content = evolve(logged.content or _NO_CONTENT, body=b"", response_body=b"")
        return masking_of_request(self._log.masking, content)

    def _row(self, logged: LoggedRequest, masking: Masking, now: float) -> dict[str, Any]:
        content = logged.content or _NO_CONTENT
        object_id = masking.text(logged.object_id or "")
        is_listing = self._properties.number(object_id) is not None
        return {
            "number": logged.number,
            "method": printable(masking.text(logged.method)),
            "path": printable(masking.text(logged.path)),
            "query": shown_query(content.query, masking),
            "status": _NO_RESPONSE if logged.status is None else logged.status,
            "tone": _tone(logged.status),
            "seconds": duration(logged.seconds),
            "key": logged.key,
            "user_agent": printable(masking.text(logged.user_agent)),
            "ago": ago(logged.at, now),
            "about": printable(object_id),
            "listing_id": object_id if is_listing else None,
        }

    def _about(self, object_id: str) -> Callable[[LoggedRequest], bool]:
        """Return what says whether a request is about an object.

        Some APIs have numbers as ids, which say nothing without the collection in the path.
        """
        for collection in self._collections:
            number = collection.number(object_id)
            if number is not None:
                ids, path = (object_id, str(number)), f"/{collection.path}"
                return lambda logged: logged.object_id in ids and path in logged.path
        return lambda logged: logged.object_id == object_id


def _side(title: str, message: RawMessage, masking: Masking) -> dict[str, Any]:
    body = shown_body(message, masking)
    headers = "\n".join(
        f"{name}: {value}" for name, value in shown_headers(message.headers, masking)
    )
    return {
        "title": title,
        "headers": excerpt(headers, _LONGEST_HEADERS),
        "body": excerpt(body.text, _LONGEST_BODY),
        "note": body.note,
    }


def _has_status(logged: LoggedRequest, status: str) -> bool:
    match status:
        case "failed":
            return logged.status is None or logged.status >= _FIRST_ERROR
        case "none":
            return logged.status is None
    return str(logged.status) == status


def _tone(status: int | None) -> str:
    """Return how a status is coloured."""
    if status is None or status >= 500:  # noqa: PLR2004 - as it is known
        return "bad"
    return "warn" if status >= _FIRST_ERROR else "good"
