"""Applies a newer spreadsheet to the listings of a portfolio."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from attrs import field, frozen

from pulumi_setsmart.client.errors import PortfolioFileError
from pulumi_setsmart.conversion.listings import NAME, Listing, new_key
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import cut, one_line
from pulumi_setsmart.specification.csv_file import ATTRIBUTES
from pulumi_setsmart.specification.former_keys import FORMERLY, former_keys

Entry: TypeAlias = Mapping[str, Json]

_ADDRESS = "address"
_LONGEST_NAME = 60
_MOST_COMPARISONS = 20_000


@frozen
class FieldChange:
    """A field that a newer sheet changes.

    Attributes:
        name: The field.
        before: Its value in the portfolio, or None if it is not declared there.
        after: Its value in the sheet.
    """

    name: str
    before: Json
    after: Json


@frozen
class Update:
    """What a spreadsheet changes in a portfolio.

    Attributes:
        keys: The key of each listing in the sheet, in its order.
        added: The new entries by key.
        changed: The changes of the other entries by key; none for those that stay.
        renamed: The new keys by the old ones. Everything else has the new ones.
        missing: The keys of entries without a row.
        notices: What a person should look at.
    """

    keys: list[str]
    added: dict[str, dict[str, Json]]
    changed: dict[str, list[FieldChange]]
    renamed: dict[str, str]
    missing: list[str]
    notices: list[Notice] = field(factory=list)

    @property
    def members(self) -> dict[str, dict[str, Json]]:
        """The members to write, by key: those of new entries, and those that change."""
        changes: dict[str, dict[str, Json]] = {}
        for key, fields in self.changed.items():
            members: dict[str, Json] = {}
            for change in fields:
                name, dot, attribute = change.name.partition(".")
                if dot:
                    inner = members.setdefault(name, {})
                    assert isinstance(inner, dict)  # noqa: S101 - it was made in the line above
                    inner[attribute] = change.after
                else:
                    members[name] = change.after
            if members:
                changes[key] = members
        return {**changes, **self.added}


def update_of(
    existing: Mapping[str, Entry], listings: Sequence[Listing], ids: Mapping[str, str]
) -> Update:
    """Return what a spreadsheet changes.

    A row belongs to the entry that its id had, else to that of its key, else to the only one with
    its name and address. An empty cell changes nothing. If the key changed, the entry gets the new
    one, and names the old one as `FORMERLY`.

    Args:
        existing: The entries of the portfolio.
        listings: The listings in the spreadsheet.
        ids: The keys by the ids of an earlier spreadsheet.

    Raises:
        PortfolioFileError: Two rows belong to one entry.
    """
    former = {
        before: key
        for key, entry in existing.items()
        for before in former_keys(entry.get(FORMERLY))
    }
    matched = _matched(existing, former, listings, ids)
    notices = []
    keys: list[str] = []
    taken = {*existing, *former, *(listing.key for listing in listings if listing.key)}
    added: dict[str, dict[str, Json]] = {}
    changed: dict[str, list[FieldChange]] = {}
    renamed: dict[str, str] = {}
    for index, listing in enumerate(listings):
        before = matched.get(index)
        if before is None:
            key = new_key(listing, taken)
            taken.add(key)
            added[key] = {**listing.entry, **_formerly(listing.former)}
        else:
            key = before
            entry = existing[before]
            after = listing.entry
            if listing.key not in {None, before}:
                if listing.key in existing or listing.key in former:
                    notices.append(_kept(listing, before))
                else:
                    key = renamed[before] = str(listing.key)
                    earlier = [*former_keys(entry.get(FORMERLY)), *listing.former, before]
                    after = {**after, **_formerly(earlier)}
            changed[key] = _changes(entry, after)
        keys.append(key)
    missing = [key for key in existing if key not in changed and key not in renamed]
    notices += _possible_renames(existing, added, missing)
    return Update(keys, added, changed, renamed, missing, notices)


def _kept(listing: Listing, key: str) -> Notice:
    message = (
        f"{listing.title} has the key {_short(listing.key)} in the sheet and keeps its key "
        f"{_short(key)}: {_short(listing.key)} is, or was, the key of an entry already"
    )
    return Notice(MessageCode.KEY_KEPT, message)


def _formerly(keys: Sequence[str]) -> dict[str, Json]:
    """Return the member of an entry that names its former keys, if it has any."""
    different: list[Json] = [*dict.fromkeys(keys)]
    if not different:
        return {}
    return {FORMERLY: different if len(different) > 1 else different[0]}


def _matched(
    existing: Mapping[str, Entry],
    former: Mapping[str, str],
    listings: Sequence[Listing],
    ids: Mapping[str, str],
) -> dict[int, str]:
    matched: dict[int, str] = {}
    owners: dict[str, Listing] = {}
    for index, listing in enumerate(listings):
        by_id = None if listing.id is None else ids.get(listing.id)
        named = (by_id, listing.key, *listing.former)
        key = next(
            (
                key
                for each in named
                if (key := each if each in existing else former.get(each or ""))
            ),
            None,
        )
        if key is None:
            continue
        if key in owners:
            raise PortfolioFileError(
                f"rows {owners[key].line} and {listing.line} are both {_short(key)}, by their ids, "
                "keys or former keys; correct the sheet",
                code=MessageCode.DUPLICATE_KEY,
            )
        owners[key] = listing
        matched[index] = key
    by_name: dict[Json, list[str]] = defaultdict(list)
    for key, entry in existing.items():
        if key not in owners:
            by_name[entry.get(NAME)].append(key)
    candidates = {
        index: [key for key in by_name[listing.entry[NAME]] if _has_address(existing[key], listing)]
        for index, listing in enumerate(listings)
        if index not in matched
    }
    claims = Counter(key for keys in candidates.values() for key in keys)
    for index, keys in candidates.items():
        if len(keys) == 1 and claims[keys[0]] == 1:
            matched[index] = keys[0]
        elif keys:
            raise PortfolioFileError(
                f"row {listings[index].line}: {listings[index].title} may be "
                f"{' or '.join(map(_short, keys))}, which more than one row may be; add a column "
                "of ids or keys",
                code=MessageCode.AMBIGUOUS_ROW,
            )
    return matched


def _has_address(entry: Entry, listing: Listing) -> bool:
    """Return whether an entry may have the address of a row, as far as both have one."""
    one, other = entry.get(_ADDRESS), listing.entry.get(_ADDRESS)
    return not one or not other or one == other


def _changes(before: Entry, after: Entry) -> list[FieldChange]:
    changes = []
    for name, value in after.items():
        if name == ATTRIBUTES and isinstance(value, dict):
            known = before.get(ATTRIBUTES)
            members = known if isinstance(known, dict) else {}
            changes += [
                FieldChange(f"{ATTRIBUTES}.{member}", members.get(member), new)
                for member, new in value.items()
                if members.get(member) != new
            ]
        elif before.get(name) != value:
            changes.append(FieldChange(name, before.get(name), value))
    return changes


def _possible_renames(
    existing: Mapping[str, Entry], added: Mapping[str, Entry], missing: Sequence[str]
) -> list[Notice]:
    by_address: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for key in reversed(missing):
        by_address[str(existing[key].get(_ADDRESS) or "")] = key
        by_name[str(existing[key].get(NAME))] = key
    # Comparing thousands of names with thousands of others takes minutes, and says nothing then.
    names = [*by_name] if len(added) * len(by_name) <= _MOST_COMPARISONS else []
    notices = []
    for key, entry in added.items():
        address = str(entry.get(_ADDRESS) or "")
        alike = by_address.get(address) if address else None
        if alike is None:
            close = difflib.get_close_matches(str(entry[NAME]), names, 1)
            alike = by_name[close[0]] if close else None
        if alike is not None:
            message = (
                f"{_short(key)} is new, and {_short(alike)} has no row: if they are the same, "
                f"give {_short(alike)} the new name in the portfolio and run this again"
            )
            notices.append(Notice(MessageCode.POSSIBLE_RENAME, message))
    return notices


def _short(text: str | None) -> str:
    return cut(one_line(str(text)), _LONGEST_NAME)
