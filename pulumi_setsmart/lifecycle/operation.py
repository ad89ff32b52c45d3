"""What every step of one operation needs to know: where, what is declared, and whom to tell."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Self

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.comparison import without
from pulumi_setsmart.lifecycle.declaration import Declaration, canonical, read_declaration
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.masking import is_masked, without_masked
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.lifecycle.snapshot import Snapshot, Wanted
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.marker import holds_unknown
from pulumi_setsmart.models.paging import PagingStyle
from pulumi_setsmart.models.record import Record

_LONGEST_SHOWN = 80

logger = logging.getLogger(__name__)


@frozen
class Operation:
    """One operation on one object; all its requests share one deadline.

    Attributes:
        kind: The kind of resource.
        account: The account, and what this process has seen of it.
        settings: The settings of the run.
        properties: The inputs of the resource, or its outputs where there are none.
        declaration: What they declare.
        collection: Where the object is.
        roster: Whose the objects of the collection are, as far as this run knows.
        snapshot: What the collection holds, as far as this run has seen.
    """

    kind: Kind
    account: Account
    settings: Settings
    properties: Mapping[str, Json]
    declaration: Declaration
    collection: Collection
    roster: Roster
    snapshot: Snapshot

    @classmethod
    def begin(
        cls, kind: Kind, account: Account, settings: Settings, properties: Mapping[str, Json]
    ) -> Self:
        """Begin an operation on the object with these inputs or outputs."""
        collection = Collection(
            account.client.operation(),
            kind.path(properties, settings),
            kind.id_field(properties),
            kind.paging(properties, settings),
        )
        return cls(
            kind=kind,
            account=account,
            settings=settings,
            properties=properties,
            declaration=read_declaration(kind, properties),
            collection=collection,
            roster=account.roster(collection.path),
            snapshot=account.snapshot(collection),
        )

    def report(self, sentence: str, identifier: str | None = None) -> None:
        """Tell the user something about the object, without any of the declared secrets."""
        subject = self.declaration.subject(self.kind, identifier)
        logger.warning("%s", self.declaration.redact(f"{subject}: {sentence}"))

    def visible(self, record: Record, known: JsonObject) -> dict[str, Json]:
        """Return the fields of ``record``, with the secrets that we know where it shows none."""
        fields = canonical(self.kind, record.fields)
        for name in self.kind.secret_names:
            if fields.get(name) is None or is_masked(fields[name]):
                fields[name] = known.get(name)
        return fields

    def sendable(self, record: Record) -> dict[str, Json]:
        """Return what of ``record`` may be sent back to the server."""
        fields = dict(record.fields)
        for name in self.settings.server_fields | {self.collection.id_field}:
            # A name may have dots itself, or lead into an object by them.
            fields = without(without(fields, [name]), name.split("."))
        return without_masked(fields)

    def read(self, identifier: str, wanted: Wanted) -> Record:
        """Return an object as this run has seen it first, or, if so configured, as it is now.

        Raises:
            NotFoundError: There is no such object.
            ApiError: It cannot be read.
        """
        if self.settings.snapshot:
            return self.snapshot.read(self.collection, identifier, wanted)
        return self.collection.get(identifier)

    def note_gone(self, identifier: str) -> None:
        """Note that an object is gone: its id is free for another one."""
        self.roster.release(identifier)
        self.snapshot.note_gone(identifier)

    def require_whole_list(self) -> None:
        """Make sure that the list shows what is there, before an object is created or looked for.

        Raises:
            IncompleteListError: It does not.
            ApiError: It cannot be read.
        """
        scheme = self.collection.paging
        if scheme is not None and scheme.style is PagingStyle.SINGLE:
            self.snapshot.complete(self.collection)
        else:
            self.snapshot.require_whole(
                self.collection, self.roster.known_ids, self.settings.settle_time
            )

    def whole(self, identifier: str, answered: Record | None) -> Record:
        """Return the object after a write, read again if the answer did not show it whole.

        This cannot fail: the write is done, and has to be remembered.
        """
        declared = self.declaration.fields
        expected = {
            name
            for name, value in declared.items()
            if value is not None and name not in self.kind.secret_names
        }
        if answered is not None and expected <= answered.fields.keys():
            return answered
        try:
            return self.collection.get(identifier)
        except SetSmartError as error:
            self.report(f"it was written but could not be read back: {error}", identifier)
            return answered or Record(identifier, declared)


def shown(value: Json) -> str:
    """Return a value as a message shows it: in one line that is not too long."""
    if holds_unknown(value):
        return "what is not known yet"
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
