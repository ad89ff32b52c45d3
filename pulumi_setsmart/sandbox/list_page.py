"""A page of a list, how a request selects it, and what a response says about the list."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen
from starlette.datastructures import URL, QueryParams
from starlette.responses import JSONResponse, Response

from pulumi_setsmart.sandbox.json import JsonObject


@frozen
class Selection:
    """How a query parameter selects a page. The two functions are each other's inverse.

    Attributes:
        parameter: The query parameter.
        start: Returns how many objects come before the page that a value selects, given the value,
            the size of a page and the ids of all objects; raises ValueError for others.
        value: Returns the value that selects the page after so many objects, given the same.
    """

    parameter: str
    start: Callable[[str, int, Sequence[str]], int]
    value: Callable[[int, int, Sequence[str]], str]


def by_page(parameter: str = "page", first: int = 1) -> Selection:
    """Return the selection by the number of the page."""
    return Selection(
        parameter,
        lambda value, size, _ids: (int(value) - first) * size,
        lambda start, size, _ids: str(first + start // size),
    )


def by_offset(parameter: str, first: int = 0) -> Selection:
    """Return the selection by the number of the first object."""
    return Selection(
        parameter,
        lambda value, _size, _ids: int(value) - first,
        lambda start, _size, _ids: str(first + start),
    )


def by_token(parameter: str) -> Selection:
    """Return the selection by a text that only the server understands."""
    return Selection(
        parameter,
        lambda value, _size, _ids: int(
            base64.urlsafe_b64decode(value.encode()).decode().removeprefix("start:")
        ),
        lambda start, _size, _ids: base64.urlsafe_b64encode(f"start:{start}".encode()).decode(),
    )


def by_last_id(parameter: str) -> Selection:
    """Return the selection by the id of the object before the page."""
    return Selection(
        parameter,
        lambda value, _size, ids: ids.index(value) + 1,
        lambda start, _size, ids: ids[start - 1] if 0 < start <= len(ids) else "",
    )


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
    def count(self) -> int:
        """How many objects are on it."""
        return len(self.items)

    @property
    def end(self) -> int:
        """How many objects there are up to its end."""
        return self.start + self.count

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.index + 1

    @property
    def index(self) -> int:
        """Its number, from 0."""
        return self.start // self.size

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))

    @property
    def more(self) -> bool:
        """Whether there is a page after it."""
        return self.end < self.total

    @property
    def last(self) -> bool:
        """Whether it is the last one."""
        return not self.more

    @property
    def next_number(self) -> int | None:
        """The number of the next page, or None after the last one."""
        return self.number + 1 if self.more else None

    @property
    def next_start(self) -> int | None:
        """How many objects come before the next page, or None after the last one."""
        return self.end if self.more else None

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

    @property
    def token_or_empty(self) -> str:
        """What selects the next page, or nothing after the last one."""
        return self.token or ""


_BY_PAGE = by_page()

Template: TypeAlias = Any
"""What a response says, as a value of JSON: a string stands for the attribute of `ListPage` with
that name, a function for what it returns for a page, and everything else for itself. ``{name}`` in
the name of a member is the collection's; a member whose name ends with ``?`` is left out where its
value is None."""


@frozen
class ListStyle:
    """A way of splitting a list into pages.

    Attributes:
        body: The body of a response.
        selection: How a request selects a page.
        headers: The headers of a response.
    """

    body: Template
    selection: Selection = _BY_PAGE
    headers: Mapping[str, Template] = {}

    def response(
        self,
        objects: Sequence[JsonObject],
        size: int | None,
        name: str,
        url: URL,
        *,
        obeys: bool = True,
    ) -> Response:
        """Return the response to a request for a page.

        Args:
            objects: All objects of the collection.
            size: How many objects a page has at most; None for all of them.
            name: The name of the collection.
            url: The address that was asked for.
            obeys: Whether the query of the address is looked at.
        """
        ids = [str(each["id"]) for each in objects]
        size = size or max(1, len(objects))
        selected = QueryParams(url.query).get(self.selection.parameter)
        start = 0
        if obeys and selected is not None:
            try:
                start = max(0, self.selection.start(selected, size, ids))
            except ValueError:
                start = 0
        page = ListPage(
            items=objects[start : start + size],
            name=name,
            start=start,
            size=size,
            total=len(objects),
            url=url,
            parameter=self.selection.parameter,
            selector=self.selection.value(start + size, size, ids),
        )
        headers = {header: _header(value) for header, value in _filled(self.headers, page).items()}
        return JSONResponse(_filled(self.body, page), headers=headers)


def _filled(template: Template, page: ListPage) -> Any:
    match template:
        case str():
            return getattr(page, template)
        case dict():
            members = {name: _filled(inner, page) for name, inner in template.items()}
            return {
                name.removesuffix("?").replace("{name}", page.name): value
                for name, value in members.items()
                if value is not None or not name.endswith("?")
            }
    return template(page) if callable(template) else template


def _header(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return "" if value is None else str(value)
