"""The pages of the listings: a table, a form for each, and a question before a deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pulumi_setsmart.sandbox.api_key import ApiKey
from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.dashboard.listing_form import Input, as_string, inputs, read, shown
from pulumi_setsmart.sandbox.dashboard.pages import ROWS_ON_A_PAGE, Pages, Paging
from pulumi_setsmart.sandbox.dashboard.sorting import Sorting
from pulumi_setsmart.sandbox.dashboard.wording import cell, listing_name
from pulumi_setsmart.sandbox.error_response import FieldViolation
from pulumi_setsmart.sandbox.json import JsonObject
from pulumi_setsmart.sandbox.search import Search
from pulumi_setsmart.sandbox.settings import DEFAULT_KEY
from pulumi_setsmart.sandbox.storage import Storage


class ListingPages:
    """The listings, looked at and changed as somebody would at SetSmart.

    Args:
        pages: Renders them.
        storage: Holds the listings.
        properties: Their collection.
        keys: The keys of the API. Only the one that everybody knows is shown.
        base_path: What the paths of the API begin with.
    """

    def __init__(
        self,
        pages: Pages,
        storage: Storage,
        properties: ApiCollection,
        keys: Sequence[ApiKey],
        base_path: str,
    ) -> None:
        self._pages = pages
        self._storage = storage
        self._properties = properties
        self._base_path = base_path
        self._inputs = inputs(properties)
        self._columns = [input_ for input_ in self._inputs if input_.is_column]
        self._kinds = [
            *((input_.name, _kind(input_), input_.label) for input_ in self._columns),
            ("id", "id", ""),
        ]
        self._statuses = next((each.choices for each in self._inputs if each.name == "status"), ())
        self._key = DEFAULT_KEY if DEFAULT_KEY in [key.value for key in keys] else None

    async def listings(self, request: Request) -> Response:
        """Return the table of listings, or of those that a search finds."""
        query, status = request.query_params.get("q", ""), request.query_params.get("status", "")
        sorting = Sorting(
            request,
            [
                *((input_.name, input_.label, input_.type == "number") for input_ in self._columns),
                ("id", "Id", False),
            ],
        )
        search = Search(
            text=query.strip(),
            fields=("name", "address"),
            equal={"status": status} if status else {},
            order_by=None if sorting.by == "id" else sorting.by,
            is_reverse=sorting.by is not None and sorting.is_reverse,
        )
        matches = self._storage.matches(self._properties, search)
        paging = Paging(request, matches.total)
        on_page = self._storage.numbered(
            self._properties, matches.numbers(paging.first, ROWS_ON_A_PAGE)
        )
        return self._pages.page(
            "listings.html.j2",
            request,
            paging=paging,
            sorting=sorting,
            listings=[(listing["id"], self._cells(listing)) for listing in on_page],
            q=query,
            status=status,
            statuses=self._statuses,
            base_url=f"{str(request.base_url).rstrip('/')}{self._base_path}",
            key=self._key,
        )

    async def new(self, request: Request) -> Response:
        """Return the form for a new listing."""
        return self._form(request, {}, shown(self._properties.completed({}), self._properties))

    async def create(self, request: Request) -> Response:
        """Create a listing."""
        form = await self._pages.form(request)
        listing = read(form, {}, self._properties)
        if isinstance(listing, FieldViolation):
            return self._form(request, {}, form, listing)
        created = self._storage.insert(self._properties, listing)
        return RedirectResponse(f"/listings/{created['id']}?notice=created", 303)

    async def listing(self, request: Request) -> Response:
        """Return the form of a listing."""
        listing = self._listing(request)
        return self._form(request, listing, shown(listing, self._properties))

    async def save(self, request: Request) -> Response:
        """Change a listing, unless somebody else has since the form was loaded."""
        form = await self._pages.form(request)
        stored = self._listing(request)
        if form.get("updated_at") != stored["updated_at"]:
            text = "was changed by somebody else in the meantime; look at it and try again"
            return self._form(
                request,
                stored,
                shown(stored, self._properties),
                FieldViolation("the listing", text),
            )
        listing = read(form, stored, self._properties)
        if isinstance(listing, FieldViolation):
            return self._form(request, stored, form, listing)
        self._storage.replace(self._properties, str(stored["id"]), listing)
        return RedirectResponse(f"/listings/{stored['id']}?notice=saved", 303)

    async def ask_before_deletion(self, request: Request) -> Response:
        """Return the question that stands before a deletion."""
        listing = self._listing(request)
        return self._pages.page(
            "delete.html.j2", request, listing_id=listing["id"], name=listing_name(listing)
        )

    async def delete(self, request: Request) -> Response:
        """Delete a listing."""
        await self._pages.form(request)
        self._storage.delete(self._properties, request.path_params["id"])
        return RedirectResponse("/?notice=deleted", 303)

    def _form(
        self,
        request: Request,
        listing: JsonObject,
        values: Mapping[str, str],
        violation: FieldViolation | None = None,
    ) -> Response:
        return self._pages.page(
            "listing.html.j2",
            request,
            status_code=200 if violation is None else 400,
            heading=listing_name(listing) if listing else "New listing",
            listing_id=listing.get("id"),
            created_at=listing.get("created_at", ""),
            updated_at=listing.get("updated_at", ""),
            inputs=self._inputs,
            values=shown({}, self._properties) | dict(values),
            violation=violation,
            statuses=self._statuses,
        )

    def _cells(self, listing: JsonObject) -> list[tuple[str, str, str]]:
        """Return the cells of its row: how each is shown, its label on a phone, and its text."""
        texts = {**listing, "name": listing_name(listing)}
        return [
            (kind, label, "" if (value := texts.get(name)) is None else cell(as_string(value)))
            for name, kind, label in self._kinds
        ]

    def _listing(self, request: Request) -> JsonObject:
        return self._storage.get(self._properties, request.path_params["id"])


def _kind(input_: Input) -> str:
    """Return how the cells of a column are shown."""
    return input_.name if input_.name in ("name", "status") else input_.type
