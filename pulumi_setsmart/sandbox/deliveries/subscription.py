"""What a webhook subscription asks for."""

from collections.abc import Mapping

from pulumi_setsmart.sandbox.json import Json

ALL_EVENTS = "*"
"""Stands for all events."""


def is_active(subscription: Mapping[str, Json]) -> bool:
    """Return whether a subscription gets any events."""
    return subscription.get("status", "active") == "active"


def wants(subscription: Mapping[str, Json], event_type: str) -> bool:
    """Return whether a subscription gets the events of a type."""
    events = subscription.get("events")
    if not is_active(subscription) or not isinstance(events, list):
        return False
    return event_type in events or ALL_EVENTS in events
