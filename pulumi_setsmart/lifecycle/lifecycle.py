"""The lifecycle of one object, whatever its kind."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import attrs
from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    DeletionRefusedError,
    ExistingObjectError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    SetSmartError,
)
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.bookkeeping import Bookkeeping, load_bookkeeping, new_salt
from pulumi_setsmart.lifecycle.check import objections
from pulumi_setsmart.lifecycle.comparison import (
    Mismatch,
    matches,
    mismatches,
    overlay,
    project,
    shape_of,
)
from pulumi_setsmart.lifecycle.creation import Creation
from pulumi_setsmart.lifecycle.declaration import (
    ID,
    Declaration,
    canonical,
    inputs_of,
    known_fields_of,
    outputs_of,
    read_declaration,
)
from pulumi_setsmart.lifecycle.existing import (
    Existing,
    Takeover,
    announcement,
    shown,
    takeover_in,
    with_takeover,
)
from pulumi_setsmart.lifecycle.identity import folded, identity_of
from pulumi_setsmart.lifecycle.kind import DELETION_POLICY, IF_EXISTS, STATUS, Kind
from pulumi_setsmart.lifecycle.masking import is_masked, without_masked
from pulumi_setsmart.lifecycle.replacement import Replacement
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.policy import DeletionPolicy, IfExists
from pulumi_setsmart.models.record import Record

ACTIVE = "active"
"""The status of a listing that can be booked (documented)."""

INACTIVE = "inactive"
"""The status of one that cannot (assumed)."""

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

    def check(self, inputs: Mapping[str, Json], *, exists: bool) -> Checked:
        """Validate the inputs and bring them into the form in which they are compared.

        For an object that is to be created, it is also looked up whether it exists: a preview
        calls nothing else, and who approves it has to be told.

        Args:
            inputs: The inputs.
            exists: Whether the state holds the object already.

        Raises:
            ApiError: It cannot be looked up.
        """
        found = objections(self.kind, inputs)
        checked = canonical(self.kind, inputs)
        checked.setdefault(DELETION_POLICY, str(self.settings.deletion_policy))
        if exists or found:
            return Checked(checked, found)
        try:
            return Checked(self._with_decision(checked), [])
        except ExistingObjectError as error:
            return Checked(checked, [str(error)])

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
            or self._directs_otherwise(inputs, outputs)
        )
        if bookkeeping is not None and bookkeeping.declared is not None:
            self._roster(outputs).claim(str(outputs[ID]), bookkeeping.salt)
        return Difference(changes, replaces)

    def create(self, inputs: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
        """Create an object, or take over the one that exists, if that is what is asked for.

        Returns:
            Its id and its outputs.

        Raises:
            ExistingObjectError: It exists, and it was not said what to do then.
            SharedObjectError: The server answered with an object of another resource.
            ApiError: It was not created, or, for an UnknownOutcomeError, perhaps.
        """
        takeover = takeover_in(inputs)
        if takeover is None:
            takeover = takeover_in(self._with_decision(inputs))
        if takeover is not None:
            bookkeeping = Bookkeeping(salt=takeover.owner)
            return takeover.identifier, self._replaced(takeover.identifier, {}, inputs, bookkeeping)
        declaration = read_declaration(self.kind, inputs)
        collection = self._collection(inputs)
        self._list_before_creating(inputs, collection)
        bookkeeping = Bookkeeping()
        creation = Creation(
            collection=collection,
            roster=self.account.roster(collection),
            fields=declaration.fields,
            owner=bookkeeping.salt,
            settle_time=self.settings.settle_time,
            report=self._reporter(inputs, declaration),
        )
        identifier, record = creation.carry_out()
        record = self._whole(collection, identifier, record, declaration)
        return identifier, self._written(collection, inputs, declaration, record, bookkeeping)

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
            SharedObjectError: Another resource stands for it.
            ApiError: It could not be read.
        """
        collection = self._collection(outputs)
        bookkeeping = load_bookkeeping(outputs)
        roster = self.account.roster(collection)
        roster.note(identifier)
        if bookkeeping is not None and bookkeeping.declared is not None:
            roster.claim(identifier, bookkeeping.salt)
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
        bookkeeping = load_bookkeeping(outputs) or Bookkeeping()
        return self._replaced(identifier, outputs, inputs, bookkeeping)

    def delete(self, identifier: str, outputs: Mapping[str, Json]) -> None:
        """Delete an object, or deactivate it; one that is gone already is no error.

        Raises:
            DeletionRefusedError: It would be one too many, or it cannot be deactivated.
            WrongAccountError: It is not in this account.
            ApiError: It could not be deleted.
        """
        collection = self._collection(outputs)
        self.account.count_deletion()
        if outputs.get(DELETION_POLICY) == DeletionPolicy.DEACTIVATE:
            known = self._deactivate(collection, identifier, outputs)
        else:
            known = collection.delete(identifier)
        if not known:
            self.account.confirm_deletion(collection, identifier, load_bookkeeping(outputs))

    def _collection(self, properties: Mapping[str, Json]) -> Collection:
        """Return the collection of an object, for one operation on it."""
        return Collection(
            self.account.client.operation(),
            self.kind.path(properties, self.settings),
            self.kind.id_field(properties),
        )

    def _roster(self, properties: Mapping[str, Json]) -> Roster:
        return self.account.roster(self._collection(properties))

    def _reporter(
        self,
        properties: Mapping[str, Json],
        declaration: Declaration,
        identifier: str | None = None,
    ) -> Callable[[str], None]:
        """Return what tells the user something about an object, less the declared secrets."""
        subject = self.kind.subject(properties, identifier)

        def report(sentence: str) -> None:
            logger.warning("%s", declaration.redact(f"{subject}: {sentence}"))

        return report

    def _with_decision(self, inputs: Mapping[str, Json]) -> dict[str, Json]:
        """Return the inputs of an object that is to be created, with what to take over, if any."""
        declaration = read_declaration(self.kind, inputs)
        identity = identity_of(self.kind.identity_names(inputs), declaration.fields)
        if identity is None or inputs.get(IF_EXISTS) is UNKNOWN:
            return dict(inputs)
        collection = self._collection(inputs)
        existing = Existing(
            collection=collection,
            roster=self.account.roster(collection),
            identity=identity,
            policy=IfExists(str(inputs.get(IF_EXISTS) or self.settings.if_exists)),
        )
        owner = new_salt()
        identifier = existing.taken_over_for(owner)
        if identifier is None:
            return dict(inputs)
        self._announce_takeover(collection.get(identifier), inputs, declaration)
        return with_takeover(inputs, Takeover(identifier, owner))

    def _announce_takeover(
        self, record: Record, inputs: Mapping[str, Json], declaration: Declaration
    ) -> None:
        fields = self._visible(record, {})
        actual = project(shape_of(declaration.fields), fields)
        differences = [
            (one, declaration.is_secret(one.path)) for one in mismatches(declaration.fields, actual)
        ]
        sentence = announcement(record.id, differences)
        status = fields.get(STATUS)
        if STATUS not in declaration.fields and folded(status) not in (None, ACTIVE):
            sentence += f"; its status stays {shown(status)} unless {STATUS} is declared"
        self._reporter(inputs, declaration)(sentence)

    def _list_before_creating(self, inputs: Mapping[str, Json], collection: Collection) -> None:
        """Make sure that it is known what was there before anything is created.

        A collection of which nothing is known may have no list; then a lost POST stays unresolved.
        """
        try:
            self.account.roster(collection).listing(collection)
        except (NotFoundError, PermissionDeniedError, MethodNotAllowedError):
            if self.kind.identity_names(inputs):
                raise

    def _replaced(
        self,
        identifier: str,
        outputs: Mapping[str, Json],
        inputs: Mapping[str, Json],
        bookkeeping: Bookkeeping,
    ) -> dict[str, Json]:
        """Bring an object to the declared values and return its outputs."""
        declaration = read_declaration(self.kind, inputs)
        collection = self._collection(inputs)
        self.account.roster(collection).claim(identifier, bookkeeping.salt)
        known = known_fields_of(self.kind, outputs)
        shape = shape_of(declaration.fields)

        def compose(record: Record) -> dict[str, Json] | None:
            current, _ = bookkeeping.settle(known, project(shape, self._visible(record, known)))
            if matches(declaration.fields, current):
                return None
            return overlay(self._sendable(record, collection), declaration.fields)

        replacement = Replacement(
            collection=collection,
            identifier=identifier,
            declared=declaration.fields,
            compose=compose,
            report=self._reporter(inputs, declaration, identifier),
        )
        try:
            outcome = replacement.carry_out()
        except NotFoundError as error:
            self.account.confirm_deletion(collection, identifier, bookkeeping)
            reason = "it was deleted since it was last read; `pulumi up --refresh` makes it anew"
            raise NotFoundError(reason, error.context) from None
        record = outcome.record
        if record is None or outcome.sent:
            record = self._whole(collection, identifier, record, declaration)
        return self._written(collection, inputs, declaration, record, bookkeeping)

    def _deactivate(
        self, collection: Collection, identifier: str, outputs: Mapping[str, Json]
    ) -> bool:
        """Set the status of an object to inactive and return whether the server knew it."""
        inactive: dict[str, Json] = {STATUS: INACTIVE}

        def compose(record: Record) -> dict[str, Json] | None:
            if folded(record.fields.get(STATUS)) == INACTIVE:
                return None
            if STATUS not in self.kind.field_names and STATUS not in record.fields:
                raise DeletionRefusedError(
                    "it has no status, so it cannot be deactivated; declare "
                    'deletion_policy="delete"'
                )
            return overlay(self._sendable(record, collection), inactive)

        declaration = read_declaration(self.kind, outputs)
        replacement = Replacement(
            collection=collection,
            identifier=identifier,
            declared=inactive,
            compose=compose,
            report=self._reporter(outputs, declaration, identifier),
        )
        try:
            record = replacement.carry_out().record or collection.get(identifier)
        except NotFoundError:
            return False
        status = record.fields.get(STATUS, INACTIVE)
        if folded(status) != INACTIVE:
            raise DeletionRefusedError(
                f"SetSmart keeps its status as {shown(status)}, so it was not deactivated"
            )
        return True

    def _directs_otherwise(self, inputs: Mapping[str, Json], outputs: Mapping[str, Json]) -> bool:
        """Return whether the program says otherwise what to do with the object than it did."""
        defaults = {DELETION_POLICY: str(DeletionPolicy.DELETE)}
        return any(
            inputs.get(name, defaults.get(name)) != outputs.get(name, defaults.get(name))
            for name in self.kind.directives
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
        f"SetSmart keeps {name} as {shown(difference.actual)} where "
        f"{shown(difference.declared)} is declared; taken as the same from now on"
    )
