"""A collection of the API, such as the properties: list, get, create, update and delete."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

import attrs
from attrs import frozen

from pulumi_setsmart.client.answer import Answer
from pulumi_setsmart.client.channel import Request
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.cursor import Cursor
from pulumi_setsmart.client.envelope import read_items, read_object, read_record
from pulumi_setsmart.client.errors import (
    ConfigurationError,
    NotFoundError,
    UnreadableAnswerError,
)
from pulumi_setsmart.client.paging import ForeignPageError, next_page_url
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.record import Record


@frozen
class Collection:
    """The objects under one path of the API.

    Attributes:
        client: The account that they belong to.
        path: The path below the base URL, beginning with a slash: ``/properties``.
        id_field: The field that holds an object's id.
    """

    client: Client
    path: str
    id_field: str = "id"

    def records(self) -> Iterator[Record]:
        """Yield every object as the list shows it, page after page, each id once.

        Raises:
            ApiError: A page could not be had; a page that repeats is an UnreadableAnswerError.
        """
        cursor = self.cursor()
        while cursor.next_url is not None:
            yield from self.read_on(cursor)

    def cursor(self) -> Cursor:
        """Return the beginning of the list."""
        return Cursor(self.path, self.client.url(self.path))

    def read_on(self, cursor: Cursor) -> list[Record]:
        """Read the next page of the list, and leave ``cursor`` at the one after it.

        Args:
            cursor: How far the list was read; not after its end. A failure leaves it where it is.

        Returns:
            The objects of the page as the list shows them, without those of earlier pages.

        Raises:
            ApiError: The page could not be had.
        """
        request = Request("GET", str(cursor.next_url))
        records, following = self.client.send(request, self._read_page)
        return cursor.advance(records, following)

    def whole(self, record: Record, needed: Iterable[str]) -> Record | None:
        """Return ``record`` with all that is needed of it; lists may show objects in brief.

        Args:
            record: The object as a list shows it.
            needed: The fields that are looked at. Where one is missing, the object is read.

        Returns:
            The object, or None if it was deleted meanwhile.
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
        return self.client.send(Request("GET", self._object_path(identifier)), self._read_record)

    def create(self, fields: JsonObject, idempotency_key: str) -> tuple[str, Record | None]:
        """Create an object, once.

        Args:
            fields: The object's fields by their API names.
            idempotency_key: The same for every attempt at this object, and for no other. It is
                not documented, and harmless where it is not known: it lets a server see a
                repetition.

        Returns:
            Its id, and the object where the answer holds it.

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
            etag: The version that is to be replaced, and no other; None for any.

        Returns:
            The object where the answer holds it.

        Raises:
            NotFoundError: There is no such object.
            ConflictError: It is not the version that ``etag`` names.
            ApiError: The request did not succeed.
        """
        headers = {} if etag is None else {"If-Match": etag}
        request = Request("PUT", self._object_path(identifier), fields, headers)
        return self.client.send(request, self._read_optional_record)

    def delete(self, identifier: str) -> bool:
        """Delete the object with the id ``identifier``.

        Returns:
            Whether the server knew the object; a 404 to a second attempt is an answer to the
            first.

        Raises:
            ApiError: The request did not succeed.
        """
        try:
            self.client.send(Request("DELETE", self._object_path(identifier)), lambda _answer: None)
        except NotFoundError as error:
            return error.context.attempt > 1
        return True

    def _object_path(self, identifier: str) -> str:
        if identifier in ("", ".", ".."):
            raise ConfigurationError(f"{identifier!r} is not the id of an object in {self.path}")
        return f"{self.path}/{quote(identifier, safe='')}"

    def _envelopes(self) -> tuple[str, ...]:
        """Return the names under which the API may put these objects: plural and singular."""
        plural = self.path.rsplit("/", 1)[-1].replace("-", "_")
        singular = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
        return plural, singular

    def _read_page(self, answer: Answer) -> tuple[list[Record], str | None]:
        items = read_items(answer, self._envelopes())
        records = [read_record(item, self.id_field, answer) for item in items]
        try:
            following = next_page_url(answer.url, answer.headers, answer.json())
        except ForeignPageError:
            raise UnreadableAnswerError(
                "the next page of the list is said to be on another server, which is not asked",
                answer.context(),
            ) from None
        except ValueError:
            raise UnreadableAnswerError(
                "the next page of the list has no usable address", answer.context()
            ) from None
        return records, following

    def _read_record(self, answer: Answer) -> Record:
        fields = read_object(answer, self._envelopes(), self.id_field)
        return attrs.evolve(read_record(fields, self.id_field, answer), etag=answer.etag)

    def _read_optional_record(self, answer: Answer) -> Record | None:
        return self._read_record(answer) if answer.body.strip() else None

    def _read_created(self, answer: Answer) -> tuple[str, Record | None]:
        if answer.body.strip():
            record = self._read_record(answer)
            return record.id, record
        location = answer.headers.get("Location", "")
        identifier = unquote(location.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1])
        if not identifier:
            raise UnreadableAnswerError(
                "the answer names no id for what was created", answer.context()
            )
        return identifier, None
