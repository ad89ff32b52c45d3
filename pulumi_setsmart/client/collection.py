"""A collection of the API, such as the properties: list, get, create, update and delete."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote

import attrs
from attrs import frozen

from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.cursor import Cursor, ListBounds
from pulumi_setsmart.client.envelope import read_items, read_object, read_record
from pulumi_setsmart.client.errors import (
    ConfigurationError,
    ErrorContext,
    IncompleteListError,
    InvalidResponseError,
    NotFoundError,
    UnexpectedResponseError,
)
from pulumi_setsmart.client.paging import Following, ForeignPageError, Page, following
from pulumi_setsmart.client.request import Request
from pulumi_setsmart.client.response import Response
from pulumi_setsmart.models.json import DEEPEST, JsonObject
from pulumi_setsmart.models.marker import TOO_DEEP
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.paging import PagingScheme
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.text import one_line

_LONGEST_ID = 100
"""How many characters of an unexpected id are shown."""


@frozen
class Collection:
    """The objects under one path of the API.

    Attributes:
        client: The account that they belong to.
        path: The path below the base URL, beginning with a slash: ``/properties``. With a slash at
            its end, the paths of its objects have one, too.
        id_field: The field that holds an object's id.
        paging: How its list is paged, as far as that is configured.
    """

    client: Client
    path: str
    id_field: str = "id"
    paging: PagingScheme | None = None

    def records(self) -> Iterator[Record]:
        """Yield every object as the list shows it, page after page, each id once.

        Raises:
            IncompleteListError: The list has more objects than it shows.
            ApiError: A page could not be read; a repeated page is an UnexpectedResponseError.
        """
        listing = attrs.evolve(self, client=self.client.within_operation())
        cursor = listing.cursor()
        while cursor.next_url is not None:
            yield from listing.read_on(cursor)

    def cursor(self) -> Cursor:
        """Return the beginning of the list."""
        connection = self.client.connection
        bounds = ListBounds(connection.most_pages, connection.largest_response)
        return Cursor(self.path, connection.url(self.path), bounds)

    def read_on(self, cursor: Cursor) -> list[Record]:
        """Read the next page of the list, and leave ``cursor`` at the one after it.

        Args:
            cursor: How far the list was read; not after its end. A failure does not move it.

        Returns:
            The objects of the page as the list shows them, without those of earlier pages.

        Raises:
            IncompleteListError: The list has more objects than it shows.
            ApiError: The page could not be read.
        """
        request = Request("GET", str(cursor.next_url))
        try:
            records, after, size = self.client.send(
                request, lambda response: self._read_page(response, cursor)
            )
        except NotFoundError as error:
            if cursor.pages_read == 0:
                raise
            if not self._is_counted:
                raise IncompleteListError(
                    f"page {cursor.pages_read + 1} of the list does not exist, although the page "
                    "before leads to it; describe how it is paged in setsmart:paging",
                    error.context,
                ) from None
            records, after, size = [], Following(), 0  # the page after the last one
        return cursor.advance(records, after, size)

    @property
    def _is_counted(self) -> bool:
        """Whether pages are counted until there is none, as the configuration says."""
        return (
            self.paging is not None and self.paging.style is not None and self.paging.field is None
        )

    def complete(self, record: Record, needed: Iterable[str]) -> Record | None:
        """Return ``record`` with all the fields that are needed; lists may leave some out.

        Args:
            record: The object as a list shows it.
            needed: The fields that are needed. If one is missing, the object is read.

        Returns:
            The object, or None if it was deleted in the meantime.
        """
        if all(name in record.fields for name in needed):
            return record
        with contextlib.suppress(NotFoundError):
            return self.get(record.id)
        return None

    def get(self, identifier: str) -> Record:
        """Return the object with the id ``identifier``.

        Raises:
            NotFoundError: There is none.
            ApiError: The request did not succeed.
        """
        return self.client.send(
            Request("GET", self._object_path(identifier)),
            lambda response: self._read_record_of(identifier, response),
        )

    def create(self, fields: JsonObject, idempotency_key: str) -> tuple[str, Record | None]:
        """Create an object, once.

        Args:
            fields: The object's fields by their API names.
            idempotency_key: The same for every attempt to create this object, and for no other. It
                is not documented, and ignored by a server that does not know it: it lets a server
                recognise a retry.

        Returns:
            Its id, and the object where the response holds it.

        Raises:
            UnknownOutcomeError: It cannot be known whether the object was created.
            ApiError: It was not created.
        """
        headers = {"Idempotency-Key": idempotency_key}
        return self.client.send(Request("POST", self.path, fields, headers), self._read_created)

    def update(self, identifier: str, fields: JsonObject, etag: str | None = None) -> Record | None:
        """Replace the object with the id ``identifier``.

        Args:
            identifier: The object's id.
            fields: The whole object, since a PUT may drop what it does not name.
            etag: The only version that may be replaced; None for any.

        Returns:
            The object where the response holds it.

        Raises:
            NotFoundError: There is no such object.
            ConflictError: It is not the version that ``etag`` names.
            UnexpectedResponseError: A field of the object is nested too deeply to be sent back;
                nothing was sent.
            ApiError: The request did not succeed.
        """
        deep = [name for name, value in fields.items() if value is TOO_DEEP]
        if deep:
            raise UnexpectedResponseError(
                f"{one_line(', '.join(deep))} is nested more than {DEEPEST} deep, so the "
                "object cannot be sent back whole; name it in setsmart:readOnlyFields if a PUT may "
                "leave it out",
                ErrorContext("PUT", self._object_path(identifier)),
            )
        headers = {} if etag is None else {"If-Match": etag}
        request = Request("PUT", self._object_path(identifier), fields, headers)
        return self.client.send(
            request,
            lambda response: (
                self._read_record_of(identifier, response) if response.body.strip() else None
            ),
        )

    def delete(self, identifier: str) -> bool:
        """Delete the object with the id ``identifier``.

        Returns:
            Whether the object existed. A 404 to a retry counts as a deletion, since the first
            attempt may have deleted it.

        Raises:
            ApiError: The request did not succeed.
        """
        try:
            self.client.send(
                Request("DELETE", self._object_path(identifier)), lambda _response: None
            )
        except NotFoundError as error:
            return error.context.attempt > 1
        return True

    def _object_path(self, identifier: str) -> str:
        if identifier in ("", ".", ".."):
            raise ConfigurationError(
                f"{identifier!r} is not the id of an object in {self.path}",
                code=MessageCode.INVALID_ID,
            )
        path = self.path.removesuffix("/")
        return f"{path}/{percent_encoded(identifier, safe='')}{self.path[len(path) :]}"

    def _envelopes(self) -> tuple[str, ...]:
        """Return the names under which the API may put these objects: plural and singular."""
        plural = self.path.rstrip("/").rsplit("/", 1)[-1].replace("-", "_")
        singular = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
        return tuple(dict.fromkeys((plural, singular, *map(_in_camel_case, (plural, singular)))))

    def _read_page(self, response: Response, cursor: Cursor) -> tuple[list[Record], Following, int]:
        """Return the objects of a page, what comes after it, and how many bytes it has."""
        items = read_items(response, self._envelopes())
        records = [read_record(item, self.id_field, response) for item in items]
        page = Page(
            url=response.url,
            headers=response.headers,
            body=response.json(),
            ids=[record.id for record in records],
            read=cursor.read_with(records),
            pages_read=cursor.pages_read + 1,
        )
        try:
            return records, following(page, self.paging), len(response.body)
        except ForeignPageError:
            raise UnexpectedResponseError(
                "the next page of the list is on another server, which must not get the API key",
                response.context(),
                code=MessageCode.UNUSABLE_NEXT_PAGE,
            ) from None
        except ValueError:
            raise UnexpectedResponseError(
                "the next page of the list has no usable address",
                response.context(),
                code=MessageCode.UNUSABLE_NEXT_PAGE,
            ) from None

    def _read_record(self, response: Response) -> Record:
        fields = read_object(response, self._envelopes(), self.id_field)
        return attrs.evolve(read_record(fields, self.id_field, response), etag=response.etag)

    def _read_record_of(self, identifier: str, response: Response) -> Record:
        record = self._read_record(response)
        if record.id != identifier:
            other = quoted(record.id, _LONGEST_ID)
            raise InvalidResponseError(
                f"the response holds {other} instead of {identifier}", response.context()
            )
        return record

    def _read_created(self, response: Response) -> tuple[str, Record | None]:
        identifier = self._located(response.headers.get("Location", ""))
        if not response.body.strip():
            if identifier is None:
                raise UnexpectedResponseError(
                    "the response names no id for what was created", response.context()
                )
            return identifier, None
        try:
            record = self._read_record(response)
        except InvalidResponseError:
            if identifier is None:
                raise
            return identifier, None
        return record.id, record

    def _located(self, location: str) -> str | None:
        """Return the id at the end of the address of an object, or None if there is none."""
        path = location.split("?", 1)[0].rstrip("/")
        identifier = unquote(path.rsplit("/", 1)[-1])
        return identifier if identifier and not path.endswith(self.path.rstrip("/")) else None


def _in_camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return "".join((first, *(word.capitalize() for word in rest)))
