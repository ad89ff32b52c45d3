"""Which objects of an account a portfolio declares already, which are new, and which are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import Factory, define, frozen

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory
from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.adoption.pairing import (
    certain_pairs,
    has_same_identity,
    is_as_declared,
    pairs,
)
from pulumi_setsmart.adoption.selection import Selection
from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.lifecycle.declaration import known_fields_of, unordered_lists
from pulumi_setsmart.lifecycle.kind import EXISTING_ID, IF_EXISTS, Kind
from pulumi_setsmart.lifecycle.ordering import Pattern
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.specification.assigned_stack import STACK, is_shared
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
        elsewhere: The other stacks of the account that adopted objects, by kind and id.
    """

    ids: Mapping[Key, str]
    managed: frozenset[tuple[Kind, str]] = frozenset()
    others: Mapping[Key, str] = Factory(dict)
    elsewhere: Mapping[tuple[Kind, str], str] = Factory(dict)


@frozen
class Share:
    """Which part of an account a stack takes.

    Attributes:
        stack: The name of the stack, or None where none is named.
        selection: What is selected.
    """

    stack: str | None = None
    selection: Selection = Factory(Selection)

    @property
    def assigns(self) -> bool:
        """Whether entries get the name of the stack, as others are to share the account."""
        return self.stack is not None and self.selection.is_partial

    def is_elsewhere(self, entry: Mapping[str, Json]) -> bool:
        """Return whether an entry belongs to another stack."""
        return entry.get(STACK) not in (None, self.stack)


@define
class Matching:
    """What an account and a portfolio have in common.

    Attributes:
        declared: The objects by the entries that stand for them, new entries included.
        new: The entries that have to be added, by section.
        gone: The entries whose objects are not in the account.
        former: By entries whose key has changed, the key by which their object is known.
        managed: How many objects other resources of the stack stand for.
        elsewhere: How many objects other stacks manage.
        unselected: How many objects nobody manages, as far as is known, and are not selected.
        unassigned: The objects that may belong to any of the stacks that share the portfolio.
    """

    declared: dict[Key, AccountObject] = Factory(dict)
    new: Entries = Factory(lambda: {section: {} for section in SECTIONS})
    gone: list[Key] = Factory(list)
    former: dict[Key, str] = Factory(dict)
    managed: int = 0
    elsewhere: int = 0
    unselected: int = 0
    unassigned: list[AccountObject] = Factory(list)


@frozen
class _Section:
    """The entries of a kind, and the objects of the account that they may stand for.

    Attributes:
        kind: The kind.
        entries: The entries by key.
        free: The objects by id, less those of other stacks and of resources outside the portfolio.
        held: The objects of other stacks by id.
        past: The keys that are no longer in the portfolio, by the ids of their objects.
        known: What is known of the objects.
        share: Which of them the stack takes.
    """

    kind: Kind
    entries: Mapping[str, Mapping[str, Json]]
    free: dict[str, AccountObject]
    held: dict[str, AccountObject]
    past: Mapping[str, str]
    known: Known
    share: Share

    def known_id(self, key: str) -> str | None:
        """Return the id of the object that an entry stands for, or None if nothing tells."""
        entry = self.entries[key]
        identifier = self.known.ids.get((self.kind, key)) or entry.get(EXISTING_ID)
        if identifier is not None:
            return str(identifier)
        names = [(self.kind, former) for former in former_keys(entry.get(FORMERLY))]
        known = (self.known.ids.get(name) or self.known.others.get(name) for name in names)
        return next(filter(None, known), None)

    def is_unselected(self, key: str, found: AccountObject) -> bool:
        """Return whether an entry that nobody has adopted yet is left to other stacks."""
        return (
            self.share.selection.is_partial
            and self.entries[key].get(STACK) is None
            and self.known_id(key) is None
            and not self.share.selection.includes(found)
        )


