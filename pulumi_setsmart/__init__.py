"""Short-term-rental listings and webhook subscriptions of SetSmart as code, with Pulumi."""

from pulumi_setsmart.api_object import ApiObject
from pulumi_setsmart.models.marker import CLEAR
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.property import Property
from pulumi_setsmart.webhook_subscription import WebhookSubscription

__all__ = ["CLEAR", "ApiObject", "Property", "PropertyRecord", "WebhookSubscription"]
