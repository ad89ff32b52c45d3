"""The identities of the objects in one account, and the resources of this run that share them.

A resource whose key changed is a new one to Pulumi, and the old one is deleted. Rows that were
inserted or removed give each listing its neighbour's values. In both cases a resource gets the
identity of an object that another resource manages. This module remembers which.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping

from attrs import Factory, define

from pulumi_setsmart.lifecycle.identity import is_same, may_stand_for, recognisable
from pulumi_setsmart.models.json import Json, JsonObject

_Place = tuple[str, object]


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
    identities: list[dict[str, Json]] = Factory(list)

    def has(self, identity: Mapping[str, Json]) -> bool:
        """Return whether the object has, or had, an identity."""
        return any(_is_same(identity, fields) for fields in self.identities)


@define
class Claim:
    """An identity that a resource gets in this run.

    Attributes:
        identity: The identity.
        key: The text of the key of the resource.
        identifier: The id of its object, or None where it is only now created.
        refused: Whether that was refused, with an error that names the object.
        means_two: Whether the resource itself allows a second object of this identity.
    """

    identity: Mapping[str, Json]
    key: str
    identifier: str | None = None
    refused: bool = False
    means_two: bool = False


class IdentityRegistry:
    """The identities in one collection of one account; shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._managed: dict[str, ManagedObject] = {}
        self._keys: set[str] = set()
        self._by_place: defaultdict[_Place, set[str]] = defaultdict(set)
        self._claims: defaultdict[_Place, list[Claim]] = defaultdict(list)

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
        identity = {name: fields.get(name) for name in names}
        with self._lock:
            managed = self._managed.setdefault(identifier, ManagedObject(identifier, key, since))
            if key is not None:
                self._keys -= {managed.key}
                self._keys.add(key)
                managed.key = key
            if identity not in managed.identities:
                managed.identities.append(identity)
                for place in _places(identity):
                    self._by_place[place].add(identifier)
            return managed

    def forget(self, identifier: str) -> None:
        """Note that an object is gone."""
        with self._lock:
            self._managed.pop(identifier, None)

    def manages(self, key: str) -> bool:
        """Return whether a resource has managed an object before this run.

        Then whatever it creates replaces that one, even if that was deleted outside Pulumi.
        """
        with self._lock:
            return key in self._keys

    def managed(self, identifier: str) -> ManagedObject | None:
        """Return what is known of the object with an id, if it was managed before this run."""
        with self._lock:
            return self._managed.get(identifier)

    def holders(
        self, identity: Mapping[str, Json], identifier: str | None = None
    ) -> list[ManagedObject]:
        """Return the managed objects that have an identity, in the order of their ids.

        Args:
            identity: The identity.
            identifier: The id of an object that is not meant, or None.
        """
        place = next(_places(identity))
        with self._lock:
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
        identity: Mapping[str, Json],
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
        claim = Claim(identity, key, identifier, means_two=means_two)
        with self._lock:
            self._claims[next(_places(identity))].append(claim)
        return claim

    def claims_of_others(self, managed: ManagedObject) -> list[Claim]:
        """Return the claims of other resources to the identity of a managed object."""
        with self._lock:
            return [
                claim
                for identity in managed.identities
                for place in _places(identity)
                for claim in self._claims[place]
                if managed.key != claim.key
                and managed.identifier != claim.identifier
                and _is_same(claim.identity, identity)
            ]


def _is_same(identity: Mapping[str, Json], fields: JsonObject) -> bool:
    """Return whether an object has the identity, as far as both have values."""
    shared = {
        name: value
        for name, value in identity.items()
        if value is not None and fields.get(name) is not None
    }
    return next(iter(identity)) in shared and is_same(shared, fields)


def _places(identity: Mapping[str, Json]) -> Iterator[_Place]:
    """Yield where to look for each field of an identity, the one that always counts first."""
    for name, value in identity.items():
        known = recognisable(value)
        yield name, known if isinstance(known, str | int | float) else None
