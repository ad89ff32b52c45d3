"""The pages of the listings: a table, and the forms."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from pulumi_setsmart.sandbox.api_key import ApiKey
from pulumi_setsmart.sandbox.collection import ApiCollection
from pulumi_setsmart.sandbox.dashboard.form_pages import FormPages, Subject
from pulumi_setsmart.sandbox.dashboard.object_form import FURTHER, Input, ObjectForm, as_string
from pulumi_setsmart.sandbox.dashboard.pages import ROWS_ON_A_PAGE, Pages, Paging
from pulumi_setsmart.sandbox.dashboard.sorting import Sorting
from pulumi_setsmart.sandbox.dashboard.wording import cell, listing_name
from pulumi_setsmart.sandbox.json import JsonObject
from pulumi_setsmart.sandbox.search import Search
from pulumi_setsmart.sandbox.settings import DEFAULT_KEY
from pulumi_setsmart.sandbox.storage import Storage

_HINTS = {FURTHER: 'A JSON object, such as {"pets_allowed": true}.'}


class ListingPages:
    """The listings, looked at and changed as somebody would at SetSmart.

    Args:
        pages: Renders them.
        storage: Holds the listings.
        properties: Their collection.
        keys: The keys of the API. Only the one that everybody knows is shown.
        base_path: What the paths of the API begin with.

    Attributes:
        forms: The pages that change a listing.
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
        form = ObjectForm(properties, hints=_HINTS)
        subject = Subject(noun="listing", name=listing_name, table="/", path="/listings")
        self.forms = FormPages(pages, storage, form, subject)
        self._columns = [input_ for input_ in form.inputs if input_.is_column]
        self._kinds = [
            *((input_.name, _kind(input_), input_.label) for input_ in self._columns),
            ("id", "id", ""),
        ]
        self._statuses = next((each.choices for each in form.inputs if each.name == "status"), ())
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

    def _cells(self, listing: JsonObject) -> list[tuple[str, str, str]]:
        """Return the cells of its row: how each is shown, its label on a phone, and its text."""
        texts = {**listing, "name": listing_name(listing)}
        return [
            (kind, label, "" if (value := texts.get(name)) is None else cell(as_string(value)))
            for name, kind, label in self._kinds
        ]


def _kind(input_: Input) -> str:
    """Return how the cells of a column are shown."""
    return input_.name if input_.name in ("name", "status") else input_.type
