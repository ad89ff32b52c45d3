"""The fields that the API is known to have, declared on the attributes of the record classes."""

from __future__ import annotations

from typing import Any

import attrs
from attrs import frozen

from pulumi_setsmart.models.constraint import Constraint

_METADATA_KEY = "setsmart"


@frozen
class ApiField:
    """A field of an object that we know by name.

    Attributes:
        name: Its name in the API, and as an argument of the resource.
        constraint: What it may hold.
        required: Whether an object cannot do without it; such a field cannot be cleared.
        secret: Whether its value must not be shown, and may come back masked or not at all.
        unordered: Whether it is a list whose order means nothing.
    """

    name: str
    constraint: Constraint
    required: bool = False
    secret: bool = False
    unordered: bool = False


def known(
    constraint: Constraint, *, required: bool = False, secret: bool = False, unordered: bool = False
) -> Any:
    """Declare an attribute of a record class as a known field of the API.

    Args:
        constraint: What the field may hold.
        required: Whether an object cannot do without it.
        secret: Whether its value must not be shown.
        unordered: Whether it is a list whose order means nothing.

    Returns:
        An ``attrs.field`` with None as its default, since any field can be absent in an answer.
    """
    traits = {
        "constraint": constraint,
        "required": required,
        "secret": secret,
        "unordered": unordered,
    }
    return attrs.field(default=None, repr=not secret, metadata={_METADATA_KEY: traits})


def known_fields(record_class: type[attrs.AttrsInstance]) -> tuple[ApiField, ...]:
    """Return the known fields of a record class, in the order of its declaration."""
    return tuple(
        ApiField(name=attribute.name, **attribute.metadata[_METADATA_KEY])
        for attribute in attrs.fields(record_class)
        if _METADATA_KEY in attribute.metadata
    )
