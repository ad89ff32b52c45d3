"""A server that behaves differently from the sandbox: for recording and replay."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.utils import formatdate
from typing import Any, TypeAlias

from attrs import Factory, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pulumi_setsmart.sandbox import running

NOW = 1_790_000_000.0
"""The time of the server, in seconds since 1970."""

Item: TypeAlias = "dict[str, Any]"
ListStyle: TypeAlias = "Callable[[Request, Sequence[Item]], tuple[Any, dict[str, str]]]"
"""From a request and all objects to the body of the response and its headers."""


def bare(_request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Respond with an array of all objects."""
    return [*items], {}


def not_found(_request: Request) -> Response:
    """Respond as in the contract."""
    return JSONResponse({"error": {"code": "not_found", "message": "None."}}, 404)


@frozen(kw_only=True)
class DivergentServer:
    """What the server stores, and how it behaves.

    Attributes:
        properties: The listings, each with its id.
        webhooks: The webhook subscriptions.
        list_style: How it responds to a list.
        shown: How it shows an object that is read by its id.
        listed: What it shows of an object in a list.
        missing: How it responds to an unknown id.
        headers: More headers of each response.
        asked: The methods and addresses of the requests.
    """

    properties: Sequence[Item] = ()
    webhooks: Sequence[Item] = ()
    list_style: ListStyle = bare
    shown: Callable[[Item], Any] = lambda item: item
    listed: Callable[[Item], Item] = lambda item: item
    missing: Callable[[Request], Response] = not_found
    headers: Callable[[int], dict[str, str]] = lambda _requests: {}
    asked: list[tuple[str, str]] = Factory(list)

    @contextmanager
    def running(self, base_path: str = "/v1") -> Iterator[str]:
        """Serve it on a free port while the block runs; yield its base URL."""
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        app = Starlette(
            routes=[
                Route(f"{base_path}/{{collection}}", self._list, methods=methods),
                Route(f"{base_path}/{{collection}}/{{id:path}}", self._read, methods=methods),
            ]
        )
        with running(app) as url:
            yield url.removesuffix("/v1") + base_path

    def _objects(self, request: Request) -> Sequence[Item]:
        self.asked.append((request.method, str(request.url)))
        is_webhooks = request.path_params["collection"] == "webhooks"
        return self.webhooks if is_webhooks else self.properties

    def _list(self, request: Request) -> Response:
        items = [self.listed(item) for item in self._objects(request)]
        body, headers = self.list_style(request, items)
        return self._complete(_as_json(body, headers))

    def _read(self, request: Request) -> Response:
        found = [
            item
            for item in self._objects(request)
            if request.path_params["id"] in [str(item.get(name)) for name in ("id", "uid")]
        ]
        return self._complete(_as_json(self.shown(found[0])) if found else self.missing(request))

    def _complete(self, response: Response) -> Response:
        for name, value in self.headers(len(self.asked)).items():
            response.headers.append(name, value)
        response.headers["Date"] = formatdate(NOW, usegmt=True)
        return response


def _as_json(body: Any, headers: dict[str, str] | None = None) -> Response:
    # Escaped, since half a surrogate pair has no encoding of its own.
    return Response(json.dumps(body), media_type="application/json", headers=headers)


def html(_request: Request) -> Response:
    """Answer a missing object with a page."""
    return HTMLResponse("<!DOCTYPE html><title>404</title>", 404)


def in_data(_request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer with all objects in an envelope, two deep."""
    return {"response": {"items": [*items]}, "ok": True}, {}


def by_link(request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer pages of two that a header leads to."""
    page = int(request.query_params.get("page", 1))
    following = request.url.include_query_params(page=page + 1, per_page=2)
    headers = {"Link": f'<{following}>; rel="next"'} if page * 2 < len(items) else {}
    return items[page * 2 - 2 : page * 2], headers


def by_page(request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer pages of two that are numbered."""
    page = int(request.query_params.get("page", 1))
    meta = {"page": page, "total_pages": -(-len(items) // 2), "total": len(items), "per_page": 2}
    return {"data": items[page * 2 - 2 : page * 2], "meta": meta}, {}


def by_cursor(request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer pages of two, each with a cursor to the next."""
    start = int(request.query_params.get("cursor", "cursor-0").removeprefix("cursor-"))
    more = start + 2 < len(items)
    cursor = f"cursor-{start + 2}" if more else None
    return {"items": items[start : start + 2], "hasMore": more, "nextCursor": cursor}, {}


def by_last_id(request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer pages of two, to be asked for with the last id of the page before."""
    ids = [str(item["id"]) for item in items]
    after = request.query_params.get("starting_after")
    start = 0 if after is None else ids.index(after) + 1
    return {"data": items[start : start + 2], "has_more": start + 2 < len(items)}, {}


def by_offset(request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer pages of two that are counted in objects."""
    start = int(request.query_params.get("offset", 0))
    page = items[start : start + 2]
    return {"results": page, "count": len(items), "limit": 2, "offset": start}, {}


def by_next_address(request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer pages of two, with the address of the next one."""
    page = int(request.query_params.get("page", 1))
    more = page * 2 < len(items)
    following = str(request.url.include_query_params(page=page + 1)) if more else None
    body = {"count": len(items), "next": following, "results": items[page * 2 - 2 : page * 2]}
    return body, {}


def counted_in_a_header(_request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer with all objects, and their number in a header."""
    return [*items], {"X-Total-Count": str(len(items))}


def cut(_request: Request, items: Sequence[Item]) -> tuple[Any, dict[str, str]]:
    """Answer with two objects, the number of all, and no way to the others."""
    return {"data": items[:2], "total": len(items)}, {}
