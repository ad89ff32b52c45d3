"""The data of SetSmart as frozen attrs classes, a module per noun; imports nothing else of ours."""

from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.property import PropertyRecord
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.webhook_subscription import WebhookSubscriptionRecord

__all__ = ["Json", "JsonObject", "PropertyRecord", "Record", "WebhookSubscriptionRecord"]
