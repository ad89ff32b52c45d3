"""A webhook subscription: an address that SetSmart calls when something happens."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from pulumi_setsmart.models.constraint import EventNames, String, WebUrl
from pulumi_setsmart.models.field import Source, known
from pulumi_setsmart.models.json import Json

ALL_EVENTS = "*"
"""Stands for all events."""

KNOWN_EVENTS = tuple(
    f"{noun}.{verb}"
    for noun, verbs in (
        ("property", ("created", "updated", "deleted")),
        ("reservation", ("created", "updated", "cancelled")),
    )
    for verb in verbs
)
"""The events that are assumed to exist. Others are accepted: nothing is documented."""


@frozen(kw_only=True)
class WebhookSubscriptionRecord:
    """A webhook subscription as the API shows it. All of it is assumed, nothing documented.

    Its named fields are those of a `pulumi_setsmart.WebhookSubscription`; one is None where the API
    does not show it.

    Attributes:
        id: The id that SetSmart gave it.
        attributes: Every other field that the API returned, by its API name.
    """

    id: str
    url: str | None = known(
        WebUrl(), "Where events are sent.", source=Source.ASSUMED, required=True, identity=True
    )
    events: list[str] | None = known(  # noqa: RUF009 -- an attrs.field
        EventNames(),
        "The names of the events that are sent, each `noun.verb`; `*` stands for all of them, "
        "whatever else is named.",
        source=Source.ASSUMED,
        required=True,
        unordered=True,
    )
    secret: str | None = known(
        String(),
        "Signs what is sent. It may be masked or left out when shown; a PUT without it leaves it "
        "as it is.",
        source=Source.ASSUMED,
        secret=True,
    )
    status: str | None = known(
        String(),
        "Whether events are sent; `active` is the default.",
        source=Source.ASSUMED,
        suggestions=("active",),
    )
    attributes: Mapping[str, Json] = Factory(dict)
