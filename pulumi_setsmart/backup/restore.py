"""Brings an account back to a backup, through the lifecycle of its objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs
from attrs import Factory, define, frozen

from pulumi_setsmart.adoption.progress import ShowProgress
from pulumi_setsmart.backup.backup_file import SavedObject
from pulumi_setsmart.backup.plan import Plan, Restored, Step
from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.client.errors import (
    AlreadyManagedError,
    BadRequestError,
    ConflictError,
    ExistingObjectError,
    MetadataError,
    NotFoundError,
    SetSmartError,
    WrongAccountError,
)
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.comparison import mismatches, overlay
from pulumi_setsmart.lifecycle.declaration import inputs_of, known_fields_of, secret_metadata
from pulumi_setsmart.lifecycle.kind import IF_EXISTS, UNORDERED
from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.lifecycle.metadata import load_metadata
from pulumi_setsmart.lifecycle.state_metadata import KEY
from pulumi_setsmart.models.json import Json, dotted
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.policy import IfExists
from pulumi_setsmart.models.record import Record
from pulumi_setsmart.models.text import listed

_LONGEST_NAMES = 300
_OF_ONE_OBJECT = (
    AlreadyManagedError,
    BadRequestError,
    ConflictError,
    ExistingObjectError,
    MetadataError,
    NotFoundError,
    WrongAccountError,
)
"""What fails for one object and need not fail for the next one."""


@define
class Restoration:
    """What came of it.

    Attributes:
        objects: The objects that are as they were.
        changed: How many of them were changed.
        created: Those of them that were created again.
        notices: What is left to do.
        stopped: What ended it before its end, or None.
    """

    objects: list[Restored] = Factory(list)
    changed: int = 0
    created: list[Restored] = Factory(list)
    notices: list[Notice] = Factory(list)
    stopped: SetSmartError | None = None


def restore(
    plan: Plan, account: Account, settings: Settings, show_progress: ShowProgress
) -> Restoration:
    """Bring an account back to a backup.

    What fails for one object does not stop the others. Anything else stops, and what was done until
    then is in the result.
    """
    restoration = Restoration()
    # Ids tell which object is which, so two may get each other's names.
    writer = _Writer(account, attrs.evolve(settings, allow_swaps=True), restoration)
    for kind, identifier in plan.present:
        account.ownership(kind.path({}, settings)).claim(identifier, None)
    with show_progress("Restoring", len(plan.steps)) as progress:
        for number, step in enumerate(plan.steps, 1):
            try:
                writer.carry_out(step)
            except _OF_ONE_OBJECT as error:
                why = "; ".join(error.message.split("\n"))
                reason = f"{step.saved.subject}: is not as it was: {why}"
                restoration.notices.append(Notice(MessageCode.NOT_RESTORED, reason))
            except SetSmartError as error:
                restoration.stopped = error
                break
            progress(number)
    restoration.notices += _without_secrets(restoration.created)
    return restoration


@frozen
class _Writer:
    """Brings back one object after the other.

    Attributes:
        account: The account.
        settings: Its settings.
        restoration: Where it notes what it did.
    """

    account: Account
    settings: Settings
    restoration: Restoration

    def carry_out(self, step: Step) -> None:
        """Bring back an object."""
        saved, record = step.saved, step.record
        unapplied: list[str] = []
        if record is None:
            identifier, outputs = self._create(step)
            unapplied = _unapplied(step, outputs)
            self.restoration.created.append(Restored(saved, identifier))
        else:
            identifier = record.id
            if step.fields:
                unapplied = _unapplied(step, self._update(step, record))
                self.restoration.changed += len(unapplied) < len(step.differences)
        if unapplied:
            names = quoted(listed(unapplied), _LONGEST_NAMES)
            reason = f"{saved.subject}: SetSmart did not apply {names}"
            self.restoration.notices.append(Notice(MessageCode.NOT_RESTORED, reason))
        self.restoration.objects.append(Restored(saved, identifier))

    def _create(self, step: Step) -> tuple[str, Mapping[str, Json]]:
        kind = step.saved.kind
        policies = {**_lists(step.saved), IF_EXISTS: str(IfExists.ERROR)}
        inputs = inputs_of(kind, policies, step.fields, [])
        return Lifecycle(kind, self.account, self.settings).create(inputs)

    def _update(self, step: Step, record: Record) -> Mapping[str, Json]:
        """Send what differs. What the state knows tells the account, and the secrets."""
        kind, known = step.saved.kind, step.known
        lifecycle = Lifecycle(kind, self.account, self.settings)
        inputs = inputs_of(kind, _lists(step.saved), step.fields, [])
        seen = lifecycle.imported(record, inputs).outputs
        if known is None:
            return lifecycle.update(record.id, seen, inputs)
        metadata = load_metadata(known.outputs, record.id)
        if metadata is not None and metadata.secret_paths:
            inputs[KEY] = secret_metadata(metadata.secret_paths)
        # What was shown is known to be there: only what changes from now on is news.
        shown = inputs_of(kind, {}, known_fields_of(kind, seen), [])
        return lifecycle.update(record.id, overlay(known.outputs, shown), inputs)


def _unapplied(step: Step, outputs: Mapping[str, Json]) -> list[str]:
    """Return the names of what an object did not get; a normalised value counts as that."""
    actual = known_fields_of(step.saved.kind, outputs)
    return [difference.name for difference in mismatches(step.fields, actual)]


def _lists(saved: SavedObject) -> dict[str, Json]:
    """Return the input that names the lists whose order means nothing."""
    return {name: value for name, value in saved.entry.items() if name == UNORDERED}


def _without_secrets(created: Sequence[Restored]) -> Iterator[Notice]:
    """Yield what is missing of objects that were created again, once for each field."""
    lacking: dict[str, list[str]] = {}
    for each in created:
        for path in each.saved.note.left_out:
            lacking.setdefault(dotted(path), []).append(f"{each.saved.key} ({each.identifier})")
    for name, subjects in lacking.items():
        yield Notice(
            MessageCode.SECRET_NOT_RESTORED,
            f"{listed(subjects)}: created again without {name}, which the backup lacks. "
            "`pulumi up` sets it where the program declares it; else set it in SetSmart",
        )
