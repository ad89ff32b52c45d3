"""The lifecycle of one object, whatever its kind."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import attrs
from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import NotFoundError, SetSmartError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.bookkeeping import Bookkeeping, load_bookkeeping
from pulumi_setsmart.lifecycle.check import objections
from pulumi_setsmart.lifecycle.comparison import (
    Mismatch,
    matches,
    mismatches,
    overlay,
    project,
    shape_of,
)
from pulumi_setsmart.lifecycle.declaration import (
    ID,
    Declaration,
    canonical,
    inputs_of,
    known_fields_of,
    outputs_of,
    read_declaration,
)
from pulumi_setsmart.lifecycle.kind import Kind
from pulumi_setsmart.lifecycle.masking import is_masked, without_masked
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.record import Record

_LONGEST_SHOWN = 80

logger = logging.getLogger(__name__)


@frozen
class Checked:
    """What came of a check.

    Attributes:
        inputs: The inputs to go on with.
        objections: What is wrong with them, one reason for each field.
    """

    inputs: dict[str, Json]
    objections: list[str]


@frozen
class Difference:
    """Whether an object has to change.

    Attributes:
        changes: Whether anything has to be done, if only to the state.
        replaces: The inputs whose change makes it another object.
    """

    changes: bool
    replaces: list[str]


@frozen
class Seen:
    """An object as it was read.

    Attributes:
        outputs: What the resource shows of it.
        inputs: What a program would have to declare for the object to be as it is now, or None
            where we do not know what the program declares.
    """

    outputs: dict[str, Json]
    inputs: dict[str, Json] | None


@frozen
class Lifecycle:
    """Check, diff, create, read, update and delete for one kind of resource in one account.

    Attributes:
        kind: The kind of resource.
        account: The account, and what this process has seen of it.
        settings: The settings of the run.
    """

    kind: Kind
    account: Account
    settings: Settings

    def check(self, inputs: Mapping[str, Json]) -> Checked:
        """Validate the inputs and bring them into the form in which they are compared."""
        return Checked(canonical(self.kind, inputs), objections(self.kind, inputs))

    def diff(self, outputs: Mapping[str, Json], inputs: Mapping[str, Json]) -> Difference:
        """Compare what was last known of an object with what the program declares."""
        replaces = [
            name
            for name in self.kind.addressing
            if not matches(inputs.get(name), outputs.get(name))
        ]
        declaration = read_declaration(self.kind, inputs)
        bookkeeping = load_bookkeeping(outputs)
        known = known_fields_of(self.kind, outputs)
        changes = (
            bool(replaces)
            or not declaration.complete
            or not matches(declaration.fields, known)
            or _declares_otherwise(declaration, bookkeeping)
        )
        return Difference(changes, replaces)

    def create(self, inputs: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
        """Create an object.

        Returns:
            Its id and its outputs.

        Raises:
            ApiError: It was not created, or, for an UnknownOutcomeError, perhaps.
        """
        declaration = read_declaration(self.kind, inputs)
        collection = self._collection(inputs)
        # What can fail comes before the object exists: Pulumi forgets what a failed create made.
        self.account.survey(collection)
        identifier, record = collection.create(declaration.fields)
        record = self._whole(collection, identifier, record, declaration)
        return identifier, self._written(collection, inputs, declaration, record, Bookkeeping())

    def read(self, identifier: str, outputs: Mapping[str, Json]) -> Seen | None:
        """Look at an object.

        Args:
            identifier: Its id.
            outputs: What was last known of it; only where it is, for one that is read for the
                first time.

        Returns:
            What it is now, or None if it was deleted.

        Raises:
            WrongAccountError: It is not there, but it cannot be told whether it was deleted.
            ApiError: It could not be read.
        """
        collection = self._collection(outputs)
        bookkeeping = load_bookkeeping(outputs)
        try:
            record = collection.get(identifier)
        except NotFoundError:
            if bookkeeping is None and ID not in outputs:
                raise
            self.account.confirm_deletion(collection, identifier, bookkeeping)
            return None
        return self._seen(collection, record, outputs, bookkeeping or Bookkeeping())

    def update(
        self, identifier: str, outputs: Mapping[str, Json], inputs: Mapping[str, Json]
    ) -> dict[str, Json]:
        """Bring an object to the declared values.

        It is read afresh, the declared fields are laid over it and the whole is sent, so that
        nothing undeclared is lost. Nothing is sent if it is as declared already.

        Returns:
            Its outputs.

        Raises:
            WrongAccountError: It is not in this account.
            NotFoundError: It was deleted.
            ApiError: It could not be updated.
        """
        declaration = read_declaration(self.kind, inputs)
        collection = self._collection(inputs)
        bookkeeping = load_bookkeeping(outputs) or Bookkeeping()
        try:
            record = collection.get(identifier)
        except NotFoundError as error:
            self.account.confirm_deletion(collection, identifier, bookkeeping)
            reason = "it was deleted since it was last read; `pulumi up --refresh` makes it anew"
            raise NotFoundError(reason, error.context) from None
        known = known_fields_of(self.kind, outputs)
        shape = shape_of(declaration.fields)
        current, _ = bookkeeping.settle(known, project(shape, self._visible(record, known)))
        if not matches(declaration.fields, current):
            sent = overlay(self._sendable(record, collection), declaration.fields)
            answered = collection.update(identifier, sent)
            record = self._whole(collection, identifier, answered, declaration)
        return self._written(collection, inputs, declaration, record, bookkeeping)

    def delete(self, identifier: str, outputs: Mapping[str, Json]) -> None:
        """Delete an object; one that is gone already is no error.

        Raises:
            WrongAccountError: It is not in this account.
            ApiError: It could not be deleted.
        """
        collection = self._collection(outputs)
        if not collection.delete(identifier):
            self.account.confirm_deletion(collection, identifier, load_bookkeeping(outputs))

    def _collection(self, properties: Mapping[str, Json]) -> Collection:
        return Collection(
            self.account.client,
            self.kind.path(properties, self.settings),
            self.kind.id_field(properties),
        )

    def _visible(self, record: Record, known: JsonObject) -> dict[str, Json]:
        """Return the fields of ``record``, with the secrets that we know where it shows none."""
        fields = canonical(self.kind, record.fields)
        for name in self.kind.secret_names:
            if fields.get(name) is None or is_masked(fields[name]):
                fields[name] = known.get(name)
        return fields

    def _sendable(self, record: Record, collection: Collection) -> dict[str, Json]:
        """Return what of ``record`` may be sent back to the server."""
        server_fields = self.settings.server_fields | {collection.id_field}
        return without_masked(
            {name: value for name, value in record.fields.items() if name not in server_fields}
        )

    def _whole(
        self,
        collection: Collection,
        identifier: str,
        answered: Record | None,
        declaration: Declaration,
    ) -> Record:
        """Return the object after a write, read again if the answer did not show it whole.

        This cannot fail: the write is done, and has to be remembered.
        """
        expected = {
            name
            for name, value in declaration.fields.items()
            if value is not None and name not in self.kind.secret_names
        }
        if answered is not None and expected <= answered.fields.keys():
            return answered
        try:
            return collection.get(identifier)
        except SetSmartError as error:
            reason = declaration.redact(str(error))
            logger.warning("%s was written but could not be read back: %s", identifier, reason)
            return answered or Record(identifier, declaration.fields)

    def _written(
        self,
        collection: Collection,
        inputs: Mapping[str, Json],
        declaration: Declaration,
        record: Record,
        before: Bookkeeping,
    ) -> dict[str, Json]:
        """Return the outputs after a write; what the server made of our values is accepted."""
        fields = self._visible(record, declaration.fields)
        shape = shape_of(declaration.fields)
        differences = list(mismatches(declaration.fields, project(shape, fields)))
        for difference in differences:
            if not before.accepts(difference.path, difference.actual):
                subject = declaration.redact(self.kind.subject(inputs, record.id))
                logger.warning("%s: %s", subject, _echo_warning(declaration, difference))
        after = attrs.evolve(
            before,
            account=self.account.mark(collection, record.id, before),
            declared=shape,
            echoes=before.echoes_of(differences),
            secret_paths=declaration.secret_paths,
        )
        return outputs_of(self.kind, inputs, record.id, fields, declaration.fields, after)

    def _seen(
        self,
        collection: Collection,
        record: Record,
        outputs: Mapping[str, Json],
        before: Bookkeeping,
    ) -> Seen:
        known = known_fields_of(self.kind, outputs)
        fields = self._visible(record, known)
        shape = before.declared
        if shape is None:
            shape = shape_of(known if ID in outputs else self._shown(record, collection))
        current, echoes = before.settle(known, project(shape, fields))
        after = attrs.evolve(
            before, account=self.account.mark(collection, record.id, before), echoes=echoes
        )
        return Seen(
            outputs=outputs_of(self.kind, outputs, record.id, fields, current, after),
            inputs=None
            if before.declared is None
            else inputs_of(self.kind, outputs, current, before.secret_paths),
        )

    def _shown(self, record: Record, collection: Collection) -> dict[str, Json]:
        """Return the fields, beside those known by name, that an object shows if only read."""
        return self._sendable(record, collection) if self.kind.whole_when_read else {}


def _declares_otherwise(declaration: Declaration, bookkeeping: Bookkeeping | None) -> bool:
    """Return whether other fields are declared, or other ones as secrets, than the state knows."""
    if bookkeeping is None or bookkeeping.declared is None:
        return False
    return (
        shape_of(declaration.fields) != bookkeeping.declared
        or declaration.secret_paths != bookkeeping.secret_paths
    )


def _echo_warning(declaration: Declaration, difference: Mismatch) -> str:
    name = difference.path[1:].replace("/", ".")
    if declaration.is_secret(difference.path):
        return f"SetSmart keeps another {name} than the secret one declared; taken as the same"
    return (
        f"SetSmart keeps {name} as {_short(difference.actual)} where "
        f"{_short(difference.declared)} is declared; taken as the same from now on"
    )


def _short(value: Json) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
