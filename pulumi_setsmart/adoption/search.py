"""Finding objects in an account by what a person knows of them."""

from __future__ import annotations

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory, subject_of
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import ConfigurationError
from pulumi_setsmart.lifecycle.declaration import known_fields_of
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD
from pulumi_setsmart.lifecycle.normalisation import folded
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import listed

_LONGEST = 200


def shown_fields(found: AccountObject) -> dict[str, Json]:
    """Return the id of an object and the fields that a program can declare, without secrets."""
    fields = known_fields_of(found.kind, found.entry or {})
    return {DEFAULT_ID_FIELD: found.record.id, **fields}


def find_object(inventory: Inventory, wanted: str) -> AccountObject:
    """Return the object that a person means.

    Args:
        inventory: What the account holds.
        wanted: An id, or the title of one object, or a part that only its title has; in any case.

    Raises:
        ConfigurationError: There is none, or there are several.
    """
    objects = inventory.objects
    text = str(folded(wanted))
    for candidates in (
        [found for found in objects if found.record.id == wanted],
        [found for found in objects if folded(found.title) == text],
        [found for found in objects if text and text in str(folded(found.title))],
    ):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            subjects = [subject_of(found.kind, found.record) for found in candidates]
            raise ConfigurationError(
                f"{quoted(wanted, _LONGEST)} may be {listed(subjects)}; give the id",
                code=MessageCode.SEVERAL_OBJECTS,
            )
    shown = quoted(wanted, _LONGEST) or '""'
    raise ConfigurationError(
        f"nothing in this account ({inventory.base_url}) has the id or name "
        f"{shown}; `pulumi-setsmart list` shows all listings",
        code=MessageCode.NOTHING_FOUND,
    )
