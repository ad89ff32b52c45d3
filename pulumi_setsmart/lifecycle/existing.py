"""What to do where an object that is to be created exists already."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import ExistingObjectError
from pulumi_setsmart.lifecycle.bookkeeping import KEY
from pulumi_setsmart.lifecycle.comparison import Mismatch
from pulumi_setsmart.lifecycle.identity import is_same
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.marker import holds_unknown
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.models.record import Record

_WAYS_OUT = (
    'to take it over say if_exists="adopt" (or set setsmart:ifExists), to have another one say '
    'if_exists="create"'
)
_MOST_NAMED = 5
_LONGEST_SHOWN = 80


@frozen
class Existing:
    """The objects that can be mistaken for one that is to be created.

    Attributes:
        collection: Where they are.
        roster: What this run knows of the collection.
        identity: The declared fields by which the object is known again.
        policy: What is to be done.
    """

    collection: Collection
    roster: Roster
    identity: dict[str, Json]
    policy: IfExists

    def taken_over_for(self, owner: str) -> str | None:
        """Return the id of the object to take over, which is claimed, or None to create one.

        Raises:
            ExistingObjectError: There is such an object, and it is not to be taken over; or there
                are several.
            ApiError: The collection cannot be read.
        """
        if self.policy is IfExists.CREATE:
            return None
        adopts = self.policy is IfExists.ADOPT
        found = self.roster.claim_existing(self._alike(), owner if adopts else None)
        if not found:
            return None
        if len(found) == 1 and adopts:
            return found[0].id
        raise ExistingObjectError(self._reason([record.id for record in found]))

    def _alike(self) -> list[Record]:
        alike = self.roster.alike(self.collection, self.identity)
        whole = (self.collection.whole(record, self.identity) for record in alike)
        return [one for one in whole if one is not None and is_same(self.identity, one.fields)]

    def _reason(self, identifiers: list[str]) -> str:
        same = f"the same {' and '.join(self.identity)}"
        if len(identifiers) == 1:
            return f"{identifiers[0]} in SetSmart has {same}; {_WAYS_OUT}"
        named = ", ".join(identifiers[:_MOST_NAMED])
        more = len(identifiers) - _MOST_NAMED
        if more > 0:
            named += f" and {more} more"
        return (
            f"{len(identifiers)} in SetSmart have {same}: {named}; import the one that is meant "
            '(README, Existing listings), or have another one with if_exists="create"'
        )


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
    remembered = inputs.get(KEY)
    bookkeeping = remembered if isinstance(remembered, dict) else {}
    decision: dict[str, Json] = {
        "takes_over": takeover.identifier,
        "owner": takeover.owner,
    }
    return {**inputs, KEY: {**bookkeeping, **decision}}


def takeover_in(inputs: Mapping[str, Json]) -> Takeover | None:
    """Return the decision in ``inputs``, or None if there is none."""
    match inputs.get(KEY):
        case {"takes_over": str(identifier), "owner": str(owner)}:
            return Takeover(identifier, owner)
    return None


def announcement(identifier: str, differences: list[tuple[Mismatch, bool]]) -> str:
    """Return what a take-over does, as a sentence for who approves it.

    Args:
        identifier: The object that is taken over.
        differences: What is declared otherwise than it is there, each with whether it is secret.
    """
    changes = ", ".join(
        f"{one.path[1:].replace('/', '.')} "
        + ("is set" if secret else f"{shown(one.actual)} → {shown(one.declared)}")
        for one, secret in differences
    )
    return (
        f"takes over {identifier} ({changes})" if changes else f"takes over {identifier} as it is"
    )


def shown(value: Json) -> str:
    """Return a value as a message shows it: in one line that is not too long."""
    if holds_unknown(value):
        return "what is not known yet"
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
