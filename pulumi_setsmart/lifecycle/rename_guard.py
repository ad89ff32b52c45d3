"""What keeps a listing from being deleted, or changed into another one, because its key changed.

A new key without an alias is a new resource to Pulumi, which deletes the old one at the end. A
check stops that where it knows the object. A run without a refresh may create before it knows, so
a deletion looks once more.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.client.errors import (
    ExistingObjectError,
    NotDeletedError,
    ShiftedIdentityError,
)
from pulumi_setsmart.config import ALLOW_SWAPS_VARIABLE
from pulumi_setsmart.lifecycle.declaration import Declaration
from pulumi_setsmart.lifecycle.identities import IdentityRegistry, ManagedObject
from pulumi_setsmart.lifecycle.identity import identity_of
from pulumi_setsmart.lifecycle.kind import IF_EXISTS
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.resource_key import ResourceKey, resource_key_in
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import IfExists

_LONGEST_NAME = 100
_SHIFTED = (
    "Rows seem to be shifted, and nothing was changed: give each listing a key that stays, with "
    "`formerly` where it changes"
)


def refuse_renamed_key(operation: Operation, identity: Mapping[str, Json]) -> None:
    """Refuse to create what another resource manages already, and note the identity otherwise.

    A replacement has the key of what it replaces. A resource that says by itself that there are to
    be two is believed.

    Raises:
        ExistingObjectError: Another resource manages an object of this identity.
    """
    identities, key = operation.identities, resource_key_in(operation.properties)
    if (
        key is None
        or operation.properties.get(IF_EXISTS) in (UNKNOWN, IfExists.CREATE)
        or identities.manages(key)
    ):
        return
    claim = identities.claim(identity, key)
    managed = identities.holder(identity)
    if managed is not None:
        claim.refused = True
        raise ExistingObjectError(
            f"{managed.identifier} has the same {_names(identity)}, and {_name(managed.key)} of "
            f"this stack manages it. {_ways_out(managed.key, key)}",
            code=MessageCode.RENAMED_KEY,
        )


def refuse_shifted_identity(
    identities: IdentityRegistry,
    stored: StoredObject,
    names: tuple[str, ...],
    inputs: Mapping[str, Json],
    declaration: Declaration,
    *,
    allow_swaps: bool,
) -> None:
    """Refuse to make one managed object look like another one, and note the identity otherwise.

    Args:
        identities: The identities in the collection.
        stored: The object.
        names: The names of the fields by which it is recognised.
        inputs: The inputs of its resource.
        declaration: What they declare.
        allow_swaps: Whether the user allows it for this run.

    Raises:
        ShiftedIdentityError: It would have the identity of another managed object, or another
            resource gets its own.
    """
    identifier, key = stored.identifier, resource_key_in(inputs)
    known_key = key or stored.metadata.resource_key
    managed = identities.note(identifier, known_key, names, stored.fields)
    identity = identity_of(names, declaration.fields)
    if managed.key is None:
        return
    claims = identities.claims_of_others(managed)
    claim = next((each for each in claims if not each.refused), None)
    if claim is not None and claim.identifier is None:
        raise ShiftedIdentityError(
            f"{_name(claim.key)}, which is new, has the {_names(claim.identity)} of this one. "
            f'{_SHIFTED}. If it is another one, say if_exists="create" there'
        )
    if allow_swaps:
        return
    if claim is not None:
        raise _shifted(
            claim.identifier, claim.key, f"gets the {_names(claim.identity)} of this one"
        )
    if identity is None or managed.has(identity):
        return
    claim = identities.claim(identity, managed.key, identifier)
    other = identities.holder(identity, identifier)
    if other is not None:
        claim.refused = True
        raise _shifted(
            other.identifier, other.key, f"has the {_names(identity)} that this one would get"
        )


def refuse_renamed_deletion(operation: Operation, stored: StoredObject) -> None:
    """Refuse to delete an object that another resource of this run wants, or has replaced.

    Raises:
        NotDeletedError: It stays, and the state keeps it.
    """
    identifier = stored.identifier
    if operation.ownership.is_contested(identifier):
        raise NotDeletedError(
            "not deleted: another resource of this run stands for it, see its error. Give that "
            "one the old key (`formerly` in a file, `aliases` in a program)",
            code=MessageCode.DELETION_STOPPED,
        )
    managed = operation.identities.managed(identifier) or ManagedObject(
        identifier,
        stored.metadata.resource_key,
        [{name: stored.fields.get(name) for name in operation.natural_key}],
    )
    claims = operation.identities.claims_of_others(managed)
    if claims:
        claim = claims[0]
        raise NotDeletedError(
            f"not deleted: {_name(claim.key)} got the same {_names(claim.identity)} in this run, "
            "as if the key had changed. If it did, keep this one instead: "
            f"{_way_to_keep(managed.key, claim.key)}. If it is to be deleted, run again",
            code=MessageCode.DELETION_STOPPED,
        )


def _shifted(identifier: str | None, key: str | None, relation: str) -> ShiftedIdentityError:
    return ShiftedIdentityError(
        f"{identifier}, which {_name(key)} of this stack manages, {relation}. {_SHIFTED}. If it is "
        f"meant, set {ALLOW_SWAPS_VARIABLE}=true for one run"
    )


def _ways_out(old: str | None, new: str) -> str:
    return (
        f"If that one was renamed, say {_way_to_keep(old, new)}; if this is another one, say "
        'if_exists="create" here'
    )


def _way_to_keep(old: str | None, new: str) -> str:
    former, successor = _read(old), _read(new)
    alias, key = "pulumi.Alias(name=…)", "OLD_KEY"
    if former is not None and successor is not None:
        alias, key = former.alias_for(successor), former.former_key_for(successor)
    in_program = f"aliases=[{shortened(alias, _LONGEST_NAME)}]"
    if successor is None or successor.entry is None:
        return in_program
    entry = shortened(successor.entry, _LONGEST_NAME)
    return f"`formerly: {shortened(key, _LONGEST_NAME)}` in the entry {entry}"


def _name(key: str | None) -> str:
    known = _read(key)
    return "another resource" if known is None else shortened(known.name, _LONGEST_NAME)


def _names(identity: Mapping[str, Json]) -> str:
    return " and ".join(identity)


def _read(key: str | None) -> ResourceKey | None:
    return None if key is None else ResourceKey.read(key)
