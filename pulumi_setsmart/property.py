"""A listing, as a Pulumi resource."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import pulumi

from pulumi_setsmart.models.marker import Clear
from pulumi_setsmart.providers.property import PropertyProvider
from pulumi_setsmart.resource import SetSmartResource


class Property(SetSmartResource, module="setsmart", name="Property"):
    """A short-term-rental listing.

    What is not declared is unmanaged: it shows in the outputs, is never drift, and no update wipes
    it. `pulumi_setsmart.CLEAR` sets a field to null. The named fields are documented by SetSmart.

    Args:
        resource_name: The name of the resource in the program.
        name: What guests read as the listing's title. Must not be blank.
        address: The postal address in one line.
        bedrooms: How many bedrooms there are, 0 or more.
        bathrooms: How many bathrooms there are, 0 or more; halves are allowed.
        max_guests: How many guests may stay at most, 0 or more.
        status: ``active`` is the only documented value; others are passed on.
        attributes: Any further field by its API name. Of nested objects only the declared members
            are compared; lists are compared element by element.
        existing_id: The id of the listing to take over instead of creating one; the preview says
            what that changes. It is kept when the argument is taken out again.
        if_exists: What to do where a listing of this name, and of this address where declared,
            exists that no resource knows: ``error``, ``adopt`` it or ``create`` another one; by
            default what ``setsmart:ifExists`` says.
        deletion_policy: What becomes of the listing once it is no longer declared: ``delete`` it or
            ``deactivate`` it, which sets its status to ``inactive`` (assumed); by default what
            ``setsmart:deletionPolicy`` says.
        unordered: The lists in ``attributes`` whose order means nothing, each by what leads to it:
            ``amenities`` or ``house.amenities``; ``rooms.*.beds`` are the beds of each room. For
            names that hold a dot there are JSON pointers (``/house/amenities``). Elements that
            occur twice count twice. A path that leads to nothing declared has no effect.
        account: The name of the account that has it, of ``setsmart:accounts``; the one that needs
            no name if left out. Another account means another listing: it is created there and
            deleted here.
        opts: Pulumi's options.

    Attributes:
        id (pulumi.Output[str]): The listing's id at SetSmart, such as ``prop_123``.
        name: The title, as declared.
        address: The address: as declared, or else as SetSmart has it; None where it has none.
        bedrooms: The number of bedrooms, likewise.
        bathrooms: The number of bathrooms, likewise.
        max_guests: The number of guests that may stay, likewise.
        status: The status, likewise.
        attributes: The declared attributes; None for a listing that is only read (`get_property`
            returns them).

    Raises:
        pulumi.RunError: The program asks for something that cannot be.
    """

    name: pulumi.Output[str]
    address: pulumi.Output[str | None]
    bedrooms: pulumi.Output[int | None]
    bathrooms: pulumi.Output[float | None]
    max_guests: pulumi.Output[int | None]
    status: pulumi.Output[str | None]
    attributes: pulumi.Output[dict[str, Any] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        address: pulumi.Input[str] | Clear | None = None,
        bedrooms: pulumi.Input[int] | Clear | None = None,
        bathrooms: pulumi.Input[float] | Clear | None = None,
        max_guests: pulumi.Input[int] | Clear | None = None,
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
            "name": name,
            "address": address,
            "bedrooms": bedrooms,
            "bathrooms": bathrooms,
            "max_guests": max_guests,
            "status": status,
            "attributes": attributes,
            "existing_id": existing_id,
            "if_exists": if_exists,
            "deletion_policy": deletion_policy,
            "unordered": unordered,
            "account": account,
        }
        super().__init__(PropertyProvider(), resource_name, properties, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 -- what Pulumi calls it in every provider
        opts: pulumi.ResourceOptions | None = None,
        *,
        account: str | None = None,
    ) -> Self:
        """Read a listing that exists, without managing it.

        Args:
            resource_name: The name of the resource in the program.
            id: The listing's id at SetSmart.
            opts: Pulumi's options.
            account: The name of the account that has it.

        Returns:
            A resource with the listing's outputs; it is never changed or deleted.
        """
        return cls._existing(PropertyProvider(), resource_name, id, {"account": account}, opts)
