"""What to do where an object that is to be created exists already."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.client.errors import ExistingIdError, ExistingObjectError, NotFoundError
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.lifecycle.comparison import mismatches, project, shape_of
from pulumi_setsmart.lifecycle.identity import identity_of, is_same, may_be_same, told_by_both
from pulumi_setsmart.lifecycle.kind import EXISTING_ID, IF_EXISTS, STATUS
from pulumi_setsmart.lifecycle.list_cache import NeededFields
from pulumi_setsmart.lifecycle.metadata import input_metadata
from pulumi_setsmart.lifecycle.operation import Operation, shown
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.rename_guard import refuse_renamed_key
from pulumi_setsmart.lifecycle.soft_deletion import soft_deletion_of
from pulumi_setsmart.lifecycle.state_metadata import KEY, new_salt
from pulumi_setsmart.lifecycle.status import is_open
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.text import MARK

logger = log_of(__name__)

_DECISION = f"{KEY}_takeover"
"""Where a check leaves its decision for the create, and for who reads the preview: not encrypted,
as `KEY` is."""

_WAYS_OUT = (
    'to adopt it say if_exists="adopt" (or set setsmart:ifExists), to have another one say '
    'if_exists="create"'
)
_MOST_NAMED = 5
_MOST_ANNOUNCED = 5
"""How many adoptions that change nothing have a message of their own in a run."""

_MORE_ADOPTED = (
    "further objects are adopted as they are, without a message each; `pulumi-setsmart report` "
    "lists them"
)


@frozen
class Adoption:
    """What a check has decided for the create that follows it.

    Attributes:
        identifier: The object that is adopted.
        owner: The salt of the metadata of the resource that it is claimed for.
        changes: Whether the object then gets other values, for who counts the changes of a preview.
        current: What it has by JSON pointer where it gets another value, for who reads a preview;
            a mark in the place of a secret. None in a state of a release that did not say it.
    """

    identifier: str
    owner: str
    changes: bool = True
    current: Mapping[str, Json] | None = None


def with_adoption(inputs: Mapping[str, Json], adoption: Adoption) -> dict[str, Json]:
    """Return ``inputs`` with a decision that Pulumi neither shows nor compares."""
    decision: dict[str, Json] = {
        "takes_over": adoption.identifier,
        "owner": adoption.owner,
        "changes": adoption.changes,
        # As a string, since the engine drops nulls.
        "current": json.dumps(adoption.current),
    }
    return {**inputs, _DECISION: decision}


def adoption_in(inputs: Mapping[str, Json]) -> Adoption | None:
    """Return the decision in ``inputs``, or None if there is none, or none that is understood.

    Then the account is asked again, so nothing depends on it.
    """
    match inputs.get(_DECISION) or input_metadata(inputs):
        case {"takes_over": str(identifier), "owner": str(owner), **others}:
            changes = others.get("changes") is not False
            return Adoption(identifier, owner, changes, _current_in(others.get("current")))
    return None


def _current_in(text: object) -> dict[str, Json] | None:
    try:
        current = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return current if isinstance(current, dict) else None


def find_adoption(operation: Operation) -> Adoption | None:
    """Return what to adopt, which is claimed and announced, or None to create an object.

    Raises:
        ExistingIdError: The object that the program names by its id cannot be adopted.
        ExistingObjectError: There is such an object, and it is not to be adopted; or there
            are several.
        ApiError: The collection cannot be read.
    """
    named = operation.properties.get(EXISTING_ID)
    if named is UNKNOWN:
        return None
    return _identical(operation) if named is None else _named(operation, str(named))


def _named(operation: Operation, identifier: str) -> Adoption:
    """Return the object with an id, claimed and announced."""
    owner = new_salt()
    try:
        record = operation.read(identifier, _needed_fields(operation))
    except NotFoundError:
        raise ExistingIdError(
            f"{EXISTING_ID}: there is no {identifier} in this account "
            f"({operation.account.client.base_url}); correct the id, or take it out to have "
            "an object created"
        ) from None
    if not operation.ownership.claim_existing([record], owner):
        operation.ownership.contest([identifier])
        raise ExistingIdError(
            f"{EXISTING_ID}: {identifier} belongs to a resource of this stack already; to "
            "rename that one, give it an alias instead",
            code=MessageCode.EXISTING_ID_MANAGED,
        )
    return _announced(operation, record, identifier, owner)


def _identical(operation: Operation) -> Adoption | None:
    """Return the object of the same identity, claimed and announced, or None if there is none."""
    identity = identity_of(operation.natural_key, operation.declaration.fields)
    policy = operation.properties.get(IF_EXISTS) or operation.settings.if_exists
    if identity is None:
        return None
    refuse_renamed_key(operation, identity)
    if policy in (UNKNOWN, IfExists.CREATE):
        return None
    owner = new_salt()
    candidates = _with_identity(operation, identity)
    adopts = policy == IfExists.ADOPT and all(
        is_same(identity, record.fields) and not soft_deletion_of(record.fields)
        for record in candidates
    )
    found = operation.ownership.claim_existing(candidates, owner if adopts else None)
    if not found:
        return None
    if len(found) > 1 or not adopts:
        operation.ownership.contest(record.id for record in found)
        raise ExistingObjectError(_reason(identity, found))
    record = operation.read(found[0].id, _needed_fields(operation))
    return _announced(operation, record, found[0].id, owner)


def _needed_fields(operation: Operation) -> NeededFields:
    """What an announcement tells of an object."""
    declared = frozenset(operation.declaration.fields)
    return NeededFields(declared, relevant=declared | {STATUS})


def _with_identity(operation: Operation, identity: Mapping[str, Json]) -> list[Record]:
    """Return the objects that have an identity, or else those that may have it."""
    operation.require_whole_list()
    candidates = operation.list_cache.candidates(operation.collection, identity)
    exact = [record for record in candidates if is_same(identity, record.fields)]
    return exact or [record for record in candidates if may_be_same(identity, record.fields)]


def confirm_adoption(operation: Operation, adoption: Adoption) -> None:
    """Make sure that all processes of the run know whose the adopted object is.

    Raises:
        ExistingObjectError: They cannot be told.
        AlreadyManagedError: It belongs to another resource.
    """
    operation.ownership.claim(adoption.identifier, adoption.owner)
    operation.account.run.shared.require_sharing(ExistingObjectError, "not adopted")


def _announced(operation: Operation, record: Record, identifier: str, owner: str) -> Adoption:
    """Tell who approves it what the adoption does, and return it."""
    operation.account.run.shared.require_sharing(
        ExistingObjectError, f"{identifier} is not adopted"
    )
    declaration = operation.declaration
    visible = declaration.visible(record.fields, {})
    fields = in_order_of(declaration.fields, visible, declaration.unordered, declaration.secrets)
    actual = project(shape_of(declaration.fields), fields)
    differences = [*mismatches(declaration.fields, actual)]
    changes = ", ".join(
        f"{difference.name} "
        + (
            "is set"
            if declaration.is_secret(difference.path)
            else f"{shown(difference.actual)} → {shown(difference.declared)}"
        )
        for difference in differences
    )
    sentence = f"adopts {record.id} " + (f"({changes})" if changes else "as it is")
    stays = STATUS not in declaration.fields and not is_open(fields)
    if stays:
        sentence += f"; its status stays {shown(fields[STATUS])} unless {STATUS} is declared"
    number = 0 if changes or stays else operation.account.run.count_adoption()
    if number <= _MOST_ANNOUNCED:
        operation.report(sentence, code=MessageCode.ADOPTED)
    elif number == _MOST_ANNOUNCED + 1:
        logger.warning("%s", with_code(_MORE_ADOPTED, MessageCode.MORE_ADOPTED))
    current = {
        difference.path: MARK if declaration.is_secret(difference.path) else difference.actual
        for difference in differences
    }
    return Adoption(identifier, owner, bool(differences), current)


def _reason(identity: Mapping[str, Json], found: list[Record]) -> str:
    told = told_by_both(identity, found[0].fields) or identity
    same = f"the same {' and '.join(told)}"
    identifiers = [record.id for record in found]
    if len(identifiers) == 1:
        deletion = soft_deletion_of(found[0].fields)
        untold = [name for name in identity if name not in told]
        doubt = ""
        if deletion is not None:
            doubt = f"it was deleted or archived there ({deletion})"
        elif untold and not is_same(identity, found[0].fields):
            doubt = f"only one of the two has {' and '.join(untold)}"
        if doubt:
            return (
                f"{identifiers[0]} in SetSmart has {same}, but {doubt}, so it is not adopted by "
                f'itself; say {EXISTING_ID}="{identifiers[0]}" to have it, or if_exists="create" '
                "to have another one"
            )
        return f"{identifiers[0]} in SetSmart has {same}; {_WAYS_OUT}"
    named = ", ".join(identifiers[:_MOST_NAMED])
    more = len(identifiers) - _MOST_NAMED
    if more > 0:
        named += f" and {more} more"
    return (
        f"{len(identifiers)} in SetSmart have {same}: {named}; name the one that is meant with "
        f'{EXISTING_ID}="{identifiers[0]}", or have another one with if_exists="create"'
    )
