"""PERMANENT import path: stored in users' states."""

from pulumi_setsmart.lifecycle.kind import WEBHOOK_SUBSCRIPTION
from pulumi_setsmart.providers.adapter import LifecycleProvider


class WebhookSubscriptionProvider(LifecycleProvider):
    """The provider of `pulumi_setsmart.WebhookSubscription`."""

    kind = WEBHOOK_SUBSCRIPTION
