"""The subscription that calls the receiver. Its secret is that of the receiver."""

import pulumi

from pulumi_setsmart import WebhookSubscription

config = pulumi.Config()

WebhookSubscription(
    "listings",
    url=config.require("receiverUrl"),
    events=["property.created", "property.updated", "property.deleted"],
    secret=config.require_secret("webhookSecret"),
)
