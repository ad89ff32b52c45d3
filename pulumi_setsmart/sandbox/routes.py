"""The five operations of a collection, written once for all of them."""

import re

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_setsmart.sandbox.behaviour import Behaviour
from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.error_response import ErrorResponse
from pulumi_setsmart.sandbox.json import JsonObject, parse_object
from pulumi_setsmart.sandbox.storage import Storage

_LARGEST_BODY = 1024 * 1024


@frozen
class CollectionRoutes:
    """Serves a collection.

    Attributes:
        collection: What is served.
        storage: Where its objects are.
        behaviour: How the server behaves.
    """

    collection: ApiCollection
    storage: Storage
    behaviour: Behaviour

    def routes(self, base_path: str) -> list[Route]:
        """Return the routes of the collection below a base path."""
        path = f"{base_path}/{self.collection.path}"
        return [
            Route(path, self._list_or_create, methods=["GET", "POST"]),
            Route(path + "/{id}", self._read_update_or_delete, methods=["GET", "PUT", "DELETE"]),
        ]

    async def _list_or_create(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._create(request)
        return self._list(request)

    async def _read_update_or_delete(self, request: Request) -> Response:
        object_id = self.behaviour.stored_id(self.collection, request.path_params["id"])
        match request.method:
            case "PUT":
                return await self._update(request, object_id)
            case "DELETE":
                self.storage.delete(self.collection, object_id)
                return self.behaviour.deleted()
        stored = self.storage.get(self.collection, object_id)
        return self.behaviour.read(self.collection, stored)

    def _list(self, request: Request) -> Response:
        style = self.behaviour.list_style
        if style is not None:
            everything = self.storage.objects(self.collection)
            return self.behaviour.listed_in_style(style, self.collection, everything, request.url)
        page = _page(request)
        size = self.behaviour.page_size
        if size is None:
            everything = self.storage.objects(self.collection) if page == 1 else []
            return self.behaviour.listed(self.collection, everything, None)
        first = (page - 1) * size
        # One more than fits shows that there is a next page.
        found = self.storage.objects(self.collection, offset=first, limit=size + 1)
        next_page = request.url.include_query_params(page=page + 1) if len(found) > size else None
        return self.behaviour.listed(self.collection, found[:size], next_page)

    async def _create(self, request: Request) -> Response:
        body = self.behaviour.posted(self.collection, await self._body(request))
        stored = self.storage.insert(self.collection, self.collection.validated(body))
        return self.behaviour.created(self.collection, stored, request.url)

    async def _update(self, request: Request, object_id: str) -> Response:
        body = await self._body(request)
        before = self.storage.get(self.collection, object_id)
        if not self.behaviour.is_expected(before, request.headers.get("If-Match")):
            raise ErrorResponse(412, "precondition_failed", "The object has changed.")
        wanted = self.behaviour.put_over(before, body, self.collection)
        after = self.storage.replace(self.collection, object_id, self.collection.validated(wanted))
        return self.behaviour.updated(self.collection, after)

    async def _body(self, request: Request) -> JsonObject:
        return self.behaviour.received(parse_object(await _read(request)))


async def _read(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    # What is too large is read to its end all the same: a client that is still sending would
    # find the connection closed and never see the response.
    async for chunk in request.stream():
        size += len(chunk)
        if size <= _LARGEST_BODY:
            chunks.append(chunk)
    if size > _LARGEST_BODY:
        raise ErrorResponse(413, "payload_too_large", "The body is larger than 1 MiB.")
    return b"".join(chunks)


def _page(request: Request) -> int:
    pages = request.query_params.getlist("page") or ["1"]
    if len(pages) > 1 or not re.fullmatch(r"[1-9][0-9]{0,6}", pages[0]):
        raise ErrorResponse(
            400, "invalid_parameter", "page must be an integer from 1 to 9999999.", field="page"
        )
    return int(pages[0])
