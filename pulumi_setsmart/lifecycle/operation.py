"""What every step of one operation needs to know: where, what is declared, and whom to tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Self

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.comparison import without
from pulumi_setsmart.lifecycle.declaration import Declaration
from pulumi_setsmart.lifecycle.identities import IdentityRegistry
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.list_cache import ListCache, NeededFields
from pulumi_setsmart.lifecycle.masking import is_secret_name, shown_secrets, without_masked
from pulumi_setsmart.lifecycle.ownership import OwnershipRegistry
from pulumi_setsmart.lifecycle.state_metadata import AccountMark, StateMetadata
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.marker import holds_unknown
from pulumi_setsmart.models.message_code import MessageCode, with_code
from pulumi_setsmart.models.paging import PagingStyle
from pulumi_setsmart.models.record import Record

_LONGEST_SHOWN = 80

logger = log_of(__name__)


@frozen
class Operation:
    """One operation on one object; all its requests share one deadline.

    Attributes:
        kind: The kind of resource.
        account: The account, and what this process has seen of it.
        settings: The settings of the run.
        properties: The inputs of the resource, or its outputs where there are none.
        declaration: What they declare.
        natural_key: The fields by which an object is known again.
        collection: Where the object is.
        ownership: Whose the objects of the collection are, as far as this run knows.
        list_cache: What the collection holds, as far as this run has seen.
        identities: By what its objects are recognised, as far as this run knows.
    """

    kind: Kind
    account: Account
    settings: Settings
    properties: Mapping[str, Json]
    declaration: Declaration
    natural_key: tuple[str, ...]
    collection: Collection
    ownership: OwnershipRegistry
    list_cache: ListCache
    identities: IdentityRegistry

    @classmethod
    def begin(
        cls,
        kind: Kind,
        account: Account,
        settings: Settings,
        properties: Mapping[str, Json],
        declaration: Declaration,
    ) -> Self:
        """Begin an operation on the object with these inputs or outputs, which were read."""
        collection = Collection(account.client.operation(), *kind.location(properties, settings))
        return cls(
            kind=kind,
            account=account,
            settings=settings,
            properties=properties,
            declaration=declaration,
            natural_key=kind.identity_names(properties),
            collection=collection,
            ownership=account.ownership(collection.path),
            list_cache=account.list_cache(collection),
            identities=account.identities(collection.path),
        )

    @property
    def title(self) -> str | None:
        """The field by which a person knows one object of the collection from another, or None."""
        return self.natural_key[0] if self.natural_key else None

    def report(self, sentence: str, identifier: str | None = None, *, code: MessageCode) -> None:
        """Tell the user something about the object, without any of the declared secrets."""
        subject = self.declaration.subject(self.kind, identifier)
        message = with_code(f"{subject}: {sentence}", code)
        logger.warning("%s", self.declaration.redact(message))

    def sendable(self, record: Record, known: JsonObject) -> dict[str, Json]:
        """Return what of ``record`` may be sent back to the server.

        A secret that the server hides is sent as we know it, since a server that replaces the
        object would drop it; one that we do not know is left out.
        """
        fields = {
            name: value
            for name, value in self.declaration.visible(record.fields, known).items()
            if not (value is None and name in self.kind.secret_names)
        }
        names = self.settings.read_only_fields | {self.collection.id_field}
        # A name may have dots itself, or lead into an object by them.
        paths = [path for name in names for path in ([name], name.split("."))]
        return without_masked(without(fields, *paths))

    def read(self, identifier: str, needed: NeededFields) -> Record:
        """Return an object as this run has seen it first, or, if so configured, as it is now.

        Raises:
            NotFoundError: There is no such object.
            ApiError: It cannot be read.
        """
        if self.settings.list_cache:
            return self.list_cache.read(self.collection, identifier, needed)
        return self.collection.get(identifier)

    def mark_deleted(self, identifier: str) -> None:
        """Note that an object is gone: its id is free for another one."""
        self.ownership.release(identifier)
        self.identities.forget(identifier)
        self.list_cache.mark_deleted(identifier)

    def account_mark(self, record: Record, previous: StateMetadata) -> AccountMark:
        """Return in which account an object was seen just now."""
        return self.account.mark(self.collection, record, previous, self.title)

    def require_whole_list(self) -> None:
        """Make sure that the list shows what is there, before an object is created or looked for.

        Raises:
            IncompleteListError: It does not.
            ApiError: It cannot be read.
        """
        scheme = self.collection.paging
        if scheme is not None and scheme.style is PagingStyle.SINGLE:
            self.list_cache.all_items(self.collection)
        else:
            self.account.completeness_check(self.list_cache).require_complete(
                self.collection, self.ownership.known_ids, self.settings.settle_time
            )

    def whole(self, identifier: str, response: Record | None, *, first: bool) -> Record:
        """Return the object after a write, read again if the response did not show it whole.

        This cannot fail: the write is done, and has to be remembered.

        Args:
            identifier: The object's id.
            response: The object as the response shows it, or None.
            first: Whether the write has created it. If so, and if the response shows a secret, it
                is read again too: only that tells whether the server will show it once more.
        """
        declared = self.declaration.fields
        expected = {
            name
            for name, value in declared.items()
            if value is not None and name not in self.kind.secret_names
        }
        is_whole = response is not None and expected <= response.fields.keys()
        shows_once = first and response is not None and self._shows_secret(response)
        if response is not None and is_whole and not shows_once:
            return response
        try:
            return self.collection.get(identifier)
        except SetSmartError as error:
            if not is_whole:
                self.report(
                    f"it was written but could not be read back: {error.message}",
                    identifier,
                    code=MessageCode.NOT_READ_BACK,
                )
            shown_fields = {} if response is None else response.fields
            return Record(identifier, {**declared, **shown_fields})

    def _shows_secret(self, record: Record) -> bool:
        """Return whether a server shows a secret that it may show this one time only."""
        names = shown_secrets(record.fields, self.declaration.secrets)
        return any(name in self.kind.secret_names or is_secret_name(name) for name in names)


def shown(value: Json) -> str:
    """Return a value as a message shows it: in one line that is not too long."""
    if holds_unknown(value):
        return "what is not known yet"
    text = json.dumps(value, ensure_ascii=False)
    return shortened(text, _LONGEST_SHOWN)
