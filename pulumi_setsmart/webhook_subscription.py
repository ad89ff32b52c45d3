"""A webhook subscription, as a Pulumi resource."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Self

import pulumi

from pulumi_setsmart.models.marker import Clear
from pulumi_setsmart.providers.webhook_subscription import WebhookSubscriptionProvider
from pulumi_setsmart.resource import SetSmartResource


class WebhookSubscription(SetSmartResource, module="setsmart", name="WebhookSubscription"):
    """An address that SetSmart calls when something happens. All of it is assumed of the API.

    What is not declared is unmanaged, as for a `pulumi_setsmart.Property`.

    Args:
        resource_name: The name of the resource in the program.
        url: The address to call, beginning with https:// or http://.
        events: The names of the events to send, such as ``property.updated``; any ``noun.verb`` is
            passed on, and ``*``, which stands for all events (assumed). Names beside ``*`` are
            allowed and add nothing. Their order means nothing, so a set will do.
        secret: What signs the deliveries. It is secret in inputs and outputs. A server that does
            not show it, or shows it masked, causes no drift.
        status: For example ``active``.
        attributes: Any further field by its API name.
        existing_id: The id of the subscription to take over instead of creating one; the preview
            says what that changes. It is kept when the argument is taken out again.
        if_exists: What to do where a subscription of this address exists that no resource knows:
            ``error``, ``adopt`` it or ``create`` another one; by default what
            ``setsmart:ifExists`` says.
        deletion_policy: What becomes of the subscription once it is no longer declared: ``delete``
            it or ``deactivate`` it, which sets its status to ``inactive``; by default what
            ``setsmart:deletionPolicy`` says.
        unordered: The lists in ``attributes`` whose order means nothing, each by what leads to it:
            ``amenities`` or ``house.amenities``; ``rooms.*.beds`` are the beds of each room. For
            names that hold a dot there are JSON pointers (``/house/amenities``). Elements that
            occur twice count twice. A path that leads to nothing declared has no effect.
        account: The name of the account that has it, of ``setsmart:accounts``; the one that needs
            no name if left out. Another account means another subscription: it is created there and
            deleted here.
        opts: Pulumi's options.

    Attributes:
        id (pulumi.Output[str]): The subscription's id at SetSmart, such as ``wh_1``.
        url: The address, as declared.
        events: The names of the events, as declared.
        secret: The secret: as declared, or else as SetSmart shows it. It is secret.
        status: The status: as declared, or else as SetSmart has it; None where it has none.
        attributes: The declared attributes; None for one that is only read.

    Raises:
        pulumi.RunError: The program asks for something that cannot be.
    """

    url: pulumi.Output[str]
    events: pulumi.Output[list[str]]
    secret: pulumi.Output[str | None]
    status: pulumi.Output[str | None]
    attributes: pulumi.Output[dict[str, Any] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        events: pulumi.Input[Sequence[pulumi.Input[str]] | AbstractSet[pulumi.Input[str]]],
        secret: pulumi.Input[str] | Clear | None = None,
        status: pulumi.Input[str] | Clear | None = None,
        attributes: pulumi.Input[Mapping[str, Any]] | None = None,
        existing_id: pulumi.Input[str] | None = None,
        if_exists: pulumi.Input[str] | None = None,
        deletion_policy: pulumi.Input[str] | None = None,
        unordered: pulumi.Input[Sequence[str]] | None = None,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties = {
            "url": url,
            "events": events,
            "secret": secret,
            "status": status,
            "attributes": attributes,
            "existing_id": existing_id,
            "if_exists": if_exists,
            "deletion_policy": deletion_policy,
            "unordered": unordered,
            "account": account,
        }
        super().__init__(WebhookSubscriptionProvider(), resource_name, properties, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 -- what Pulumi calls it in every provider
        opts: pulumi.ResourceOptions | None = None,
        *,
        account: str | None = None,
    ) -> Self:
        """Read a webhook subscription that exists, without managing it.

        Args:
            resource_name: The name of the resource in the program.
            id: The subscription's id at SetSmart.
            opts: Pulumi's options.
            account: The name of the account that has it.

        Returns:
            A resource with the subscription's outputs; it is never changed or deleted.
        """
        return cls._existing(
            WebhookSubscriptionProvider(), resource_name, id, {"account": account}, opts
        )
