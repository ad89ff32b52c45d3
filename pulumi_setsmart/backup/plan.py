"""What it takes to bring an account back to a backup."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence

from attrs import Factory, define, frozen

from pulumi_setsmart.adoption.compare import DifferenceKind, FieldDifference, ObjectDifference
from pulumi_setsmart.adoption.inventory import Inventory
from pulumi_setsmart.adoption.pairing import has_same_identity, is_as_declared, pairs
from pulumi_setsmart.automation.known_state import KnownObject, KnownState
from pulumi_setsmart.backup.backup_file import SavedObject
from pulumi_setsmart.backup.public_part import PublicPart
from pulumi_setsmart.client.errors import WrongAccountError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.comparison import Mismatch, matches, mismatches, without
from pulumi_setsmart.lifecycle.declaration import canonical, field_paths, unordered_lists
from pulumi_setsmart.lifecycle.kind import DEFAULT_ID_FIELD, Kind
from pulumi_setsmart.lifecycle.metadata import load_metadata
from pulumi_setsmart.lifecycle.ordering import in_order_of
from pulumi_setsmart.models.json import Json, JsonObject, pointer, steps
from pulumi_setsmart.models.marker import TOO_DEEP
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.specification.sections import SECTIONS


@frozen
class Restored:
    """An object that is as it was.

    Attributes:
        saved: The object as it was.
        identifier: Its id now.
    """

    saved: SavedObject
    identifier: str


@frozen
class Step:
    """What it takes to bring one object back.

    Attributes:
        saved: The object as it was.
        record: The object as it is, or None if it was deleted.
        known: What the state knows of it, or None if no resource manages it.
        fields: The fields that it is to get, those that differ: None for what it did not have.
        differences: Where it differs.
    """

    saved: SavedObject
    record: Record | None
    known: KnownObject | None
    fields: dict[str, Json]
    differences: Sequence[Mismatch] = ()

    @property
    def difference(self) -> ObjectDifference | None:
        """What is shown of it; None if it is as it was."""
        kind = self.saved.kind
        title = str(self.saved.fields.get(kind.title or "", self.saved.key))
        left = None if self.record is None else self.record.id
        change = DifferenceKind.ADDED if self.record is None else DifferenceKind.CHANGED
        fields = [
            FieldDifference(each.name, each.actual, each.declared) for each in self.differences
        ]
        if self.record is not None and not fields:
            return None
        return ObjectDifference(change, str(kind.section), title, left, self.saved.key, fields)


@define
class Plan:
    """What it takes to bring an account back.

    Attributes:
        steps: One for each object that is wanted and can be brought back.
        left: What cannot be brought back, and why.
        present: The objects of the account that entries stand for: a create finds none of them.
        beyond: How many objects the account has that the backup does not have.
    """

    steps: list[Step] = Factory(list)
    left: list[Notice] = Factory(list)
    present: list[tuple[Kind, str]] = Factory(list)
    beyond: int = 0

    @property
    def found(self) -> list[Restored]:
        """The objects that exist."""
        return [
            Restored(each.saved, each.record.id) for each in self.steps if each.record is not None
        ]

    @property
    def differences(self) -> list[ObjectDifference]:
        """What is shown of it."""
        return [each.difference for each in self.steps if each.difference is not None]


def plan_of(
    saved: Sequence[SavedObject],
    wanted: Collection[SavedObject],
    inventory: Inventory,
    state: KnownState,
    settings: Settings,
) -> Plan:
    """Return what it takes to bring an account back to a backup.

    An object is the one with its id; else, as it may have been created again, the one that its
    resource manages; else the one of the same identity that no resource manages. So a run that
    continues another one creates nothing a second time.

    Args:
        saved: The objects in the backup.
        wanted: Those that are to be brought back.
        inventory: What the account holds.
        state: What the state of the stack knows of it.
        settings: The settings of the account.

    Raises:
        WrongAccountError: Nothing in the account is known to the backup.
    """
    plan = Plan()
    keys = {(each.kind, each.key) for each in wanted}
    recognised = not saved or settings.accept_account_change
    for section, kind in SECTIONS.items():
        records = {found.record.id: found.record for found in inventory.sections[section]}
        objects = [each for each in saved if each.kind is kind]
        known = {each.identifier: each for each in state.objects if each.address.kind is kind}
        recognised |= any(_is_recognised(each, records.get(each.identifier)) for each in objects)
        pairing = _Pairing(kind, records, known)
        pairing.pair(objects)
        plan.present += [(kind, identifier) for identifier in pairing.ids.values()]
        for each in objects:
            if (kind, each.key) not in keys:
                continue
            unclear = pairing.unclear.get(each.key)
            if unclear is not None:
                plan.left.append(_unclear(each, unclear, known))
                continue
            identifier = pairing.ids.get(each.key)
            record = None if identifier is None else records[identifier]
            plan.steps.append(_step(each, record, known.get(identifier or ""), settings))
        plan.beyond += len(records) - len(pairing.ids)
    if not recognised:
        raise WrongAccountError(
            f"nothing in this account ({inventory.base_url}) is as the backup knows it, so it may "
            "be another account. Set the base URL and the key of its account; if all was deleted "
            "or renamed there, run this with --accept-account-change",
            code=MessageCode.BACKUP_OF_OTHER_ACCOUNT,
        )
    return plan


@define
class _Pairing:
    """Which object of an account each object of a backup is.

    Attributes:
        kind: The kind of all of them.
        records: The objects of the account, by id.
        known: Those that a stack manages, by id.
        ids: The ids by the keys of the backup's entries.
        unclear: The ids of those that may be meant, by the keys of entries that name none surely.
    """

    kind: Kind
    records: Mapping[str, Record]
    known: Mapping[str, KnownObject]
    ids: dict[str, str] = Factory(dict)
    unclear: dict[str, list[str]] = Factory(dict)

    def pair(self, objects: Sequence[SavedObject]) -> None:
        """Find the object of each entry."""
        self.ids |= {
            each.key: each.identifier for each in objects if each.identifier in self.records
        }
        managed = {str(each.key): each.identifier for each in self.known.values()}
        for each in self._missing(objects):
            identifier = managed.get(str(each.note.resource), "")
            if identifier in self.records and identifier not in self.ids.values():
                self.ids[each.key] = identifier
        taken = {*self.ids.values()}
        missing = {each.key: each.fields for each in self._missing(objects)}
        free = {
            identifier: record.fields
            for identifier, record in self.records.items()
            if identifier not in taken
        }
        unmanaged = {
            identifier: fields
            for identifier, fields in free.items()
            if identifier not in self.known
        }
        paired = pairs(self.kind, missing, unmanaged, (is_as_declared, has_same_identity))
        unpaired = {
            identifier: fields
            for identifier, fields in free.items()
            if identifier not in paired.values()
        }
        while alike := pairs(self.kind, missing, unpaired, (has_same_identity,)):
            for key, identifier in alike.items():
                self.unclear[key] = [*filter(None, [paired.pop(key, None)]), identifier]
                del missing[key]
        self.ids |= paired

    def _missing(self, objects: Sequence[SavedObject]) -> list[SavedObject]:
        return [each for each in objects if each.key not in self.ids]


def _unclear(
    saved: SavedObject, identifiers: Sequence[str], known: Mapping[str, KnownObject]
) -> Notice:
    managed = [known[each] for each in identifiers if each in known]
    reason = f"{' and '.join(identifiers)} may be what became of it"
    if managed:
        reason = (
            f"{managed[0].identifier}, which the resource {managed[0].key.name} manages, may be it"
        )
    return Notice(
        MessageCode.NOT_RESTORED,
        f"{saved.subject}: nothing is written: {reason}. Write the right id as its existing_id in "
        "the backup, or delete what is not wanted",
    )


def _is_recognised(saved: SavedObject, record: Record | None) -> bool:
    """Return whether an object still has anything by which a person knows it."""
    return record is not None and any(
        saved.fields.get(name) is not None and matches(saved.fields[name], record.fields.get(name))
        for name in saved.kind.natural_key
    )


def _step(
    saved: SavedObject, record: Record | None, known: KnownObject | None, settings: Settings
) -> Step:
    before = without(saved.fields, *([name] for name in settings.read_only_fields))
    if record is None:
        return Step(saved, None, None, before)
    # What is a secret by now may not have been one: it stays as it is, and is not shown.
    secrets = [*_secrets(saved.kind, record, known)]
    before = without(before, *secrets)
    now = without(_comparable(saved, record, settings), *secrets)
    target = _with_cleared(
        before,
        in_order_of(before, now, unordered_lists(saved.kind, saved.entry)),
        frozenset(saved.note.left_out),
    )
    ordered = in_order_of(target, now, unordered_lists(saved.kind, saved.entry))
    differences = [*mismatches(target, ordered)]
    names = {steps(each.path)[0] for each in differences}
    return Step(saved, record, known, {name: target[name] for name in names}, differences)


def _secrets(kind: Kind, record: Record, known: KnownObject | None) -> Iterator[list[str]]:
    """Yield what leads to the secrets that the state knows, in any element of a list."""
    metadata = None if known is None else load_metadata(known.outputs, record.id)
    if metadata is not None:
        for path in field_paths(kind, record.fields, metadata.secret_paths):
            yield steps(path)
            yield [step for step in steps(path) if not step.isdecimal()]


def _comparable(saved: SavedObject, record: Record, settings: Settings) -> dict[str, Json]:
    """Return the fields of an object that a backup would hold."""
    excluded = {*settings.read_only_fields, DEFAULT_ID_FIELD, *saved.kind.secret_names}
    fields = {
        name: value
        for name, value in canonical(saved.kind, record.fields).items()
        if name not in excluded and value is not None and value is not TOO_DEEP
    }
    return PublicPart().of(without(fields, *map(steps, saved.note.left_out)))


def _with_cleared(
    before: JsonObject, now: JsonObject, left_out: Container[str], path: str = ""
) -> dict[str, Json]:
    """Return the fields of a backup, with null for what only the object has now.

    Args:
        before: The fields of the backup.
        now: Those of the object.
        left_out: The JSON pointers of what the backup lacks, which stays as it is.
        path: The JSON pointer of both.
    """
    new = [name for name, value in now.items() if name not in before and value is not None]
    return {
        **{name: None for name in new if pointer(path, name) not in left_out},
        **{
            name: _cleared(value, now.get(name), left_out, pointer(path, name))
            for name, value in before.items()
        },
    }


def _cleared(before: Json, now: Json, left_out: Container[str], path: str) -> Json:
    match before, now:
        case dict(), dict():
            return _with_cleared(before, now, left_out, path)
        case list(), list():
            # An update may take members of an element from any other one.
            members = dict(_members(now))
            return [
                _with_cleared(element, members, left_out, pointer(path, index))
                if isinstance(element, dict)
                else element
                for index, element in enumerate(before)
            ]
    return before


def _members(elements: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for element in elements:
        if isinstance(element, dict):
            yield from element.items()
