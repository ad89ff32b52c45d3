"""A listing: what SetSmart calls a property."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from pulumi_setsmart.models.constraint import Number, Text, WholeNumber
from pulumi_setsmart.models.field import known
from pulumi_setsmart.models.json import Json


@frozen(kw_only=True)
class PropertyRecord:
    """A listing as the API shows it. Its fields are documented.

    Attributes:
        id: The id that SetSmart gave it, for example ``prop_123``.
        name: What guests read as its title.
        address: Its postal address in one line, or None.
        bedrooms: How many bedrooms it has, or None where it is not said.
        bathrooms: How many bathrooms it has; halves are allowed. None where it is not said.
        max_guests: How many guests may stay at most, or None where it is not said.
        status: ``active`` is the only documented value, or None.
        attributes: Every other field that the API returned, by its API name.
    """

    id: str
    name: str | None = known(Text(), required=True)
    address: str | None = known(Text(blank=True))
    bedrooms: int | None = known(WholeNumber(minimum=0))
    bathrooms: float | None = known(Number(minimum=0))
    max_guests: int | None = known(WholeNumber(minimum=0))
    status: str | None = known(Text())
    attributes: Mapping[str, Json] = Factory(dict)
