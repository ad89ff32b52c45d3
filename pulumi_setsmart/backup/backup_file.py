"""A backup as it is read from its file, and the part of it that is wanted."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import ConfigurationError, PortfolioFileError
from pulumi_setsmart.lifecycle.declaration import known_fields_of
from pulumi_setsmart.lifecycle.kind import EXISTING_ID, Kind
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.text import listed
from pulumi_setsmart.specification.backup_note import BACKUP, BackupNote
from pulumi_setsmart.specification.document import BACKUP_BOUNDS
from pulumi_setsmart.specification.reading import entries_in, text_of
from pulumi_setsmart.specification.sections import SECTIONS, Entry
from pulumi_setsmart.specification.suggestion import closest, did_you_mean

_LONGEST_NAME = 200


@frozen
class SavedObject:
    """An object in a backup.

    Attributes:
        kind: Its kind.
        key: The key of its entry.
        entry: The entry.
        note: What the backup notes beside the fields.
    """

    kind: Kind
    key: str
    entry: Entry
    note: BackupNote

    @property
    def identifier(self) -> str:
        """The id that it had."""
        return str(self.entry[EXISTING_ID])

    @property
    def fields(self) -> Mapping[str, Json]:
        """The fields that it had, as far as the backup has them."""
        return known_fields_of(self.kind, self.entry)

    @property
    def subject(self) -> str:
        """What a message calls it."""
        return quoted(f"{self.key} ({self.identifier})", _LONGEST_NAME)


def read_backup(path: str | os.PathLike[str]) -> list[SavedObject]:
    """Return the objects in a backup.

    Raises:
        PortfolioFileError: It cannot be read, or is no backup.
    """
    saved = []
    text = text_of(path, BACKUP_BOUNDS.most_bytes)
    for section, entries in entries_in(text, os.fspath(path), bounds=BACKUP_BOUNDS).items():
        for key, entry in entries.items():
            try:
                note = BackupNote.read(entry.get(BACKUP))
            except ValueError:
                note = None
            if note is None or EXISTING_ID not in entry:
                raise PortfolioFileError(
                    f"{os.fspath(path)}: is not a backup: the entry {quoted(key, _LONGEST_NAME)} "
                    "lacks what `pulumi-setsmart backup` notes of each object",
                    code=MessageCode.NOT_A_BACKUP,
                )
            saved.append(SavedObject(SECTIONS[section], key, entry, note))
    _refuse_shared_ids(saved, os.fspath(path))
    return saved


def _refuse_shared_ids(saved: Sequence[SavedObject], file: str) -> None:
    """Refuse two entries of one object: each would undo what the other one restored."""
    seen: dict[tuple[Kind, str], str] = {}
    for each in saved:
        other = seen.setdefault((each.kind, each.identifier), each.key)
        if other != each.key:
            raise PortfolioFileError(
                f"{file}: {quoted(f'{other} and {each.key}', _LONGEST_NAME)} have the same "
                f"existing_id, {quoted(each.identifier, _LONGEST_NAME)}; write the right ones",
                code=MessageCode.NOT_A_BACKUP,
            )


def wanted_objects(saved: Sequence[SavedObject], only: Collection[str]) -> list[SavedObject]:
    """Return the objects that keys or ids name; all if there are none.

    Raises:
        ConfigurationError: One names no object, or several.
    """
    named = [_named(saved, name) for name in only]
    return [each for each in saved if not only or each in named]


def _named(saved: Sequence[SavedObject], name: str) -> SavedObject:
    found = [each for each in saved if name in (each.key, each.identifier)]
    if len(found) > 1:
        raise ConfigurationError(
            f"--only: {quoted(name, _LONGEST_NAME)} may be "
            f"{listed([f'the {each.kind.noun} {each.subject}' for each in found])}; "
            "give what only one of them has",
            code=MessageCode.SEVERAL_OBJECTS,
        )
    if not found:
        meant = closest(name, [each.key for each in saved])
        raise ConfigurationError(
            f"--only: the backup has no {quoted(name, _LONGEST_NAME)}; {did_you_mean(meant)}give "
            "the key of an entry, or the id",
            code=MessageCode.NOTHING_FOUND,
        )
    return found[0]
