"""Which objects of an account a portfolio declares already, which are new, and which are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import frozen

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.adoption.pairing import has_same_identity, is_as_declared, pairs
from pulumi_setsmart.lifecycle.declaration import known_fields_of, unordered_lists
from pulumi_setsmart.lifecycle.kind import EXISTING_ID, Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.specification.sections import SECTIONS, Entries

Key: TypeAlias = tuple[Kind, str]
"""An entry of a portfolio: its kind, and its key in the file."""


@frozen
class Known:
    """What is known of the objects of an account before it is read.

    Attributes:
        ids: The ids of the objects that entries of the portfolio, present or past, stand for.
        managed: The ids of those that other resources of the stack stand for, with their kinds.
    """

    ids: Mapping[Key, str]
    managed: frozenset[tuple[Kind, str]] = frozenset()


@frozen
class Matching:
    """What an account and a portfolio have in common.

    Attributes:
        declared: The objects by the entries that stand for them, new entries included.
        new: The entries that have to be added, by section.
        gone: The entries whose objects are not in the account.
        managed: How many objects other resources of the stack stand for.
    """

    declared: Mapping[Key, AccountObject]
    new: Entries
    gone: list[Key]
    managed: int


def match_entries(inventory: Inventory, entries: Entries, known: Known) -> Matching:
    """Find out which objects of an account a portfolio declares.

    An object is known by its id. Where no id is known for an entry, it stands for an object that
    is as it declares, or that has the same name and address.
    """
    declared: dict[Key, AccountObject] = {}
    new: Entries = {section: {} for section in SECTIONS}
    gone: list[Key] = []
    managed = 0
    taken = {key for members in entries.values() for key in members} | {key for _, key in known.ids}
    for section, kind in SECTIONS.items():
        free = {
            found.record.id: found
            for found in inventory.sections[section]
            if (kind, found.record.id) not in known.managed
        }
        managed += len(inventory.sections[section]) - len(free)
        for key, match in _matched_entries(kind, entries.get(section, {}), free, known):
            if match is None:
                gone.append((kind, key))
            else:
                declared[kind, key] = match
        names = {id_: key for (kind_known, key), id_ in known.ids.items() if kind_known is kind}
        for identifier, unmatched in free.items():
            if unmatched.entry is not None:
                name = names.get(identifier)
                if name is None or (kind, name) in declared:
                    name = resource_name(unmatched.title, kind.label, taken)
                taken.add(name)
                declared[kind, name] = unmatched
                new[section][name] = unmatched.entry
    return Matching(declared, new, gone, managed)


def _matched_entries(
    kind: Kind,
    entries: Mapping[str, Mapping[str, Json]],
    free: dict[str, AccountObject],
    known: Known,
) -> Iterator[tuple[str, AccountObject | None]]:
    """Yield each entry with its object, which is taken out of ``free``."""
    unknown: dict[str, Mapping[str, Json]] = {}
    unordered = {key: unordered_lists(kind, entry) for key, entry in entries.items()}
    for key, entry in entries.items():
        identifier = known.ids.get((kind, key)) or entry.get(EXISTING_ID)
        if identifier is None:
            unknown[key] = _comparable(kind, entry)
        else:
            yield key, free.pop(str(identifier), None)
    present = {identifier: unmatched.record.fields for identifier, unmatched in free.items()}
    paired = pairs(
        kind,
        unknown,
        present,
        (is_as_declared, has_same_identity),
        lambda key, _identifier: unordered[key],
    )
    for key in unknown:
        yield key, free.pop(paired[key]) if key in paired else None


def _comparable(kind: Kind, entry: Mapping[str, Json]) -> dict[str, Json]:
    fields = known_fields_of(kind, entry)
    return {name: value for name, value in fields.items() if name not in kind.secret_names}
