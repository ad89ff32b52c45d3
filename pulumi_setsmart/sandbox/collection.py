"""A collection of the API: what serves its routes, its checks and its ids."""

import re
from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.sandbox.error_response import ErrorResponse, FieldViolation
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.schema import Schema, allows_null, violation


@frozen
class ContractField:
    """A field that the server knows.

    Attributes:
        name: Its name.
        schema: What it may hold.
        required: Whether an object cannot do without it.
    """

    name: str
    schema: Schema
    required: bool = False

    @property
    def default(self) -> Json:
        """What it holds where nothing or null is sent."""
        default: Json = self.schema.get("x-setsmart-default")
        return default

    @property
    def is_secret(self) -> bool:
        """Whether the server's behaviour decides how it is shown."""
        return bool(self.schema.get("writeOnly")) or self.schema.get("format") == "password"

    @property
    def is_always_shown(self) -> bool:
        """Whether objects have it even where nothing was sent."""
        return self.default is not None or allows_null(self.schema)

    def violation(self, body: Mapping[str, Json]) -> FieldViolation | None:
        """Return what is wrong with the field in the body of a request, or None."""
        value = body.get(self.name)
        if value is None and self.required:
            return FieldViolation(self.name, "is required")
        if self.name not in body or (value is None and self.is_always_shown):
            return None
        reason = violation(self.schema, value)
        return None if reason is None else FieldViolation(self.name, reason, value)


@frozen
class ApiCollection:
    """Objects of one kind, below one path.

    Attributes:
        path: The path below the base path, without slashes.
        id_prefix: What ids begin with: ``prop`` makes ``prop_1``.
        fields: The fields that the server knows. Others are kept as they are.
        event_noun: What its events begin with: ``property`` makes ``property.created``; None if
            its changes make no events.
    """

    path: str
    id_prefix: str
    fields: tuple[ContractField, ...] = ()
    event_noun: str | None = None

    def field(self, name: str) -> ContractField:
        """Return the field with a name.

        Raises:
            KeyError: If there is none.
        """
        return {field.name: field for field in self.fields}[name]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the fields that hold secrets."""
        return tuple(field.name for field in self.fields if field.is_secret)

    def object_id(self, number: int) -> str:
        """Return the id of the object with a number."""
        return f"{self.id_prefix}_{number}"

    def number(self, object_id: str) -> int | None:
        """Return the number in an id, or None if it cannot be an id of this collection."""
        # Eighteen digits are sure to fit the integers of the database.
        match = re.fullmatch(rf"{re.escape(self.id_prefix)}_([1-9][0-9]{{0,17}})", object_id)
        return int(match[1]) if match else None

    def validated(self, body: Mapping[str, Json]) -> JsonObject:
        """Return a body as it is stored.

        Args:
            body: An object as a client sent it.

        Returns:
            The object, complete.

        Raises:
            ErrorResponse: With status 400 (documented), if a known field breaks its schema.
        """
        violations = [found for field in self.fields if (found := field.violation(body))]
        if violations:
            raise ErrorResponse.of(violations)
        return self.completed(body)

    def completed(self, body: Mapping[str, Json]) -> JsonObject:
        """Return an object with all its fields, unchecked.

        The known ones come first, and hold their default, or null, where they are absent.
        """
        known = {
            field.name: field.default if body.get(field.name) is None else body[field.name]
            for field in self.fields
            if field.is_always_shown or field.name in body
        }
        return known | {name: value for name, value in body.items() if name not in known}
