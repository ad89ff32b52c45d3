"""The lifecycle of one object, whatever its kind."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec, TypeVar

import attrs
from attrs import frozen

from pulumi_setsmart.client.errors import (
    DeletionRefusedError,
    ExistingIdError,
    ExistingObjectError,
    NotFoundError,
)
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.bookkeeping import AccountMark, Bookkeeping, Since
from pulumi_setsmart.lifecycle.check import violations
from pulumi_setsmart.lifecycle.comparison import (
    Mismatch,
    is_equal,
    matches,
    mismatches,
    overlay,
    overwritten,
    project,
    reconcile,
    shape_of,
)
from pulumi_setsmart.lifecycle.creation import Creation
from pulumi_setsmart.lifecycle.declaration import (
    ID,
    Declaration,
    canonical,
    in_known_order,
    inputs_of,
    keeping_secrets,
    known_fields_of,
    outputs_of,
    read_declaration,
    with_secrets_in_order,
)
from pulumi_setsmart.lifecycle.deletion import deactivate
from pulumi_setsmart.lifecycle.existing import Existing, takeover_in, with_takeover
from pulumi_setsmart.lifecycle.identity import is_same
from pulumi_setsmart.lifecycle.kind import DELETION_POLICY, EXISTING_ID, PATH, UNORDERED, Kind
from pulumi_setsmart.lifecycle.metadata import load_bookkeeping, unapplied_in, with_unapplied
from pulumi_setsmart.lifecycle.normalisation import is_tidied
from pulumi_setsmart.lifecycle.operation import Operation, shown
from pulumi_setsmart.lifecycle.ordering import in_order_of, is_reordered, reordering_around
from pulumi_setsmart.lifecycle.presence import look_again
from pulumi_setsmart.lifecycle.replacement import Replacement
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.lifecycle.snapshot import Wanted
from pulumi_setsmart.lifecycle.soft_deletion import soft_deletion_of
from pulumi_setsmart.models.json import Json, JsonObject
from pulumi_setsmart.models.marker import UNKNOWN
from pulumi_setsmart.models.message_code import MessageCode
from pulumi_setsmart.models.policy import DeletionPolicy
from pulumi_setsmart.models.record import Record


@frozen
class Checked:
    """What came of a check.

    Attributes:
        inputs: The inputs to go on with.
        violations: What is wrong with them, one reason for each field.
    """

    inputs: dict[str, Json]
    violations: list[str]


@frozen
class Difference:
    """Whether an object has to change.

    Attributes:
        changes: Whether anything has to be done, if only to the state.
        replaces: The inputs whose change makes it another object.
        shows_in_inputs: Whether the inputs in the state differ from the new ones in a declared
            value. Pulumi can then find by itself what changes, and whether the program wants the
            object to be replaced for it (``replace_on_changes``).
    """

    changes: bool
    replaces: list[str]
    shows_in_inputs: bool = False


@frozen
class Seen:
    """An object as it was read.

    Attributes:
        outputs: What the resource shows of it.
        declared: What a program would have to declare for the object to be as it is now; None where
            we do not know what the program declares.
        is_news: Whether that has changed.
    """

    outputs: dict[str, Json]
    declared: dict[str, Json] | None
    is_news: bool = True

    @property
    def inputs(self) -> dict[str, Json] | None:
        """What is declared, or None where that has not changed."""
        return self.declared if self.is_news else None


_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def _keeping_secrets(
    step: Callable[Concatenate[Lifecycle, _Arguments], _Result],
) -> Callable[Concatenate[Lifecycle, _Arguments], _Result]:
    """Have a step of the lifecycle tell nothing that its inputs or outputs say is secret."""

    @functools.wraps(step)
    def kept(
        lifecycle: Lifecycle, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        known = [one for one in (*arguments, *named.values()) if isinstance(one, Mapping)]
        with keeping_secrets(lifecycle.kind, known):
            return step(lifecycle, *arguments, **named)

    return kept


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

    @_keeping_secrets
    def check(
        self,
        inputs: Mapping[str, Json],
        *,
        exists: bool,
        before: Mapping[str, Json] | None = None,
    ) -> Checked:
        """Validate the inputs and bring them into the form in which they are compared.

        For an object that is to be created, it is also looked up whether it exists: a preview
        calls nothing else, and who approves it has to be told.

        Args:
            inputs: The inputs.
            exists: Whether the state holds the object already.
            before: The inputs in the state, if it does.

        Raises:
            ExistingIdError: The object that the program names by its id cannot be taken over.
            ApiError: It cannot be looked up.
        """
        found = [str(one) for one in violations(self.kind, inputs)]
        ordered = in_known_order(self.kind, before or {}, canonical(self.kind, inputs))
        checked = with_secrets_in_order(self.kind, inputs, ordered)
        checked.setdefault(DELETION_POLICY, str(self.settings.deletion_policy))
        if isinstance(checked.get(EXISTING_ID), int):
            checked[EXISTING_ID] = str(checked[EXISTING_ID])  # an id is a string everywhere
        if exists or found:
            return Checked(checked, found)
        try:
            takeover = Existing(self._begin(checked)).takeover()
        except ExistingObjectError as error:
            return Checked(checked, [str(error)])
        return Checked(checked if takeover is None else with_takeover(checked, takeover), [])

    @_keeping_secrets
    def diff(self, outputs: Mapping[str, Json], inputs: Mapping[str, Json]) -> Difference:
        """Compare what was last known of an object with what the program declares.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            AlreadyManagedError: Another resource stands for the object.
            ExistingIdError: The program names another object by its id.
        """
        bookkeeping = load_bookkeeping(outputs, outputs.get(ID))
        _refuse_other_id(inputs.get(EXISTING_ID), outputs.get(ID))
        roster = self.account.roster(self.kind.path(outputs, self.settings))
        # Should it be replaced, the check of the new object must not find the old one.
        roster.note(str(outputs.get(ID)))
        _claim(roster, str(outputs.get(ID)), bookkeeping)
        addressed_otherwise = [
            name
            for name in self.kind.replace_on_change
            if not matches(inputs.get(name), outputs.get(name))
        ]
        replaces = [
            name
            for name in addressed_otherwise
            if name != PATH or _without_slash(inputs.get(name)) != _without_slash(outputs.get(name))
        ]
        declaration = read_declaration(self.kind, inputs)
        known = in_order_of(
            declaration.fields, known_fields_of(self.kind, outputs), declaration.unordered
        )
        differing = [*mismatches(declaration.fields, known)]
        if replaces or differing or not declaration.complete:
            return Difference(
                changes=True,
                replaces=replaces,
                shows_in_inputs=not replaces and _shows_in_inputs(differing, bookkeeping),
            )
        changes = (
            bool(addressed_otherwise)
            or _declares_otherwise(declaration, bookkeeping)
            or self._directs_otherwise(inputs, outputs)
        )
        return Difference(changes, [])

    @_keeping_secrets
    def create(self, inputs: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
        """Create an object, or take over the one that exists, if that is what is asked for.

        Returns:
            Its id and its outputs.

        Raises:
            ExistingIdError: The object that the program names by its id cannot be taken over.
            ExistingObjectError: It exists, and it was not said what to do then.
            AlreadyManagedError: The server answered with an object of another resource.
            ApiError: It was not created, or, for an UnknownOutcomeError, perhaps.
        """
        operation = self._begin(inputs)
        takeover = takeover_in(inputs) or Existing(operation).takeover()
        if takeover is not None:
            bookkeeping = Bookkeeping(salt=takeover.owner)
            return takeover.identifier, self._replace(
                operation, takeover.identifier, {}, bookkeeping
            )
        bookkeeping = Bookkeeping()
        identifier, answered = Creation(operation, bookkeeping.salt).carry_out()
        record = operation.whole(identifier, answered, first=True)
        return identifier, self._written(
            operation, answered or record, record, bookkeeping, {}, Since.CREATE
        )

    @_keeping_secrets
    def read(self, identifier: str, outputs: Mapping[str, Json]) -> Seen | None:
        """Look at an object.

        Args:
            identifier: Its id.
            outputs: What was last known of it; only where it is, for one that is read for the
                first time.

        Returns:
            What it is now, or None if it was deleted.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            WrongAccountError: It is not there, but it cannot be told whether it was deleted; or it
                is another one, which may be a stranger's.
            AlreadyManagedError: Another resource stands for it.
            ApiError: It could not be read.
        """
        bookkeeping = load_bookkeeping(outputs, identifier)
        unapplied = unapplied_in(outputs, identifier)
        operation = self._begin(outputs)
        operation.roster.note(identifier)
        _claim(operation.roster, identifier, bookkeeping)
        self._note_witness(operation, identifier, outputs, bookkeeping)
        try:
            record = operation.read(identifier, self._wanted(outputs, bookkeeping))
        except NotFoundError:
            if bookkeeping is None and ID not in outputs:
                raise
            self._confirm_deletion(operation, identifier, bookkeeping)
            found = look_again(operation, identifier)
            if found is None:
                operation.note_gone(identifier)
                return None
            record = found
        before = bookkeeping or Bookkeeping()
        self._confirm_same(operation, record, known_fields_of(self.kind, outputs), before)
        _report_soft_deletion(operation, record)
        return self._seen(operation, record, before, unapplied)

    @_keeping_secrets
    def imported(self, record: Record, inputs: Mapping[str, Json]) -> Seen:
        """Return what the state is to hold of an object that it takes in, as it was just read.

        Where it is not as declared, the next read and diff show the difference, field by field.

        Args:
            record: The object.
            inputs: What the program declares of it.
        """
        checked = self.check(inputs, exists=True).inputs
        operation = self._begin(checked)
        declaration = operation.declaration
        shape = shape_of(declaration.fields)
        visible = operation.visible(record, {})
        fields = in_order_of(
            declaration.fields, visible, declaration.unordered, declaration.secrets
        )
        current = project(shape, fields)
        differing = [*mismatches(declaration.fields, current)]
        bookkeeping = Bookkeeping()
        bookkeeping = attrs.evolve(
            bookkeeping,
            account=self._mark(operation, record, bookkeeping),
            declared=shape,
            secret_paths=declaration.secret_paths,
            unapplied=bookkeeping.unapplied_of(differing, Since.IMPORT),
            inputs_ahead=bool(differing),
        )
        return Seen(
            outputs_of(self.kind, checked, record.id, fields, current, bookkeeping), checked
        )

    @_keeping_secrets
    def update(
        self, identifier: str, outputs: Mapping[str, Json], inputs: Mapping[str, Json]
    ) -> dict[str, Json]:
        """Bring an object to the declared values.

        It is read afresh, the declared fields are laid over it and the whole is sent, so that
        nothing undeclared is lost. Nothing is sent if it is as declared already.

        Returns:
            Its outputs.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            WrongAccountError: It is not in this account.
            NotFoundError: It was deleted.
            ApiError: It could not be updated.
        """
        bookkeeping = load_bookkeeping(outputs, identifier)
        operation = self._begin(inputs)
        self._note_witness(operation, identifier, outputs, bookkeeping)
        try:
            return self._replace(operation, identifier, outputs, bookkeeping or Bookkeeping())
        except NotFoundError:
            self._confirm_deletion(operation, identifier, bookkeeping)
            raise

    @_keeping_secrets
    def delete(self, identifier: str, outputs: Mapping[str, Json]) -> None:
        """Delete an object, or deactivate it; one that is gone already is no error.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            DeletionRefusedError: It would be one too many, or it cannot be deactivated.
            WrongAccountError: It is not in this account.
            ApiError: It could not be deleted.
        """
        bookkeeping = load_bookkeeping(outputs, identifier)
        operation = self._begin(outputs)
        collection = operation.collection
        if bookkeeping is not None and operation.roster.is_others(identifier, bookkeeping.salt):
            operation.report(
                "is not deleted: another resource of this stack has taken it over in this run",
                identifier,
                code=MessageCode.DELETION_SKIPPED,
            )
            return
        self._note_witness(operation, identifier, outputs, bookkeeping)
        known = known_fields_of(self.kind, outputs)
        if bookkeeping is not None and not self.account.is_the_same(bookkeeping):
            self._look_before_deletion(operation, identifier, known, bookkeeping)
        self.account.run.count_deletion()
        operation.snapshot.outdate(identifier)
        deactivates = outputs.get(DELETION_POLICY) == DeletionPolicy.DEACTIVATE
        if deactivates and deactivate(operation, identifier, known):
            # It is still there, and no other resource of this run may take it for its own.
            operation.roster.note(identifier)
            return
        if deactivates or not collection.delete(identifier):
            self._confirm_deletion(operation, identifier, bookkeeping)
            _refuse_denied_deletion(operation, identifier)
        operation.note_gone(identifier)

    def _begin(self, properties: Mapping[str, Json]) -> Operation:
        return Operation.begin(self.kind, self.account, self.settings, properties)

    def _replace(
        self,
        operation: Operation,
        identifier: str,
        outputs: Mapping[str, Json],
        bookkeeping: Bookkeeping,
    ) -> dict[str, Json]:
        """Bring an object to the declared values and return its outputs."""
        declared = operation.declaration.fields
        operation.roster.claim(identifier, bookkeeping.salt)
        operation.snapshot.outdate(identifier)
        known = known_fields_of(self.kind, outputs)
        shape = shape_of(declared)
        set_back: list[Mismatch] = []

        def compose(record: Record) -> dict[str, Json] | None:
            self._confirm_same(operation, record, known, bookkeeping)
            secrets = self._known_of(operation, record, known, bookkeeping)
            visible = operation.visible(record, secrets, bookkeeping.hides_by_null)
            ours = in_order_of(declared, visible, operation.declaration.unordered)
            current, _ = bookkeeping.settle(known, project(shape, ours))
            set_back[:] = overwritten(declared, project(shape, known), current)
            if matches(declared, current):
                return None
            return overlay(operation.sendable(record, secrets), declared)

        try:
            outcome = Replacement(operation, identifier, declared, compose).carry_out()
        except NotFoundError as error:
            reason = "it was deleted since it was last read; `pulumi up --refresh` creates it again"
            raise NotFoundError(reason, error.context) from None
        if outcome.sent and set_back:
            operation.report(
                _overwrite_warning(operation.declaration, set_back),
                identifier,
                code=MessageCode.DRIFT_REVERTED,
            )
        record = answered = outcome.record
        if record is None or outcome.sent:
            record = operation.whole(identifier, answered, first=False)
        return self._written(
            operation, answered or record, record, bookkeeping, known, Since.UPDATE
        )

    def _written(
        self,
        operation: Operation,
        answered: Record,
        record: Record,
        before: Bookkeeping,
        known: JsonObject,
        since: Since,
    ) -> dict[str, Json]:
        """Return the outputs after a write, which can no longer fail.

        Tidied forms of our values are accepted. Other values are shown as they are.

        Args:
            operation: The create or update.
            answered: The object as the answer to the write shows it, perhaps in part: it may be the
                only one to show a secret.
            record: The whole object.
            before: What the state remembers of it.
            known: What was known of it.
            since: What kind of write it was.
        """
        declaration = operation.declaration
        known = self._known_of(operation, record, known, before)
        known = operation.visible(answered, {**known, **declaration.fields})
        nulls: list[str] = []

        def hides_by_null(path: str) -> bool:
            nulls.append(path)
            return True

        fields = operation.visible(record, known, hides_by_null)
        fields = in_order_of(declaration.fields, fields, declaration.unordered)
        shape = shape_of(declaration.fields)
        actual = project(shape, fields)
        differing = [*mismatches(declaration.fields, actual)]
        tidied = [one for one in differing if is_tidied(one.declared, one.actual)]
        unapplied = [one for one in differing if one not in tidied]
        told = [reordering_around(one, declaration.fields, actual) for one in unapplied]
        for one in {each.path: each for each in told}.values():
            operation.report(
                _unapplied_warning(declaration, one), record.id, code=MessageCode.VALUE_NOT_APPLIED
            )
        for one in tidied:
            if not before.accepts(one.path, one.actual):
                operation.report(
                    _tidied_warning(declaration, one), record.id, code=MessageCode.VALUE_NORMALISED
                )
        after = attrs.evolve(
            before,
            account=self._mark(operation, record, before),
            declared=shape,
            echoes=before.echoes_of(_storable(declaration, tidied)),
            secret_paths=declaration.secret_paths,
            unapplied=before.unapplied_of(_storable(declaration, unapplied), since),
            inputs_ahead=bool(unapplied),
            null_secrets=sorted({*nulls, *(before.null_secrets or ())})
            if declaration.secrets
            else None,
        )
        paths = {one.path for one in unapplied}
        current = reconcile(declaration.fields, actual, lambda path, _value: path not in paths)
        return with_unapplied(
            outputs_of(self.kind, operation.properties, record.id, fields, current, after),
            {one.path: one.declared for one in unapplied if not declaration.is_secret(one.path)},
        )

    def _seen(
        self, operation: Operation, record: Record, before: Bookkeeping, unapplied: JsonObject
    ) -> Seen:
        """Return an object as it was read.

        Args:
            operation: The read.
            record: The object.
            before: What the state remembers of it.
            unapplied: The values that its outputs say were sent and not applied, by JSON pointer.
        """
        outputs = operation.properties
        known = known_fields_of(self.kind, outputs)
        secrets = self._known_of(operation, record, known, before)
        fields = operation.visible(record, secrets, before.hides_by_null)
        fields = in_order_of(known, fields, operation.declaration.unordered)
        shape = before.declared
        if shape is None:
            shape = shape_of(known if ID in outputs else self._shown(operation, record))
        current, echoes = before.settle(known, project(shape, fields))
        account = self._mark(operation, record, before)
        inputs = inputs_of(self.kind, outputs, current, before.secret_paths)
        as_known = {one.path for one in mismatches(project(shape, known), current)}
        after = attrs.evolve(
            before,
            account=account,
            echoes=echoes,
            unapplied={path: one for path, one in before.unapplied.items() if path not in as_known},
            inputs_ahead=False,
        )
        return Seen(
            outputs=with_unapplied(
                outputs_of(self.kind, outputs, record.id, fields, current, after),
                {path: value for path, value in unapplied.items() if path in after.unapplied},
            ),
            declared=None if before.declared is None else inputs,
            is_news=before.inputs_ahead or not is_equal(project(shape, known), current),
        )

    def _mark(self, operation: Operation, record: Record, before: Bookkeeping) -> AccountMark:
        return self.account.mark(operation.collection, record, before, operation.title)

    def _note_witness(
        self,
        operation: Operation,
        identifier: str,
        outputs: Mapping[str, Json],
        bookkeeping: Bookkeeping | None,
    ) -> None:
        """Have an object tell whose account this is, for others of which nothing tells."""
        title = operation.title
        if bookkeeping is None or title is None or self.account.is_the_same(bookkeeping):
            return
        known = known_fields_of(self.kind, outputs)
        self.account.note_witness(
            operation.collection, identifier, bookkeeping, title, known.get(title)
        )

    def _confirm_deletion(
        self, operation: Operation, identifier: str, bookkeeping: Bookkeeping | None
    ) -> None:
        self.account.confirm_deletion(
            operation.collection, identifier, bookkeeping, operation.title
        )

    def _confirm_same(
        self, operation: Operation, record: Record, known: JsonObject, before: Bookkeeping
    ) -> None:
        """Make sure that an object that is found in an account is the one that the state knows.

        Raises:
            WrongAccountError: Another account may have another object with the same id.
        """
        if not self._is_known_again(operation, record, known, before):
            self.account.confirm_same(operation.collection, record.id, before, operation.title)

    def _look_before_deletion(
        self, operation: Operation, identifier: str, known: JsonObject, bookkeeping: Bookkeeping
    ) -> None:
        """Make sure that a deletion in another account, if it is one, does not hit a stranger."""
        with contextlib.suppress(NotFoundError):  # the deletion will say so
            record = operation.collection.get(identifier)
            self._confirm_same(operation, record, known, bookkeeping)

    def _is_known_again(
        self, operation: Operation, record: Record, known: JsonObject, before: Bookkeeping
    ) -> bool:
        """Return whether an object is called as the state knows it.

        Where nothing tells what it is called, its declared values tell. One that is only read has
        none; then it is not known again where anything stood beside it, which tells.
        """
        if before.account is None or self.account.is_the_same(before):
            return True
        identity = self._identity(operation, known)
        if identity:
            return is_same(identity, record.fields)
        if before.declared is None:
            return not before.account.neighbours
        visible = operation.visible(record, known, before.hides_by_null)
        fields = in_order_of(known, visible, operation.declaration.unordered)
        current, _ = before.settle(known, project(before.declared, fields))
        return matches(project(before.declared, known), current)

    def _identity(self, operation: Operation, known: JsonObject) -> dict[str, Json]:
        """Return the known fields by which an object is known again."""
        return {
            name: known[name]
            for name in self.kind.identity_names(operation.properties)
            if known.get(name) is not None
        }

    def _known_of(
        self, operation: Operation, record: Record, known: JsonObject, before: Bookkeeping
    ) -> JsonObject:
        """Return what is known of the secrets of an object, nothing if it is another one now.

        Another account can have another object with the same id. Whether another key leads to
        another account is told by whether the object is still called the same.
        """
        mark = before.account
        if mark is None or self.account.is_the_same(before):
            return known
        is_same_object = mark.base_url == self.account.client.base_url and is_same(
            self._identity(operation, known), record.fields
        )
        return known if is_same_object else {}

    def _wanted(self, outputs: Mapping[str, Json], bookkeeping: Bookkeeping | None) -> Wanted:
        """Return what a read has to show: what is declared, and what was known before."""
        declared = None if bookkeeping is None else bookkeeping.declared
        known = known_fields_of(self.kind, outputs)
        names = {name for name, value in known.items() if value is not None} | {*(declared or ())}
        shows_all = self.kind.whole_when_read and declared is None
        return Wanted(
            needed=frozenset(names - self.kind.secret_names),
            watched=None if shows_all else frozenset(names | self.kind.field_names),
        )

    def _shown(self, operation: Operation, record: Record) -> dict[str, Json]:
        """Return the fields, beside those known by name, that an object shows if only read."""
        return operation.sendable(record, {}) if self.kind.whole_when_read else {}

    def _directs_otherwise(self, inputs: Mapping[str, Json], outputs: Mapping[str, Json]) -> bool:
        """Return whether the program says otherwise what to do with the object than it did."""
        defaults = {DELETION_POLICY: str(DeletionPolicy.DELETE)}
        return any(
            inputs.get(name, defaults.get(name)) != outputs.get(name, defaults.get(name))
            for name in self.kind.policy_inputs
        )


def _without_slash(path: Json) -> Json:
    return path.rstrip("/") if isinstance(path, str) and path is not UNKNOWN else path


def _refuse_denied_deletion(operation: Operation, identifier: str) -> None:
    """Refuse to take an object for deleted that is still there, whatever the deletion was told."""
    try:
        found: Record | None = operation.collection.get(identifier)
    except NotFoundError:
        found = look_again(operation, identifier)
    if found is not None:
        raise DeletionRefusedError(
            "SetSmart answers its deletion as if it did not exist, but still shows it; so it was "
            "not deleted. Delete it in SetSmart, or run again later"
        )


def _report_soft_deletion(operation: Operation, record: Record) -> None:
    """Tell the user of an object that somebody deleted, and that the server keeps all the same."""
    deletion = soft_deletion_of(record.fields)
    if deletion is None or deletion == soft_deletion_of(operation.declaration.fields):
        return
    operation.report(
        f"it was deleted or archived in SetSmart ({deletion}). It stays managed and is not created "
        "again; restore it there, or take it out of the program",
        record.id,
        code=MessageCode.SOFT_DELETED,
    )


def _claim(roster: Roster, identifier: str, bookkeeping: Bookkeeping | None) -> None:
    """Note whose an object is. A resource that is only read, or was imported, has no claim."""
    if bookkeeping is not None and bookkeeping.declared is not None:
        roster.claim(identifier, bookkeeping.salt)


def _refuse_other_id(named: Json, held: Json) -> None:
    """Refuse to take a resource for another object than the one it stands for.

    A replacement would delete the one to have the other.
    """
    if named not in (None, UNKNOWN, held):
        raise ExistingIdError(
            f"{EXISTING_ID}: it names {named}, but this resource stands for {held}, which is not "
            f"given up for it; declare {named} as a resource of another name",
            code=MessageCode.EXISTING_ID_CHANGED,
        )


def _declares_otherwise(declaration: Declaration, bookkeeping: Bookkeeping | None) -> bool:
    """Return whether other fields are declared, or other ones as secrets, than the state knows."""
    if bookkeeping is None or bookkeeping.declared is None:
        return False
    return (
        shape_of(declaration.fields) != bookkeeping.declared
        or declaration.secret_paths != bookkeeping.secret_paths
    )


def _storable(declaration: Declaration, differences: list[Mismatch]) -> list[Mismatch]:
    """Return the differences whose digests the state may keep.

    The digest of a secret, next to its salt, lets the secret be guessed unless it is encrypted.
    """
    return [one for one in differences if declaration.sealed or not declaration.is_secret(one.path)]


def _overwrite_warning(declaration: Declaration, set_back: list[Mismatch]) -> str:
    changes = ", ".join(
        one.name
        if declaration.is_secret(one.path)
        else f"{one.name} {shown(one.actual)} → {shown(one.declared)}"
        for one in set_back
    )
    return (
        f"sets back what somebody changed in SetSmart since the last refresh ({changes}); "
        "`pulumi preview --refresh` shows such changes first"
    )


def _shows_in_inputs(differing: list[Mismatch], bookkeeping: Bookkeeping | None) -> bool:
    """Return whether the inputs in the state differ from the new ones in a declared value.

    A provider is not given them. They are as the outputs, unless the state was written elsewhere or
    the server did not apply what they declare. What it did not apply when it created the object, it
    would not apply to the next one either: that is no reason to replace it.
    """
    if bookkeeping is None or bookkeeping.declared is None:
        return False
    if not differing or not all(map(bookkeeping.knows_unapplied, differing)):
        return True
    return not bookkeeping.inputs_ahead and any(
        bookkeeping.unapplied[one.path].since is not Since.CREATE for one in differing
    )


def _tidied_warning(declaration: Declaration, difference: Mismatch) -> str:
    name = difference.name
    if declaration.is_secret(difference.path):
        return f"SetSmart keeps another {name} than the secret one declared; taken as the same"
    return (
        f"SetSmart keeps {name} as {shown(difference.actual)} where "
        f"{shown(difference.declared)} is declared; taken as the same from now on"
    )


def _unapplied_warning(declaration: Declaration, difference: Mismatch) -> str:
    name = difference.name
    if declaration.is_secret(difference.path):
        return (
            f"SetSmart answered without an error but did not apply the secret {name} that is "
            "declared; declare what it keeps, or leave it to SetSmart with ignore_changes"
        )
    kept = shown(difference.actual)
    ways_out = "take it out of the program" if difference.actual is None else f"declare {kept}"
    if is_reordered(difference.declared, difference.actual):
        ways_out += f", name it in {UNORDERED} if its order means nothing"
    return (
        f"SetSmart keeps {name} as {kept} where {shown(difference.declared)} is declared, which it "
        f"did not apply; {ways_out}, or leave it to SetSmart with ignore_changes"
    )
