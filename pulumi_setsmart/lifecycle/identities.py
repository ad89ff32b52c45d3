"""The identities of the objects in one account, and the resources of this run that share them.

A resource whose key changed is a new one to Pulumi, and the old one is deleted. Rows that were
inserted or removed give each listing its neighbour's values. In both cases a resource gets the
identity of an object that another resource manages. This module remembers which.

Identities are sealed: the processes of a run tell each other digests, and no values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import Factory, define

from pulumi_setsmart.lifecycle.comparison import matches
from pulumi_setsmart.lifecycle.identity import may_stand_for, recognisable, told_by_both
from pulumi_setsmart.lifecycle.journal import Event
from pulumi_setsmart.lifecycle.shared_state import SharedState
from pulumi_setsmart.lifecycle.state_metadata import digest
from pulumi_setsmart.models.json import Json, JsonObject, integral

SealedIdentity: TypeAlias = dict[str, Json]
"""The fields by which an object is recognised, with digests in the places of their values."""

_Place = tuple[str, str | None]


@define
class ManagedObject:
    """An object that was managed before this run.

    Attributes:
        identifier: Its id.
        key: The text of the key of its resource, or None where that is not known.
        since: When the run began in which it got its identity, in seconds, or None where that is
            not known.
        identities: The fields by which it is recognised: as the state knows them, and as they are.
    """

    identifier: str
    key: str | None
    since: int | None = None
    identities: list[SealedIdentity] = Factory(list)

    def has(self, identity: SealedIdentity) -> bool:
        """Return whether the object has, or had, an identity."""
        return any(_is_same(identity, fields) for fields in self.identities)


@define
class Claim:
    """An identity that a resource gets in this run.

    Attributes:
        number: Its number among all claims in the collection, counted from 0.
        identity: The identity.
        key: The text of the key of the resource.
        identifier: The id of its object, or None where it is only now created.
        means_two: Whether the resource itself allows a second object of this identity.
        refused: Whether that was refused, with an error that names the object.
    """

    number: int
    identity: SealedIdentity
    key: str
    identifier: str | None = None
    means_two: bool = False
    refused: bool = False


class IdentityRegistry:
    """The identities in one collection of one account."""

    def __init__(self, state: SharedState, base_url: str, key: str, path: str) -> None:
        """Join what a run knows of a collection.

        Args:
            state: What the processes of the run share.
            base_url: The base URL of the account.
            key: Its API key.
            path: The path of the collection.
        """
        self._managed: dict[str, ManagedObject] = {}
        self._keys: set[str] = set()
        self._by_place: defaultdict[_Place, set[str]] = defaultdict(set)
        self._claims: list[Claim] = []
        self._claims_by_place: defaultdict[_Place, list[Claim]] = defaultdict(list)
        account = (base_url, key)
        self._salt = state.name_of("salt", *account)  # not known to who has no key
        self._shared = state.add(state.name_of("identities", *account, path), self._apply)

    def sealed(self, identity: Mapping[str, Json]) -> SealedIdentity:
        """Return an identity as all processes know it."""
        return {name: _sealed(self._salt, recognisable(value)) for name, value in identity.items()}

    def note(
        self,
        identifier: str,
        key: str | None,
        names: tuple[str, ...],
        fields: JsonObject,
        since: int | None = None,
    ) -> ManagedObject:
        """Note an object that was managed before this run.

        Args:
            identifier: Its id.
            key: The text of the key of its resource, or None where that is not known.
            names: The names of the fields by which it is recognised.
            fields: Its fields, as the state knows them or as they are.
            since: When the run began in which it got its identity, in seconds, or None where that
                is not known.

        Returns:
            All that is known of it.
        """
        identity = self.sealed({name: fields.get(name) for name in names})
        with self._shared.turn():
            known = self._managed.get(identifier)
            is_news = (
                known is None
                or identity not in known.identities
                or (key is not None and (key != known.key or key not in self._keys))
            )
            if is_news:
                self._shared.record("noted", identifier, key, since, identity)
            return self._managed[identifier]

    def forget(self, identifier: str) -> None:
        """Note that an object is gone."""
        with self._shared.turn():
            if identifier in self._managed:
                self._shared.record("forgotten", identifier)

    def manages(self, key: str) -> bool:
        """Return whether a resource has managed an object before this run.

        Then whatever it creates replaces that one, even if that was deleted outside Pulumi.
        """
        with self._shared.turn():
            return key in self._keys

    def object_of(self, key: str) -> str | None:
        """Return the id of the object that a resource managed before this run, or None."""
        with self._shared.turn():
            return next(
                (each.identifier for each in self._managed.values() if each.key == key), None
            )

    def managed(self, identifier: str) -> ManagedObject | None:
        """Return what is known of the object with an id, if it was managed before this run."""
        with self._shared.turn():
            return self._managed.get(identifier)

    def holders(
        self, identity: SealedIdentity, identifier: str | None = None
    ) -> list[ManagedObject]:
        """Return the managed objects that have an identity, in the order of their ids.

        Args:
            identity: The identity.
            identifier: The id of an object that is not meant, or None.
        """
        place = next(_places(identity))
        with self._shared.turn():
            known = [
                self._managed[each] for each in sorted(self._by_place[place] & self._managed.keys())
            ]
            return [each for each in known if each.identifier != identifier and each.has(identity)]

    def twins(self, managed: ManagedObject) -> list[ManagedObject]:
        """Return the other managed objects of an identity that may stand for this one."""
        return [
            twin
            for identity in managed.identities
            if identity
            for twin in self.holders(identity, managed.identifier)
            if may_stand_for(twin.since, managed.since)
        ]

    def claim(
        self,
        identity: SealedIdentity,
        key: str,
        identifier: str | None = None,
        *,
        means_two: bool = False,
    ) -> Claim:
        """Note the identity that a resource gets in this run, before asking who has it.

        Whoever is compared at the same time sees this claim, or else is seen.

        Args:
            identity: The identity.
            key: The text of the key of the resource.
            identifier: The id of its object, or None where it is only now created.
            means_two: Whether the resource itself allows a second object of this identity.
        """
        with self._shared.turn():
            self._shared.record("claimed", identity, key, identifier, means_two)
            return self._claims[-1]

    def refuse(self, claim: Claim) -> None:
        """Note that a claim is refused, with an error that names the object."""
        with self._shared.turn():
            self._shared.record("refused", claim.number)

    def claims_of_others(self, managed: ManagedObject) -> list[Claim]:
        """Return the claims of other resources to the identity of a managed object."""
        with self._shared.turn():
            return [
                claim
                for identity in managed.identities
                for place in _places(identity)
                for claim in self._claims_by_place[place]
                if managed.key != claim.key
                and managed.identifier != claim.identifier
                and _is_same(claim.identity, identity)
            ]

    def _apply(self, event: Event) -> None:
        match event:
            case ["noted", str(identifier), str() | None as key, int() | None as since, dict(of)]:
                self._note(identifier, key, since, of)
            case ["forgotten", str(identifier)]:
                self._managed.pop(identifier, None)
            case ["claimed", dict(of), str(key), str() | None as identifier, bool(means_two)] if of:
                claim = Claim(len(self._claims), of, key, identifier, means_two)
                self._claims.append(claim)
                self._claims_by_place[next(_places(of))].append(claim)
            case ["refused", int(number)] if 0 <= number < len(self._claims):
                self._claims[number].refused = True
            case _:
                raise ValueError

    def _note(
        self, identifier: str, key: str | None, since: int | None, identity: SealedIdentity
    ) -> None:
        managed = self._managed.setdefault(identifier, ManagedObject(identifier, key, since))
        if key is not None:
            self._keys -= {managed.key}
            self._keys.add(key)
            managed.key = key
        if identity not in managed.identities:
            managed.identities.append(identity)
            for place in _places(identity):
                self._by_place[place].add(identifier)


def _sealed(salt: str, value: Json) -> Json:
    """Return a value with digests in the places of its strings, numbers and names.

    What matches by `comparison` before does so after.
    """
    match value:
        case None:
            return None
        case dict():
            return {digest(salt, name): _sealed(salt, member) for name, member in value.items()}
        case list():
            return [_sealed(salt, element) for element in value]
        case float():
            return digest(salt, integral(value))
    return digest(salt, value)


def _is_same(identity: SealedIdentity, fields: SealedIdentity) -> bool:
    """Return whether an object has the identity, as far as both have values."""
    told = told_by_both(identity, fields)
    return bool(told) and all(matches(value, fields[name]) for name, value in told.items())


def _places(identity: SealedIdentity) -> Iterator[_Place]:
    """Yield where to look for each field of an identity, the one that always counts first."""
    for name, value in identity.items():
        yield name, value if isinstance(value, str) else None
