"""The pages that change the objects of a collection: a form, and a question before a deletion."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pulumi_setsmart.sandbox.dashboard.object_form import ObjectForm
from pulumi_setsmart.sandbox.dashboard.pages import Pages
from pulumi_setsmart.sandbox.error_response import FieldViolation
from pulumi_setsmart.sandbox.json import JsonObject
from pulumi_setsmart.sandbox.storage import Storage


@frozen(kw_only=True)
class Subject:
    """What the pages are about.

    Attributes:
        noun: What one of the objects is called.
        name: Returns what an object is called.
        table: The address of the table of all of them.
        path: What the address of an object begins with.
        form_path: Where its form is, below the address of the object.
        on_deletion: What else a deletion does, in a sentence.
        proposed: The fields of a new one before somebody fills in the form.
    """

    noun: str
    name: Callable[[JsonObject], str]
    table: str
    path: str
    form_path: str = ""
    on_deletion: str = ""
    proposed: JsonObject = field(factory=dict)

    def address(self, object_id: object) -> str:
        """Return the address of an object."""
        return f"{self.path}/{object_id}"


class FormPages:
    """The pages on which objects are created, changed and deleted.

    Args:
        pages: Renders them.
        storage: Holds the objects.
        form: The form.
        subject: What they are about.
    """

    def __init__(self, pages: Pages, storage: Storage, form: ObjectForm, subject: Subject) -> None:
        self._pages = pages
        self._storage = storage
        self._form = form
        self._collection = form.collection
        self._subject = subject

    def routes(self) -> list[Route]:
        """Return the routes of the pages."""
        path = self._subject.address("{id}")
        form, deletion = f"{path}{self._subject.form_path}", f"{path}/delete"
        return [
            Route(f"{self._subject.path}/new", self._new),
            Route(f"{self._subject.path}/new", self._create, methods=["POST"]),
            Route(form, self._edit),
            Route(form, self._save, methods=["POST"]),
            Route(deletion, self._ask_before_deletion),
            Route(deletion, self._delete, methods=["POST"]),
        ]

    async def _new(self, request: Request) -> Response:
        proposed = self._collection.completed(self._subject.proposed)
        return self._page(request, {}, self._form.shown(proposed))

    async def _create(self, request: Request) -> Response:
        given = await self._pages.form(request)
        read = self._form.read(given, {})
        if isinstance(read, FieldViolation):
            return self._page(request, {}, given, read)
        created = self._storage.insert(self._collection, read)
        return self._done("created", self._subject.address(created["id"]))

    async def _edit(self, request: Request) -> Response:
        stored = self._stored(request)
        return self._page(request, stored, self._form.shown(stored))

    async def _save(self, request: Request) -> Response:
        """Change an object, unless somebody else has since the form was loaded."""
        given = await self._pages.form(request)
        stored = self._stored(request)
        if given.get("updated_at") != stored["updated_at"]:
            text = "was changed by somebody else in the meantime; look at it and try again"
            violation = FieldViolation(f"the {self._subject.noun}", text)
            return self._page(request, stored, self._form.shown(stored), violation)
        read = self._form.read(given, stored)
        if isinstance(read, FieldViolation):
            return self._page(request, stored, given, read)
        self._storage.replace(self._collection, str(stored["id"]), read)
        return self._done("saved", self._subject.address(stored["id"]))

    async def _ask_before_deletion(self, request: Request) -> Response:
        stored = self._stored(request)
        return self._pages.page(
            "delete.html.j2",
            request,
            subject=self._subject,
            object_id=stored["id"],
            name=self._subject.name(stored),
        )

    async def _delete(self, request: Request) -> Response:
        await self._pages.form(request)
        self._storage.delete(self._collection, request.path_params["id"])
        return self._done("deleted", self._subject.table)

    def _page(
        self,
        request: Request,
        stored: JsonObject,
        values: Mapping[str, str],
        violation: FieldViolation | None = None,
    ) -> Response:
        return self._pages.page(
            "form.html.j2",
            request,
            status_code=200 if violation is None else 400,
            subject=self._subject,
            heading=self._subject.name(stored) if stored else f"New {self._subject.noun}",
            object_id=stored.get("id"),
            created_at=stored.get("created_at", ""),
            updated_at=stored.get("updated_at", ""),
            inputs=self._form.inputs,
            values=self._form.shown({}) | dict(values),
            violation=violation,
        )

    def _done(self, what: str, address: str) -> Response:
        return RedirectResponse(f"{address}?notice={self._subject.noun}-{what}", 303)

    def _stored(self, request: Request) -> JsonObject:
        return self._storage.get(self._collection, request.path_params["id"])
