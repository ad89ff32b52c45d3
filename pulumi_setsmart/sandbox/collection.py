"""The collections of the API: one definition serves their routes, their checks and their ids."""

import re
from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.sandbox.error_response import ErrorResponse, Violation
from pulumi_setsmart.sandbox.json import Json, JsonObject
from pulumi_setsmart.sandbox.rule import ListOf, Number, OneOf, Pattern, Rule, Text


@frozen
class Field:
    """A field that the server knows.

    Attributes:
        name: Its name.
        rule: What it may hold, apart from null.
        required: Whether an object cannot do without it.
        default: What it holds where nothing or null is sent.
        secret: Whether the behaviour decides how it is shown.
    """

    name: str
    rule: Rule
    required: bool = False
    default: Json = None
    secret: bool = False


@frozen
class Collection:
    """Objects of one kind, below one path.

    Attributes:
        path: The path below the base path, without slashes.
        id_prefix: What ids begin with: ``prop`` makes ``prop_1``.
        fields: The fields that the server knows. Others are kept as they are.
        event_noun: What its events begin with: ``property`` makes ``property.created``; None if
            nobody is told of its changes.
    """

    path: str
    id_prefix: str
    fields: tuple[Field, ...] = ()
    event_noun: str | None = None

    def object_id(self, number: int) -> str:
        """Return the id of the object with a number."""
        return f"{self.id_prefix}_{number}"

    def number(self, object_id: str) -> int | None:
        """Return the number in an id, or None if it cannot be an id of this collection."""
        # Eighteen digits are sure to fit the integers of the database.
        match = re.fullmatch(rf"{re.escape(self.id_prefix)}_([1-9][0-9]{{0,17}})", object_id)
        return int(match[1]) if match else None

    def complete(self, body: Mapping[str, Json]) -> JsonObject:
        """Return a body as it is stored.

        Args:
            body: An object as a client sent it.

        Returns:
            Its fields; the known ones come first, and hold their default where they are absent
            or null.

        Raises:
            ErrorResponse: With status 400 (documented), if a known field breaks its rule.
        """
        violations = [one for field in self.fields if (one := _complaint(field, body))]
        if violations:
            raise ErrorResponse.of(violations)
        known = {field.name: _value(field, body.get(field.name)) for field in self.fields}
        return known | {name: value for name, value in body.items() if name not in known}


def _complaint(field: Field, body: Mapping[str, Json]) -> Violation | None:
    value = body.get(field.name)
    if value is None:
        return Violation(field.name, "is required") if field.required else None
    wrong = field.rule.violation(value)
    return None if wrong is None else Violation(field.name, wrong, value)


def _value(field: Field, value: Json) -> Json:
    return field.default if value is None else value


LISTING_STATUSES = ("active", "inactive", "draft")
"""What the status of a listing can be; only ``active`` is documented."""

PROPERTIES = Collection(
    path="properties",
    id_prefix="prop",
    fields=(
        Field("name", Text(longest=200), required=True),
        Field("address", Text(longest=500, blank=True)),
        Field("bedrooms", Number(least=0, most=100, whole=True)),
        Field("bathrooms", Number(least=0, most=100)),
        Field("max_guests", Number(least=1, most=200, whole=True)),
        Field("status", OneOf(LISTING_STATUSES), default="active"),
    ),
    event_noun="property",
)
"""The listings. Path and fields are documented, the limits of the fields are assumed."""

ALL_EVENTS = "*"
"""Stands for all events in a webhook subscription."""

_HOST = r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?|\[[0-9A-Fa-f:.]+\]"
_PORT = r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
WEBHOOK_URL = Pattern(
    rf"https?://({_HOST})(:({_PORT}))?([/?#][!-~]*)?",
    described_as="an http or https URL",
    longest=2000,
)
"""Where a webhook subscription may want its events (assumed)."""

WEBHOOKS = Collection(
    path="webhooks",
    id_prefix="wh",
    fields=(
        Field(
            "url",
            WEBHOOK_URL,
            required=True,
        ),
        Field(
            "events",
            ListOf(
                Pattern(
                    r"\*|[a-z_]+\.[a-z_]+",
                    described_as="a noun.verb, or * for all events",
                    longest=100,
                )
            ),
            required=True,
        ),
        Field("secret", Text(longest=500), secret=True),
        Field("status", OneOf(("active", "inactive")), default="active"),
    ),
)
"""The webhook subscriptions (assumed)."""


def is_active(subscription: Mapping[str, Json]) -> bool:
    """Return whether a webhook subscription is to be told of events."""
    return subscription.get("status", "active") == "active"


PRICING_RULES = Collection(path="pricing-rules", id_prefix="rule")
"""An example of any other collection of the API (assumed): objects with any fields."""

MESSAGE_TEMPLATES = Collection(path="message-templates", id_prefix="tmpl")
"""An example of any other collection of the API (assumed): objects with any fields."""

COLLECTIONS = (PROPERTIES, WEBHOOKS, PRICING_RULES, MESSAGE_TEMPLATES)
