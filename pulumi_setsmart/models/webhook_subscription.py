"""A webhook subscription: an address that SetSmart calls when something happens."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from pulumi_setsmart.models.constraint import EventNames, Text, WebUrl
from pulumi_setsmart.models.field import known
from pulumi_setsmart.models.json import Json


@frozen(kw_only=True)
class WebhookSubscriptionRecord:
    """A webhook subscription as the API shows it. All of it is assumed, nothing documented.

    Attributes:
        id: The id that SetSmart gave it.
        url: The address that is called.
        events: The names of the events that are sent; their order means nothing.
        secret: The secret that signs deliveries; None, or masked, where the API does not show it.
        status: For example ``active``, or None.
        attributes: Every other field that the API returned, by its API name.
    """

    id: str
    url: str | None = known(WebUrl(), required=True)
    events: list[str] | None = known(EventNames(), required=True, unordered=True)  # noqa: RUF009 -- an attrs.field
    secret: str | None = known(Text(), secret=True)
    status: str | None = known(Text())
    attributes: Mapping[str, Json] = Factory(dict)
