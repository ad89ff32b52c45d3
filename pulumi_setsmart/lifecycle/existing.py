"""What to do where an object that is to be created exists already."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.client.errors import ExistingIdError, ExistingObjectError, NotFoundError
from pulumi_setsmart.lifecycle.bookkeeping import KEY, new_salt
from pulumi_setsmart.lifecycle.comparison import mismatches, project, shape_of
from pulumi_setsmart.lifecycle.identity import identity_of, is_same
from pulumi_setsmart.lifecycle.kind import EXISTING_ID, IF_EXISTS, STATUS
from pulumi_setsmart.lifecycle.metadata import told_in
from pulumi_setsmart.lifecycle.operation import Operation, shown
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.lifecycle.snapshot import Wanted
from pulumi_setsmart.lifecycle.soft_deletion import soft_deletion_of
from pulumi_setsmart.lifecycle.status import is_open
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.models.record import Record

_DECISION = f"{KEY}_takeover"
"""Where a check leaves its decision for the create, and for who reads the preview: not encrypted,
as `KEY` is."""

_WAYS_OUT = (
    'to take it over say if_exists="adopt" (or set setsmart:ifExists), to have another one say '
    'if_exists="create"'
)
_MOST_NAMED = 5


@frozen
class Takeover:
    """What a check has decided for the create that follows it.

    Attributes:
        identifier: The object that is taken over.
        owner: The salt of the bookkeeping of the resource that it is claimed for.
    """

    identifier: str
    owner: str


def with_takeover(inputs: Mapping[str, Json], takeover: Takeover) -> dict[str, Json]:
    """Return ``inputs`` with a decision that Pulumi neither shows nor compares."""
    decision: dict[str, Json] = {
        "takes_over": takeover.identifier,
        "owner": takeover.owner,
    }
    return {**inputs, _DECISION: decision}


def takeover_in(inputs: Mapping[str, Json]) -> Takeover | None:
    """Return the decision in ``inputs``, or None if there is none, or none that is understood.

    Then the account is asked again, so nothing depends on it.
    """
    match inputs.get(_DECISION) or told_in(inputs):
        case {"takes_over": str(identifier), "owner": str(owner)}:
            return Takeover(identifier, owner)
    return None


@frozen
class Existing:
    """The objects that can be mistaken for one that is to be created.

    Attributes:
        operation: The check or the create that asks.
    """

    operation: Operation

    def takeover(self) -> Takeover | None:
        """Return what to take over, which is claimed and announced, or None to create an object.

        Raises:
            ExistingIdError: The object that the program names by its id cannot be taken over.
            ExistingObjectError: There is such an object, and it is not to be taken over; or there
                are several.
            ApiError: The collection cannot be read.
        """
        named = self.operation.properties.get(EXISTING_ID)
        if named is UNKNOWN:
            return None
        return self._alike_one() if named is None else self._named_one(str(named))

    def _named_one(self, identifier: str) -> Takeover:
        """Return the object with an id, claimed and announced."""
        operation = self.operation
        owner = new_salt()
        try:
            record = operation.read(identifier, self._wanted)
        except NotFoundError:
            raise ExistingIdError(
                f"{EXISTING_ID}: there is no {identifier} in this account "
                f"({operation.account.client.base_url}); correct the id, or take it out to have "
                "an object created"
            ) from None
        if not operation.roster.claim_existing([record], owner):
            raise ExistingIdError(
                f"{EXISTING_ID}: {identifier} belongs to a resource of this stack already; to "
                "rename that one, give it an alias instead",
                code=MessageCode.EXISTING_ID_MANAGED,
            )
        self._announce(record)
        return Takeover(identifier, owner)

    def _alike_one(self) -> Takeover | None:
        """Return the object of the same identity, claimed and announced, if there is one."""
        operation = self.operation
        inputs = operation.properties
        names = operation.kind.identity_names(inputs)
        identity = identity_of(names, operation.declaration.fields)
        policy = inputs.get(IF_EXISTS) or operation.settings.if_exists
        if identity is None or policy in (UNKNOWN, IfExists.CREATE):
            return None
        owner = new_salt()
        alike = self._alike(identity)
        deleted = any(soft_deletion_of(record.fields) for record in alike)
        adopts = policy == IfExists.ADOPT and not deleted
        found = operation.roster.claim_existing(alike, owner if adopts else None)
        if not found:
            return None
        if len(found) > 1 or not adopts:
            raise ExistingObjectError(_reason(identity, found))
        self._announce(operation.read(found[0].id, self._wanted))
        return Takeover(found[0].id, owner)

    @property
    def _wanted(self) -> Wanted:
        """What an announcement tells of an object."""
        declared = frozenset(self.operation.declaration.fields)
        return Wanted(declared, watched=declared | {STATUS})

    def _alike(self, identity: Mapping[str, Json]) -> list[Record]:
        self.operation.require_whole_list()
        alike = self.operation.snapshot.alike(self.operation.collection, identity)
        return [record for record in alike if is_same(identity, record.fields)]

    def _announce(self, record: Record) -> None:
        """Tell who approves it what the take-over does."""
        declaration = self.operation.declaration
        visible = self.operation.visible(record, {})
        fields = in_order_of(
            declaration.fields, visible, declaration.unordered, declaration.secrets
        )
        actual = project(shape_of(declaration.fields), fields)
        changes = ", ".join(
            f"{one.name} "
            + (
                "is set"
                if declaration.is_secret(one.path)
                else f"{shown(one.actual)} → {shown(one.declared)}"
            )
            for one in mismatches(declaration.fields, actual)
        )
        sentence = f"takes over {record.id} " + (f"({changes})" if changes else "as it is")
        if STATUS not in declaration.fields and not is_open(fields):
            sentence += f"; its status stays {shown(fields[STATUS])} unless {STATUS} is declared"
        self.operation.report(sentence, code=MessageCode.ADOPTED)


def _reason(identity: Mapping[str, Json], found: list[Record]) -> str:
    same = f"the same {' and '.join(identity)}"
    identifiers = [record.id for record in found]
    if len(identifiers) == 1:
        deletion = soft_deletion_of(found[0].fields)
        if deletion is not None:
            return (
                f"{identifiers[0]} in SetSmart has {same}, but it was deleted or archived there "
                f"({deletion}), so it is not taken over by itself; say "
                f'{EXISTING_ID}="{identifiers[0]}" to have it, or if_exists="create" to have '
                "another one"
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
