"""The fields that are known by name."""

from pulumi_setsmart.models.constraint import EventNames, Number, Text, WebUrl, WholeNumber
from pulumi_setsmart.models.field import ApiField, known_fields
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.models.webhook_subscription import WebhookSubscriptionRecord


def test_the_fields_of_a_listing_are_the_documented_ones() -> None:
    """Six fields, of which only the name is required; the id is no input."""
    assert known_fields(PropertyRecord) == (
        ApiField("name", Text(), required=True),
        ApiField("address", Text(blank=True)),
        ApiField("bedrooms", WholeNumber(0)),
        ApiField("bathrooms", Number(0)),
        ApiField("max_guests", WholeNumber(0)),
        ApiField("status", Text()),
    )


def test_the_fields_of_a_webhook_subscription_are_the_assumed_ones() -> None:
    """Its secret is one, and the order of its events means nothing."""
    assert known_fields(WebhookSubscriptionRecord) == (
        ApiField("url", WebUrl(), required=True),
        ApiField("events", EventNames(), required=True, unordered=True),
        ApiField("secret", Text(), secret=True),
        ApiField("status", Text()),
    )
