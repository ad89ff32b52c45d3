"""A listing: what SetSmart calls a property."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from pulumi_setsmart.models.constraint import RealNumber, String, WholeNumber
from pulumi_setsmart.models.field import Source, known
from pulumi_setsmart.models.json import Json


@frozen(kw_only=True)
class PropertyRecord:
    """A listing as the API shows it. Its fields are documented.

    Its named fields are those of a `pulumi_setsmart.Property`; one is None where the API does not
    show it.

    Attributes:
        id: The id that SetSmart gave it, for example ``prop_123``.
        attributes: Every other field that the API returned, by its API name.
    """

    id: str
    name: str | None = known(
        String(),
        "What guests read as its title.",
        source=Source.DOCUMENTED,
        required=True,
        identity=True,
    )
    address: str | None = known(
        String(blank=True),
        "Its postal address in one line.",
        source=Source.DOCUMENTED,
        identity=True,
    )
    bedrooms: int | None = known(
        WholeNumber(minimum=0), "How many bedrooms it has.", source=Source.DOCUMENTED
    )
    bathrooms: float | None = known(
        RealNumber(minimum=0), "How many bathrooms it has.", source=Source.DOCUMENTED
    )
    max_guests: int | None = known(
        WholeNumber(minimum=0), "How many guests may stay at most.", source=Source.DOCUMENTED
    )
    status: str | None = known(
        String(),
        "Whether it can be booked. Only `active` is documented, and the default.",
        source=Source.DOCUMENTED,
        suggestions=("active",),
    )
    attributes: Mapping[str, Json] = Factory(dict)
