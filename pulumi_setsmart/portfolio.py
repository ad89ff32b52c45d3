"""A whole portfolio: from a file to a Pulumi component."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pulumi

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.models.portfolio_names import PORTFOLIO_TYPE, child_name
from pulumi_setsmart.property import Property
from pulumi_setsmart.specification.reading import read_portfolio
from pulumi_setsmart.specification.specification import (
    ConfiguredSecret,
    PortfolioSpecification,
    PropertySpecification,
    WebhookSpecification,
)
from pulumi_setsmart.webhook_subscription import WebhookSubscription


def load_portfolio(
    path: str | os.PathLike[str], overlays: Sequence[str | os.PathLike[str]] = ()
) -> PortfolioSpecification:
    """Return the portfolio that a file declares.

    Args:
        path: The file: YAML or JSON with the sections ``properties`` and ``webhooks``, or CSV with
            a listing in each row. The name's ending tells which. It may have 8 MiB.
        overlays: Files of the same form to lay over it, one after the other, for what differs in
            an environment. They name only what differs. A listing or subscription that is null
            there is left out.

    Raises:
        pulumi.RunError: A file cannot be read, or does not describe a portfolio. The text names
            the file, the line and the field; the cause is a `PortfolioFileError`.
    """
    try:
        return read_portfolio(path, overlays)
    except PortfolioFileError as error:
        raise pulumi.RunError(str(error)) from error


class Portfolio(pulumi.ComponentResource):
    """The listings and webhook subscriptions of a portfolio.

    Each becomes a resource called ``RESOURCE_NAME-KEY``, so that several portfolios fit into one
    program.

    Args:
        resource_name: The name of the component in the program.
        properties: The listings by their keys, for example from `pulumi_setsmart.load_portfolio`.
        webhooks: The webhook subscriptions by their keys.
        opts: Pulumi's options.
        account: The name of the account that has all of them, of ``setsmart:accounts``; the one
            that needs no name if left out.

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
        *,
        account: str | None = None,
    ) -> None:
        super().__init__(PORTFOLIO_TYPE, resource_name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.properties = {
            key: Property(child_name(resource_name, key), **_arguments(one, account), opts=child)
            for key, one in properties.items()
        }
        self.webhooks = {
            key: WebhookSubscription(
                child_name(resource_name, key), **_arguments(one, account), opts=child
            )
            for key, one in (webhooks or {}).items()
        }
        self.register_outputs({})


def _arguments(
    specification: PropertySpecification | WebhookSpecification, account: str | None
) -> dict[str, Any]:
    arguments = {**attrs.asdict(specification, recurse=False), "account": account}
    secret = arguments.get("secret")
    if isinstance(secret, ConfiguredSecret):
        arguments["secret"] = _configured(secret)
    return arguments


def _configured(secret: ConfiguredSecret) -> pulumi.Output[str]:
    namespace, _, key = secret.key.rpartition(":")
    return pulumi.Config(namespace or None).require_secret(key)
