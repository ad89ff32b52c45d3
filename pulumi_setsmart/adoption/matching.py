"""Which objects of an account a portfolio declares already, which are new, and which are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from attrs import Factory, frozen

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.adoption.pairing import (
    certain_pairs,
    has_same_identity,
    is_as_declared,
    pairs,
)
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.lifecycle.declaration import known_fields_of, unordered_lists
from pulumi_setsmart.lifecycle.kind import EXISTING_ID, Kind
from pulumi_setsmart.lifecycle.ordering import Pattern
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys
from pulumi_setsmart.specification.sections import SECTIONS, Entries

Key: TypeAlias = tuple[Kind, str]
"""An entry of a portfolio: its kind, and its key in the file."""


@frozen
class Known:
    """What is known of the objects of an account before it is read.

    Attributes:
        ids: The ids of the objects that entries of the portfolio, present or past, stand for.
        managed: The ids of those that the stack manages, with their kinds.
        others: The ids of those of them that resources outside the portfolio stand for, by kind
            and name of the resource.
    """

    ids: Mapping[Key, str]
    managed: frozenset[tuple[Kind, str]] = frozenset()
    others: Mapping[Key, str] = Factory(dict)


@frozen
class Matching:
    """What an account and a portfolio have in common.

    Attributes:
        declared: The objects by the entries that stand for them, new entries included.
        new: The entries that have to be added, by section.
        gone: The entries whose objects are not in the account.
        former: By entries whose key has changed, the key by which their object is known.
        managed: How many objects other resources of the stack stand for.
    """

    declared: Mapping[Key, AccountObject]
    new: Entries
    gone: list[Key]
    former: Mapping[Key, str]
    managed: int


@frozen
class _Section:
    """The entries of a kind, and the objects of the account that they may stand for.

    Attributes:
        kind: The kind.
        entries: The entries by key.
        free: The objects by id, less those of resources outside the portfolio.
        past: The keys that are no longer in the portfolio, by the ids of their objects.
        known: What is known of the objects.
    """

    kind: Kind
    entries: Mapping[str, Mapping[str, Json]]
    free: Mapping[str, AccountObject]
    past: Mapping[str, str]
    known: Known

    def known_id(self, key: str) -> str | None:
        """Return the id of the object that an entry stands for, or None if nothing tells."""
        entry = self.entries[key]
        identifier = self.known.ids.get((self.kind, key)) or entry.get(EXISTING_ID)
        if identifier is not None:
            return str(identifier)
        names = [(self.kind, former) for former in former_keys(entry.get(FORMERLY))]
        known = (self.known.ids.get(name) or self.known.others.get(name) for name in names)
        return next(filter(None, known), None)


def match_entries(inventory: Inventory, entries: Entries, known: Known) -> Matching:
    """Find out which objects of an account a portfolio declares.

    An object is known by its id. Where no id is known for an entry, it stands for an object that
    is as it declares, or that has the same name and address. If such an object had another entry
    that is not there any more, the key of the entry has changed.

    Raises:
        PortfolioFileError: The key of an entry has changed, and nothing tells which one it had.
    """
    declared: dict[Key, AccountObject] = {}
    new: Entries = {section: {} for section in SECTIONS}
    gone: list[Key] = []
    former: dict[Key, str] = {}
    managed = 0
    taken = {key for members in entries.values() for key in members} | {key for _, key in known.ids}
    others = {(kind, identifier) for (kind, _), identifier in known.others.items()}
    for section, kind in SECTIONS.items():
        members = entries.get(section, {})
        moved = {
            known.others.get((kind, key))
            for entry in members.values()
            for key in former_keys(entry.get(FORMERLY))
        }
        free = {
            found.record.id: found
            for found in inventory.sections[section]
            if (kind, found.record.id) not in others or found.record.id in moved
        }
        managed += len(inventory.sections[section]) - len(free)
        past = {
            identifier: key
            for (kind_known, key), identifier in known.ids.items()
            if kind_known is kind and key not in members
        }
        stands_for = _matched_entries(_Section(kind, members, {**free}, past, known))
        for key, identifier in stands_for.items():
            match = None if identifier is None else free.pop(identifier, None)
            if match is None:
                gone.append((kind, key))
                continue
            declared[kind, key] = match
            if match.record.id in past:
                former[kind, key] = past[match.record.id]
        for identifier, unmatched in free.items():
            if (kind, identifier) in known.managed:
                managed += 1
            elif unmatched.entry is not None:
                name = past.get(identifier) or resource_name(unmatched.title, kind.label, taken)
                taken.add(name)
                declared[kind, name] = unmatched
                new[section][name] = unmatched.entry
    return Matching(declared, new, gone, former, managed)


def _matched_entries(section: _Section) -> dict[str, str | None]:
    """Return for each entry the id of its object, or None if there is none."""
    kind = section.kind
    matched = {key: section.known_id(key) for key in section.entries}
    taken = {*matched.values()}
    unordered = {key: unordered_lists(kind, entry) for key, entry in section.entries.items()}
    unknown = {
        key: _comparable(kind, entry)
        for key, entry in section.entries.items()
        if matched[key] is None
    }
    present = {
        identifier: found.record.fields
        for identifier, found in section.free.items()
        if identifier not in taken
    }
    for key, identifier in _renamed(section, unknown, present, unordered).items():
        matched[key] = identifier
        del unknown[key]
    for identifier in section.past:
        present.pop(identifier, None)
    paired = pairs(
        kind,
        unknown,
        present,
        (is_as_declared, has_same_identity),
        lambda key, _identifier: unordered[key],
    )
    return matched | paired


def _renamed(
    section: _Section,
    unknown: Mapping[str, JsonObject],
    present: Mapping[str, JsonObject],
    unordered: Mapping[str, Collection[Pattern]],
) -> dict[str, str]:
    """Return the ids of the objects of entries whose key has changed.

    Raises:
        PortfolioFileError: Nothing tells which object it is; a guess could delete a listing.
    """
    certain = certain_pairs(
        section.kind,
        unknown,
        present,
        (is_as_declared, has_same_identity),
        lambda key, _identifier: unordered[key],
    )
    renamed = {key: id_ for key, id_ in certain.items() if id_ in section.past}
    left = {
        id_: fields
        for id_, fields in present.items()
        if id_ in section.past and id_ not in renamed.values()
    }
    unclear = pairs(
        section.kind,
        {key: fields for key, fields in unknown.items() if key not in renamed},
        left,
        (has_same_identity,),
    )
    for key, identifier in unclear.items():
        raise PortfolioFileError(
            f"the key of the entry {key} seems to have changed, perhaps from "
            f"{section.past[identifier]} ({identifier}), but other entries or objects have the "
            f"same name. Say `{FORMERLY}: KEY` in the entry, or `{EXISTING_ID}: ID`",
            code=MessageCode.UNCLEAR_RENAME,
        )
    return renamed


def _comparable(kind: Kind, entry: Mapping[str, Json]) -> dict[str, Json]:
    fields = known_fields_of(kind, entry)
    return {name: value for name, value in fields.items() if name not in kind.secret_names}
