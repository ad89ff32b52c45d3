"""The fields that the API is known to have, each defined once, on an attribute of a record class.

The arguments of the resources, portfolio files, their JSON Schema and the documentation are
derived from these definitions.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

import attrs
from attrs import frozen

from pulumi_setsmart.models.constraint import FieldConstraint

_METADATA_KEY = "setsmart"


class Source(StrEnum):
    """From where it is known that the API has a field, in the words of the contract."""

    DOCUMENTED = "documented"
    ASSUMED = "assumed"


@frozen(kw_only=True)
class ApiField:
    """A field of an object that we know by name.

    Attributes:
        name: Its name in the API, and as an argument of the resource.
        annotation: The Python type of its values, as source code.
        constraint: What it may hold.
        description: What it means, in sentences, as in the contract.
        source: Whether SetSmart documents it.
        required: Whether an object cannot do without it; such a field cannot be cleared.
        secret: Whether its value must not be shown, and may come back masked or not at all.
        unordered: Whether it is a list whose order means nothing.
        identity: Whether a person knows an object again by it: it is part of the natural key.
        unit: What it is measured in, or None.
        suggestions: Values that editors complete; others are allowed, too.
    """

    name: str
    annotation: str
    constraint: FieldConstraint
    description: str
    source: Source
    required: bool = False
    secret: bool = False
    unordered: bool = False
    identity: bool = False
    unit: str | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a person calls it, such as ``max guests``."""
        return label_of(self.name)

    @property
    def documentation(self) -> str:
        """Its description, its unit and what it may hold, in one paragraph."""
        unit = f"In {self.unit}." if self.unit else ""
        return " ".join(filter(None, (self.description, unit, self.constraint.rule)))


_WORDS = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+|[A-Z][a-z0-9]+)*")
_ABBREVIATIONS = frozenset({"id", "url"})


def label_of(name: str) -> str:
    """Return what a person calls a field, also one that is not known by name: ``door code``.

    A name that is made of anything but words stays as it is.

    Args:
        name: Its name in the API: ``door_code`` or ``doorCode``.
    """
    if not _WORDS.fullmatch(name):
        return name
    words = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name).split("_")
    return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in words)


def known(
    constraint: FieldConstraint, description: str, *, secret: bool = False, **traits: Any
) -> Any:
    """Define an attribute of a record class as a known field of the API.

    Args:
        constraint: What the field may hold.
        description: What it means, in sentences, as in the contract.
        secret: Whether its value must not be shown.
        traits: Other attributes of `ApiField`.

    Returns:
        An ``attrs.field`` with None as its default, since a response can lack any field.
    """
    definition = {"constraint": constraint, "description": description, "secret": secret, **traits}
    return attrs.field(default=None, repr=not secret, metadata={_METADATA_KEY: definition})


def known_fields(record_class: type[attrs.AttrsInstance]) -> tuple[ApiField, ...]:
    """Return the known fields of a record class, in the order of its declaration."""
    return tuple(
        ApiField(
            name=attribute.name,
            annotation=str(attribute.type).removesuffix(" | None"),
            **attribute.metadata[_METADATA_KEY],
        )
        for attribute in attrs.fields(record_class)
        if _METADATA_KEY in attribute.metadata
    )
