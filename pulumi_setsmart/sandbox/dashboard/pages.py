"""What all pages have in common: their frame, their forms, and what they say of failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pulumi_setsmart.sandbox.dashboard.protection import FormToken
from pulumi_setsmart.sandbox.dashboard.wording import cell
from pulumi_setsmart.sandbox.database import DatabaseTroubleError

ROWS_ON_A_PAGE = 25
_STYLE = Path(__file__).parents[2] / "style"
"""What this dashboard and the report have in common: data, no code."""
_LARGEST_FORM = 1024 * 1024
_NOTICES = {
    f"{noun}-{what}": f"The {noun} was {what}."
    for noun in ("listing", "subscription")
    for what in ("created", "saved", "deleted")
} | {"again": "It is delivered again."}


class Pages:
    """Renders pages and reads the forms that come back from them."""

    def __init__(self) -> None:
        self._token = FormToken()
        self._templates = Environment(
            loader=ChoiceLoader(
                [PackageLoader("pulumi_setsmart.sandbox.dashboard"), FileSystemLoader(_STYLE)]
            ),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["cell"] = cell
        self._style = self._templates.get_template("dashboard.css").render()

    def page(
        self, template: str, request: Request, status_code: int = 200, **values: Any
    ) -> Response:
        """Return a page: a template with its values, and what every page has."""
        section = request.url.path.split("/")[1]
        text = self._templates.get_template(template).render(
            section=section if section in ("requests", "webhooks") else "listings",
            notice=_NOTICES.get(request.query_params.get("notice", "")),
            token=self._token.value,
            **values,
        )
        return HTMLResponse(text, status_code)

    async def form(self, request: Request) -> dict[str, str]:
        """Return a form that was sent from a page of ours.

        Raises:
            HTTPException: If it was not, or is too large.
        """
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_FORM:
                raise HTTPException(413, "The form is larger than 1 MiB.")
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        if not self._token.is_in(form):
            raise HTTPException(403, "The form is not of this page, or too old. Load it again.")
        return form

    async def style(self, _request: Request) -> Response:
        """Return the style sheet."""
        return Response(self._style, media_type="text/css")

    async def missing(self, request: Request, _error: Exception) -> Response:
        """Say that something is not there."""
        return self._message(request, 404, "Not there", "There is no such page, or not any more.")

    async def refused(self, request: Request, error: Exception) -> Response:
        """Say why a request was refused."""
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
        if error.status_code == 404:  # noqa: PLR2004 - as it is known
            return await self.missing(request, error)
        return self._message(request, error.status_code, "Not done", error.detail)

    async def in_trouble(self, request: Request, error: Exception) -> Response:
        """Say that the database cannot be used."""
        assert isinstance(error, DatabaseTroubleError)  # noqa: S101 - registered for no other
        return self._message(request, 507 if error.is_full else 503, "Not done", str(error))

    def _message(self, request: Request, status: int, title: str, text: str) -> Response:
        return self.page("missing.html.j2", request, status_code=status, title=title, text=text)


class Paging:
    """Which rows of a table a page shows, and the links to the others.

    Args:
        request: The request for the page, whose parameters the links keep.
        total: How many rows there are.
    """

    def __init__(self, request: Request, total: int) -> None:
        self.total = total
        self.pages = max(1, -(-total // ROWS_ON_A_PAGE))
        self.page = min(_number(request), self.pages)
        self.first = (self.page - 1) * ROWS_ON_A_PAGE
        self._request = request

    @property
    def previous(self) -> str | None:
        """The address of the page before, or None."""
        return self._address(self.page - 1) if self.page > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after, or None."""
        return self._address(self.page + 1) if self.page < self.pages else None

    def _address(self, page: int) -> str:
        kept = [
            (name, value)
            for name, value in self._request.query_params.multi_items()
            if name not in ("page", "notice")
        ]
        return f"{self._request.url.path}?{urlencode([*kept, ('page', str(page))])}"


def _number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004 - digits enough