def match_entries(
    inventory: Inventory,
    entries: Entries,
    known: Known,
    share: Share | None = None,
    taken: Collection[str] = (),
) -> Matching:
    """Find out which objects of an account a portfolio declares.

    An object is known by its id. Where no id is known for an entry, it stands for an object that
    is as it declares, or that has the same name and address. If such an object had another entry
    that is not there any more, the key of the entry has changed.

    What other stacks manage is left to them. If entries name stacks, an object is added only if it
    is selected: nothing else tells to which stack it belongs.

    Args:
        inventory: The account.
        entries: What the portfolio declares.
        known: What is known of the objects.
        share: Which of them the stack takes; all if left out.
        taken: Further keys that no new entry may have.

    Raises:
        PortfolioFileError: The key of an entry has changed, and nothing tells which one it had; or
            two stacks would manage an object.
    """
    matching = Matching()
    keys = {key for members in entries.values() for key in members}
    taken = {*taken, *keys, *(key for _, key in known.ids)}
    shared = is_shared(entries)
    for name, kind in SECTIONS.items():
        objects = inventory.sections[name]
        section = _section(kind, entries.get(name, {}), objects, known, share or Share())
        matching.managed += len(objects) - len(section.free) - len(section.held)
        _match_section(section, matching)
        matching.elsewhere += len(section.held)
        for found in section.free.values():
            if (kind, found.record.id) in known.managed:
                matching.managed += 1
            elif not section.share.selection.includes(found):
                matching.unselected += 1
            elif shared and not section.share.selection.is_partial:
                matching.unassigned.append(found)
            elif found.entry is not None:
                key = section.past.get(found.record.id) or resource_name(
                    found.title, kind.label, taken
                )
                taken.add(key)
                matching.declared[kind, key] = found
                stack = {STACK: section.share.stack} if section.share.assigns else {}
                matching.new[name][key] = {**found.entry, **stack}
    return matching


def left_out(inventory: Inventory, matching: Matching, selection: Selection) -> Iterator[Notice]:
    """Yield what is not declared of the objects that the stack takes, and why."""
    declared = {(found.kind, found.record.id) for found in matching.declared.values()}
    for objects in inventory.sections.values():
        for found in objects:
            if selection.includes(found) or (found.kind, found.record.id) in declared:
                yield from found.left_out


def _section(
    kind: Kind,
    entries: Mapping[str, Mapping[str, Json]],
    objects: Sequence[AccountObject],
    known: Known,
    share: Share,
) -> _Section:
    others = {identifier for (each, _), identifier in known.others.items() if each is kind}
    moved = {
        known.others.get((kind, key))
        for entry in entries.values()
        for key in former_keys(entry.get(FORMERLY))
    }
    section = _Section(
        kind,
        entries,
        {},
        {},
        {
            identifier: key
            for (each, key), identifier in known.ids.items()
            if each is kind and key not in entries
        },
        known,
        share,
    )
    for found in objects:
        identifier = found.record.id
        if (kind, identifier) in known.elsewhere and (kind, identifier) not in known.managed:
            section.held[identifier] = found
        elif identifier not in others or identifier in moved:
            section.free[identifier] = found
    return section


def _match_section(section: _Section, matching: Matching) -> None:
    """Note what the entries of a section stand for, and take it out of what is free."""
    kind, known = section.kind, section.known
    for key, identifier in _matched_entries(section).items():
        if section.share.is_elsewhere(section.entries[key]):
            if identifier is not None and (kind, identifier) in known.managed:
                raise _moved_error(section, key, identifier)
            matching.elsewhere += section.free.pop(identifier or "", None) is not None
            continue
        if identifier is not None and identifier in section.held:
            raise _held_error(section, key, identifier)
        found = section.free.pop(identifier or "", None)
        if found is None:
            matching.gone.append((kind, key))
        elif section.is_unselected(key, found):
            matching.unselected += 1
        else:
            matching.declared[kind, key] = found
            if found.record.id in section.past:
                matching.former[kind, key] = section.past[found.record.id]


def _held_error(section: _Section, key: str, identifier: str) -> PortfolioFileError:
    stack = section.known.elsewhere[section.kind, identifier]
    return PortfolioFileError(
        f"the entry {key} stands for {identifier}, which the stack {stack} adopted. Leave it to "
        f"that stack with `{STACK}: {stack}` in the entry; or take it out of the state there, and "
        f"run `adopt --stack {stack}`",
        code=MessageCode.OTHER_STACK,
    )


def _moved_error(section: _Section, key: str, identifier: str) -> PortfolioFileError:
    return PortfolioFileError(
        f"the entry {key} belongs to the stack {section.entries[key][STACK]}, but "
        f"{section.share.stack} still manages {identifier}, and `pulumi up` would delete it. Take "
        f"it out of the state with `pulumi state delete`, and add `{EXISTING_ID}: {identifier}` to "
        "the entry",
        code=MessageCode.OTHER_STACK,
    )


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
    held = {identifier: found.record.fields for identifier, found in section.held.items()}
    left = {
        key: fields
        for key, fields in unknown.items()
        if key not in paired and section.entries[key].get(IF_EXISTS) != IfExists.CREATE
    }
    return matched | pairs(kind, left, held, (has_same_identity,)) | paired


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
