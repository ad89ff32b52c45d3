"""What a file declares: listings and webhook subscriptions, by the names of their resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from pulumi_setsmart.models.marker import Clear

if TYPE_CHECKING:
    import pulumi


@frozen(kw_only=True)
class PropertySpecification:
    """A listing to declare; the arguments of a `pulumi_setsmart.Property`.

    None means "not declared", `pulumi_setsmart.CLEAR` sets a field to null.

    Attributes:
        name: What guests read as the listing's title.
        address: The postal address in one line.
        bedrooms: How many bedrooms there are, 0 or more.
        bathrooms: How many bathrooms there are, 0 or more; halves are allowed.
        max_guests: How many guests may stay at most, 0 or more.
        status: ``active`` is the only documented value.
        attributes: Any further field by its API name.
        existing_id: The id of the listing to take over instead of creating one.
        if_exists: ``error``, ``adopt`` or ``create``.
        deletion_policy: ``delete`` or ``deactivate``.
        unordered: What leads to the lists whose order means nothing, such as ``house.amenities``.
    """

    name: str
    address: str | Clear | None = None
    bedrooms: int | Clear | None = None
    bathrooms: float | Clear | None = None
    max_guests: int | Clear | None = None
    status: str | Clear | None = None
    attributes: Mapping[str, Any] | None = None
    existing_id: str | None = None
    if_exists: str | None = None
    deletion_policy: str | None = None
    unordered: list[str] | None = None


@frozen
class ConfiguredSecret:
    """A secret that a file refers to: it stands in the configuration of the stack.

    Attributes:
        key: Its key, such as ``bookingsSecret``, in the project's namespace unless it names one.
    """

    key: str


@frozen(kw_only=True)
class WebhookSpecification:
    """A webhook subscription to declare; the arguments of a `pulumi_setsmart.WebhookSubscription`.

    Attributes:
        url: The address to call.
        events: The names of the events to send.
        secret: What signs the deliveries. A file can only say where it is configured.
        status: For example ``active``.
        attributes: Any further field by its API name.
        existing_id: The id of the subscription to take over instead of creating one.
        if_exists: ``error``, ``adopt`` or ``create``.
        deletion_policy: ``delete`` or ``deactivate``.
        unordered: What leads to the lists whose order means nothing, such as ``house.amenities``.
    """

    url: str
    events: list[str]
    secret: ConfiguredSecret | pulumi.Input[str] | Clear | None = field(default=None, repr=False)
    status: str | Clear | None = None
    attributes: Mapping[str, Any] | None = None
    existing_id: str | None = None
    if_exists: str | None = None
    deletion_policy: str | None = None
    unordered: list[str] | None = None


@frozen
class PortfolioSpecification:
    """A portfolio to declare.

    Attributes:
        properties: The listings by the names of their resources.
        webhooks: The webhook subscriptions by the names of their resources.
    """

    properties: Mapping[str, PropertySpecification] = Factory(dict)
    webhooks: Mapping[str, WebhookSpecification] = Factory(dict)
