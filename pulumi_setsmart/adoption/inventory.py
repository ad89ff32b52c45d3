"""What an account holds, as a portfolio that declares it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.client.client import Client
from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import MethodNotAllowedError, NotFoundError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.check import objections
from pulumi_setsmart.lifecycle.declaration import canonical, inputs_of
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, PROPERTY, WEBHOOK_SUBSCRIPTION, Kind
from pulumi_setsmart.lifecycle.snapshot import Snapshot, Wanted
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.specification.document import Document, Place
from pulumi_setsmart.specification.reading import specification_of
from pulumi_setsmart.specification.sections import PROPERTIES, WEBHOOKS
from pulumi_setsmart.specification.specification import PortfolioSpecification


@frozen
class Inventory:
    """What an account holds.

    Attributes:
        portfolio: What declares it.
        left_out: What cannot be declared, and why, a sentence each.
    """

    portfolio: PortfolioSpecification
    left_out: list[str] = Factory(list)


def take_inventory(client: Client, settings: Settings) -> Inventory:
    """Read all listings and webhook subscriptions of an account.

    It costs a request for each page of the two lists and one more for each of them; and one for
    each object that its list does not show whole. Secrets, and fields that only the server sets,
    are not part of it. An account without webhook subscriptions at their path has none.

    Raises:
        ApiError: The account could not be read.
    """
    left_out: list[str] = []
    properties = _entries(PROPERTY, _records(PROPERTY, client, settings), settings, left_out)
    try:
        subscriptions = _records(WEBHOOK_SUBSCRIPTION, client, settings)
    except (NotFoundError, MethodNotAllowedError):
        subscriptions = []
    webhooks = _entries(WEBHOOK_SUBSCRIPTION, subscriptions, settings, left_out)
    value: Json = {PROPERTIES: properties, WEBHOOKS: webhooks}
    place = Place(client.base_url, 1)
    return Inventory(specification_of(Document(value, {"": place})), left_out)


def _records(kind: Kind, client: Client, settings: Settings) -> list[Record]:
    collection = Collection(client.operation(), kind.path({}, settings))
    needed = frozenset(field.name for field in kind.fields if field.required)
    return [*Snapshot().records(collection, Wanted(needed))]


def _entries(
    kind: Kind, records: list[Record], settings: Settings, left_out: list[str]
) -> dict[str, Json]:
    entries: dict[str, Json] = {}
    for record in records:
        fields = _declarable(kind, record, settings)
        entry, reasons = _accepted(kind, fields)
        subject = one_line(kind.subject(fields, record.id))
        left_out += [f"{subject}: {reason}" for reason in reasons]
        if entry is not None:
            title = str(fields.get(kind.title or "", ""))
            entries[resource_name(title, kind.label, entries)] = entry
    return entries


def _declarable(kind: Kind, record: Record, settings: Settings) -> dict[str, Json]:
    """Return the fields of a record that a program may know and set."""
    apart = settings.server_fields | {DEFAULT_ID_FIELD} | kind.secret_names
    return {
        name: _plain(value)
        for name, value in canonical(kind, record.fields).items()
        if name not in apart and value is not None
    }


def _accepted(kind: Kind, fields: Mapping[str, Json]) -> tuple[dict[str, Json] | None, list[str]]:
    """Return the inputs that declare ``fields`` as far as they can be declared, and what cannot."""
    reasons = []
    kept = dict(fields)
    required = {field.name for field in kind.fields if field.required}
    for objection in objections(kind, inputs_of(kind, {}, kept, [])):
        if objection.input in required:
            return None, [f"is left out: {objection}"]
        name = objection.member or objection.input
        del kept[name]
        reasons.append(one_line(f"{name} is left out: {objection.reason}"))
    return inputs_of(kind, {}, kept, []), reasons


def _plain(value: Json) -> Json:
    """Return ``value`` with whole numbers as such: servers write 2 as 2.0 too."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(element) for element in value]
    return value
