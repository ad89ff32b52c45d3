"""What keeps a listing from being deleted, or changed into another one, because its key changed.

A new key without an alias is a new resource to Pulumi, which deletes the old one at the end. A
check stops that where it knows the object. A run without a refresh may create before it knows, so
a deletion checks again.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.client.errors import (
    ExistingObjectError,
    NotDeletedError,
    ShiftedIdentityError,
)
from pulumi_setsmart.config import ALLOW_DELETION_VARIABLE, ALLOW_SWAPS_VARIABLE
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
_LONGEST_ADVICE = 1000  # cut off, it would not work
_MOST_NAMED = 3
_SHIFTED = (
    "Rows seem to be shifted, so this one was not changed: give each listing a key that stays, "
    "with `formerly` where it changes"
)


def refuse_renamed_key(operation: Operation, identity: Mapping[str, Json]) -> None:
    """Refuse to create what another resource manages already, and note the identity otherwise.

    A replacement has the key of what it replaces. A resource with its own ``if_exists="create"``
    allows a second object; the first one is still not deleted because of it.

    Raises:
        ExistingObjectError: Another resource manages an object of this identity.
    """
    identities, key = operation.identities, resource_key_in(operation.properties)
    if key is None or identities.manages(key):
        return
    means_two = operation.properties.get(IF_EXISTS) in (UNKNOWN, IfExists.CREATE)
    sealed = identities.sealed(identity)
    claim = identities.claim(sealed, key, means_two=means_two)
    holders = [] if means_two else identities.holders(sealed)
    if holders:
        identities.refuse(claim)
        is_declared = operation.account.run.is_declared
        first, *others = sorted(holders, key=lambda managed: is_declared(managed.key))
        more = "".join(
            f", and {_name(each.key)} manages {each.identifier}, which has it too"
            for each in others[:_MOST_NAMED]
        )
        raise ExistingObjectError(
            f"{first.identifier} has the same {_names(identity)}, and {_name(first.key)} of "
            f"this stack manages it{more}. {_ways_out(first.key, key)}",
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
    managed = identities.note(
        identifier, known_key, names, stored.fields, stored.metadata.identity_since
    )
    identity = identity_of(names, declaration.fields)
    if managed.key is None:
        return
    claims = identities.claims_of_others(managed)
    claim = next((each for each in claims if not (each.refused or each.means_two)), None)
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
    if identity is None:
        return
    sealed = identities.sealed(identity)
    if managed.has(sealed):
        return
    claim = identities.claim(sealed, managed.key, identifier)
    for other in identities.holders(sealed, identifier):
        identities.refuse(claim)
        raise _shifted(
            other.identifier, other.key, f"has the {_names(identity)} that this one would get"
        )


def refuse_renamed_deletion(operation: Operation, stored: StoredObject) -> None:
    """Refuse to delete an object that another resource of this run claims, or looks like since.

    What the program declares itself is deleted only because it is replaced. `destroy` declares
    nothing, so it deletes everything, but for what its program reads by an id.

    Raises:
        NotDeletedError: It stays, and the state keeps it.
    """
    identifier, run = stored.identifier, operation.account.run
    if operation.ownership.is_contested(identifier):
        raise _not_deleted(
            "another resource of this run claims it, see its error. Give that one the old key "
            "(`formerly` in a file, `aliases` in a program)"
        )
    managed = operation.identities.managed(identifier) or ManagedObject(
        identifier,
        stored.metadata.resource_key,
        stored.metadata.identity_since,
        [
            operation.identities.sealed(
                {name: stored.fields.get(name) for name in operation.natural_key}
            )
        ],
    )
    if run.is_declared(managed.key):
        return
    is_allowed = identifier in operation.settings.allowed_deletions
    if operation.ownership.is_read(identifier) and not is_allowed:
        raise _not_deleted(
            "the program reads it by its id. If it is only to be read, take the resource out of "
            "the state with `pulumi state delete URN`. To delete it, set "
            f"{ALLOW_DELETION_VARIABLE}={identifier} for one run"
        )
    if run.has_failed_read and not is_allowed:
        # With --continue-on-error, Pulumi would delete what a failed import was to replace.
        raise _not_deleted(
            "an import or a read failed in this run, see its error. Correct that first, or set "
            f"{ALLOW_DELETION_VARIABLE}={identifier} for one run"
        )
    claims = operation.identities.claims_of_others(managed)
    refused = next((claim for claim in claims if claim.refused), None)
    if refused is not None:
        raise _not_deleted(
            f"{_name(refused.key)}, which failed, has the same {_names(refused.identity)}. If the "
            f"key changed, say {_way_to_keep(managed.key, refused.key)}"
        )
    twins = operation.identities.twins(managed)
    known = [*(claim.key for claim in claims), *(twin.key for twin in twins)]
    keys = [key for key in known if run.is_declared(key)]
    if keys and not is_allowed:
        names = [
            name
            for name in operation.natural_key
            if any(identity.get(name) is not None for identity in managed.identities)
        ]
        other = _name(keys[0])
        raise _not_deleted(
            f"{other} has the same {' and '.join(names)}, as if the key had changed. To keep this "
            f"one, declare it as {_name(managed.key, 'before')} again, and remove {other}. To "
            f"delete it, set {ALLOW_DELETION_VARIABLE}={identifier} for one run"
        )


def _not_deleted(reason: str) -> NotDeletedError:
    return NotDeletedError(f"not deleted: {reason}", code=MessageCode.DELETION_STOPPED)


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
    in_program = f"aliases=[{shortened(alias, _LONGEST_ADVICE)}]"
    if successor is None or successor.entry is None:
        return in_program
    entry = shortened(successor.entry, _LONGEST_NAME)
    return f"`formerly: {shortened(key, _LONGEST_ADVICE)}` in the entry {entry}"


def _name(key: str | None, unknown: str = "another resource") -> str:
    known = _read(key)
    return unknown if known is None else shortened(known.name, _LONGEST_NAME)


def _names(identity: Mapping[str, Json]) -> str:
    return " and ".join(identity)


def _read(key: str | None) -> ResourceKey | None:
    return None if key is None else ResourceKey.read(key)
