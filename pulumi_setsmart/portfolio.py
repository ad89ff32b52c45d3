"""A whole portfolio, as a Pulumi component."""

from collections.abc import Mapping
from typing import Any

import attrs
import pulumi

from pulumi_setsmart.property import Property
from pulumi_setsmart.specification.specification import (
    ConfiguredSecret,
    PropertySpecification,
    WebhookSpecification,
)
from pulumi_setsmart.webhook_subscription import WebhookSubscription


class Portfolio(pulumi.ComponentResource):
    """The listings and webhook subscriptions of a portfolio.

    Each becomes a resource called ``RESOURCE_NAME-KEY``, so that several portfolios fit into one
    program.

    Args:
        resource_name: The name of the component in the program.
        properties: The listings by their keys, for example from `pulumi_setsmart.load_portfolio`.
        webhooks: The webhook subscriptions by their keys.
        opts: Pulumi's options.

    Attributes:
        properties: The resources of the listings by their keys.
        webhooks: The resources of the webhook subscriptions by their keys.

    Raises:
        pulumi.RunError: The program asks for something that cannot be.
        pulumi.ConfigMissingError: A secret is not configured.
    """

    properties: dict[str, Property]
    webhooks: dict[str, WebhookSubscription]

    def __init__(
        self,
        resource_name: str,
        properties: Mapping[str, PropertySpecification],
        webhooks: Mapping[str, WebhookSpecification] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("setsmart:index:Portfolio", resource_name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.properties = {
            key: Property(f"{resource_name}-{key}", **_arguments(one), opts=child)
            for key, one in properties.items()
        }
        self.webhooks = {
            key: WebhookSubscription(f"{resource_name}-{key}", **_arguments(one), opts=child)
            for key, one in (webhooks or {}).items()
        }
        self.register_outputs({})


def _arguments(specification: PropertySpecification | WebhookSpecification) -> dict[str, Any]:
    arguments = attrs.asdict(specification, recurse=False)
    secret = arguments.get("secret")
    if isinstance(secret, ConfiguredSecret):
        arguments["secret"] = _configured(secret)
    return arguments


def _configured(secret: ConfiguredSecret) -> pulumi.Output[str]:
    namespace, _, key = secret.key.rpartition(":")
    return pulumi.Config(namespace or None).require_secret(key)
