"""A copy of everything in an account, as the entries of a portfolio file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import Factory, define

from pulumi_setsmart.adoption.inventory import AccountObject, Inventory, subject_of
from pulumi_setsmart.adoption.naming import resource_name
from pulumi_setsmart.automation.known_state import KnownObject, KnownState
from pulumi_setsmart.backup.public_part import PublicPart
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.declaration import field_paths, inputs_of, known_fields_of
from pulumi_setsmart.lifecycle.kind import (
    DEFAULT_ID_FIELD,
    DELETION_POLICY,
    EXISTING_ID,
    UNORDERED,
    Kind,
)
from pulumi_setsmart.lifecycle.metadata import load_metadata
from pulumi_setsmart.lifecycle.state_metadata import StateMetadata
from pulumi_setsmart.models.json import Json, dotted, pointer
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.specification.backup_note import BACKUP, BackupNote
from pulumi_setsmart.specification.sections import SECTIONS, Entries, Entry

_LONGEST_NAME = 200


@define
class Backup:
    """A copy of an account.

    Attributes:
        entries: What it holds.
        left_out: What it lacks, and why.
    """

    entries: Entries = Factory(lambda: {section: {} for section in SECTIONS})
    left_out: list[Notice] = Factory(list)


def backup_of(inventory: Inventory, state: KnownState, settings: Settings) -> Backup:
    """Return the copy of an account.

    Args:
        inventory: What the account holds, with every field.
        state: What the state of a stack knows of it.
        settings: The settings of the account.

    Raises:
        MetadataError: What the state remembers of an object cannot be read.
    """
    backup = Backup(left_out=inventory.left_out)
    secrets: Counter[tuple[Kind, str]] = Counter()
    for section, kind in SECTIONS.items():
        known = {each.identifier: each for each in state.objects if each.address.kind is kind}
        entries = backup.entries[section]
        for found in inventory.sections[section]:
            managed = known.get(found.record.id)
            metadata = None if managed is None else load_metadata(managed.outputs, found.record.id)
            part = PublicPart()
            entry = _entry(found, managed, metadata, settings, part)
            if entry is None:
                if found.entry is not None:
                    backup.left_out.append(_secret_object(found))
                continue
            secrets.update((kind, path) for path in part.left_out)
            entries[_key(found, managed, entries)] = entry
    backup.left_out += _secret_fields(secrets)
    backup.left_out += _other_objects(state)
    return backup


def _entry(
    found: AccountObject,
    managed: KnownObject | None,
    metadata: StateMetadata | None,
    settings: Settings,
    part: PublicPart,
) -> Entry | None:
    """Return the entry for an object, or None if it cannot be one."""
    kind = found.kind
    if found.entry is None:
        return None
    fields = known_fields_of(kind, found.entry)
    secret_paths = () if metadata is None else metadata.secret_paths
    public = part.of(fields, field_paths(kind, fields, secret_paths))
    if not kind.required_names <= public.keys():
        return None
    part.left_out += [pointer("", name) for name in kind.secret_names]
    invalid = [
        pointer("", name)
        for name, value in found.record.fields.items()
        if name not in {*fields, *settings.read_only_fields, DEFAULT_ID_FIELD, *kind.secret_names}
        and value is not None
    ]
    note = BackupNote(
        sorted([*part.left_out, *invalid]),
        None if managed is None else managed.key,
        None if metadata is None else metadata.declared,
    )
    return {
        EXISTING_ID: found.record.id,
        **inputs_of(kind, _policies(managed, settings), public, []),
        BACKUP: note.as_json(),
    }


def _policies(managed: KnownObject | None, settings: Settings) -> Mapping[str, Json]:
    """Return what the program declares of an object beside its fields."""
    outputs = {} if managed is None else managed.outputs
    policies = {name: outputs[name] for name in (DELETION_POLICY, UNORDERED) if name in outputs}
    if policies.get(DELETION_POLICY) == settings.deletion_policy:
        del policies[DELETION_POLICY]
    return policies


def _key(found: AccountObject, managed: KnownObject | None, taken: Mapping[str, Entry]) -> str:
    """Return the key for an object: that of its entry, else the name of its resource or title."""
    if managed is not None:
        for name in (managed.key.entry, managed.key.name):
            if name is not None and name not in taken:
                return name
    return resource_name(found.title, found.kind.label, taken)


def _secret_object(found: AccountObject) -> Notice:
    subject = subject_of(found.kind, found.record)
    reason = "a field that it cannot do without may be secret"
    return Notice(MessageCode.LEFT_OUT, f"{subject}: is left out: {reason}")


def _secret_fields(secrets: Mapping[tuple[Kind, str], int]) -> Iterator[Notice]:
    for (kind, path), number in secrets.items():
        name = quoted(dotted(path), _LONGEST_NAME)
        yield Notice(
            MessageCode.LEFT_OUT, f"{name} of {number} {kind.noun}(s) is left out: it may be secret"
        )


def _other_objects(state: KnownState) -> Sequence[Notice]:
    others = [each.identifier for each in state.objects if each.address.kind.section is None]
    if not others:
        return []
    return [
        Notice(
            MessageCode.LEFT_OUT,
            f"{len(others)} object(s) of other collections are left out: no file declares them",
        )
    ]
