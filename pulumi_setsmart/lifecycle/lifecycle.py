"""The lifecycle of one object, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
from attrs import frozen

from pulumi_setsmart.client.confidential import redacted
from pulumi_setsmart.client.errors import ExistingObjectError, NotFoundError
from pulumi_setsmart.config import Settings
from pulumi_setsmart.lifecycle.account import Account
from pulumi_setsmart.lifecycle.adoption import (
    adoption_in,
    confirm_adoption,
    find_adoption,
    with_adoption,
)
from pulumi_setsmart.lifecycle.check import InputViolation, violations
from pulumi_setsmart.lifecycle.cleared_fields import with_cleared_fields
from pulumi_setsmart.lifecycle.creation import create_object
from pulumi_setsmart.lifecycle.declaration import (
    ID,
    Declaration,
    canonical,
    in_known_order,
    keeping_secrets,
    read_declaration,
    with_secrets_in_order,
)
from pulumi_setsmart.lifecycle.deletion import delete_object
from pulumi_setsmart.lifecycle.kind import DELETION_POLICY, EXISTING_ID, Kind
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.planned_change import (
    PlannedChange,
    planned_change,
    refuse_another_id,
    refuse_import_from_elsewhere,
    refuse_import_over,
)
from pulumi_setsmart.lifecycle.reading import (
    ReadObject,
    confirm_account,
    imported_object,
    read_object,
    with_importable,
)
from pulumi_setsmart.lifecycle.rename_guard import refuse_shifted_identity
from pulumi_setsmart.lifecycle.resource_key import resource_key_in
from pulumi_setsmart.lifecycle.same_object import add_reference, confirm_deletion
from pulumi_setsmart.lifecycle.state_metadata import Imported, Since, StateMetadata
from pulumi_setsmart.lifecycle.stored_object import StoredObject
from pulumi_setsmart.lifecycle.update import update_object
from pulumi_setsmart.lifecycle.write_result import outputs_after_write
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.record import Record


@frozen
class CheckedInputs:
    """What came of a check.

    Attributes:
        inputs: The inputs to go on with.
        violations: What is wrong with them, one reason for each field.
    """

    inputs: dict[str, Json]
    violations: list[str]


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

    def check(
        self,
        inputs: Mapping[str, Json],
        *,
        exists: bool,
        before: Mapping[str, Json] | None = None,
        refused: Iterable[InputViolation] = (),
    ) -> CheckedInputs:
        """Validate the inputs and bring them into the form in which they are compared.

        For an object that is to be created, it is also looked up whether it exists: a preview
        calls nothing else, and who approves it has to know.

        Args:
            inputs: The inputs.
            exists: Whether the state holds the object already.
            before: The inputs in the state, if it does.
            refused: What was found wrong with the inputs before.

        Raises:
            ExistingIdError: The object that the program names by its id cannot be adopted.
            ApiError: It cannot be looked up.
        """
        key = resource_key_in(inputs)
        if key is not None:
            self.account.run.declare(key)
        # As they arrived, they have the names to clear, which may be secret, too.
        declared, stored = (read_declaration(self.kind, each) for each in (inputs, before or {}))
        cleared = with_cleared_fields(self.kind, inputs)
        inputs = cleared.inputs
        with keeping_secrets(declared, stored):
            wrong = (*refused, *cleared.violations, *violations(self.kind, inputs))
            found = [redacted(str(violation)) for violation in wrong]
            ordered = in_known_order(self.kind, before or {}, canonical(self.kind, inputs))
            checked = with_secrets_in_order(self.kind, inputs, ordered)
            checked.setdefault(DELETION_POLICY, str(self.settings.deletion_policy))
            if isinstance(checked.get(EXISTING_ID), int):
                checked[EXISTING_ID] = str(checked[EXISTING_ID])  # an id is a string everywhere
            if exists or found:
                return CheckedInputs(checked, found)
            try:
                adoption = find_adoption(self._begin(checked))
            except ExistingObjectError as error:
                return CheckedInputs(checked, [str(error)])
            return CheckedInputs(
                checked if adoption is None else with_adoption(checked, adoption), []
            )

    def diff(self, outputs: Mapping[str, Json], inputs: Mapping[str, Json]) -> PlannedChange:
        """Compare what was last known of an object with what the program declares.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            WrongAccountError: It was last seen with another key or base URL, and is not in the
                account of this run.
            ApiError: That could not be looked up.
            AlreadyManagedError: The object belongs to another resource.
            ExistingIdError: The program names another object by its id, or imported one from
                elsewhere.
            ShiftedIdentityError: It would get the name of another object, or another one its name.
        """
        stored = StoredObject.of(self.kind, str(outputs.get(ID)), outputs)
        declaration = read_declaration(self.kind, inputs)
        ownership = self.account.ownership(self.kind.path(outputs, self.settings))
        is_undeclared = stored.metadata.imported is Imported.UNDECLARED
        with keeping_secrets(stored.declaration, declaration):
            confirm_account(self._begin(outputs, stored.declaration), stored)
            refuse_another_id(inputs.get(EXISTING_ID), outputs.get(ID))
            with self.account.run.turn():
                # Should it be replaced, the check of the new object must not find the old one.
                # What was imported by a read gets its owner here: only what is managed is compared.
                ownership.claim(stored.identifier, stored.salt)
                if stored.metadata.imported:
                    self._note_import(stored, inputs)
                if is_undeclared:
                    refuse_import_from_elsewhere(self.kind, stored, inputs)
                self._refuse_shifted_identity(stored, inputs, declaration)
                is_read = is_undeclared and ownership.is_read(stored.identifier)
            change = planned_change(self.kind, stored, inputs, declaration)
            # Without an update, the state would not learn that it was imported as declared.
            return attrs.evolve(change, changes=True) if is_read else change

    def create(self, inputs: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
        """Create an object, or adopt the one that exists, if that is what is asked for.

        Returns:
            Its id and its outputs.

        Raises:
            ExistingIdError: The object that the program names by its id cannot be adopted.
            ExistingObjectError: It exists, and it was not said what to do then.
            AlreadyManagedError: The response shows an object of another resource.
            ApiError: It was not created, or, for an UnknownOutcomeError, perhaps.
        """
        operation = self._begin(inputs)
        with keeping_secrets(operation.declaration):
            adoption = adoption_in(inputs) or find_adoption(operation)
            if adoption is not None:
                confirm_adoption(operation, adoption)
                metadata = StateMetadata(salt=adoption.owner)
                stored = StoredObject.new(self.kind, adoption.identifier, metadata)
                return stored.identifier, update_object(operation, stored)
            metadata = StateMetadata()
            identifier, response = create_object(operation, metadata.salt)
            record = operation.whole(identifier, response, first=True)
            stored = StoredObject.new(self.kind, identifier, metadata)
            return identifier, outputs_after_write(
                operation, stored, response or record, record, Since.CREATE
            )

    def read(
        self,
        identifier: str,
        outputs: Mapping[str, Json],
        inputs: Mapping[str, Json] | None = None,
        resource_key: str | None = None,
    ) -> ReadObject | None:
        """Look at an object.

        Args:
            identifier: Its id.
            outputs: What was last known of it; only where it is, for one that is read for the
                first time.
            inputs: What the program declared of it last, where Pulumi tells. An object that was
                imported without that is managed from then on.
            resource_key: The text of the key of its resource, where Pulumi tells.

        Returns:
            What it is now, or None if it was deleted.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            WrongAccountError: It is not there, but it may not have been deleted; or it
                is another one, which may be a stranger's.
            AlreadyManagedError: It belongs to another resource.
            ApiError: It could not be read.
        """
        stored = StoredObject.of(self.kind, identifier, outputs).of_resource(resource_key)
        if stored.owner is None and inputs:
            stored = stored.declared_by(self.kind, inputs)
        if stored.metadata.imported:
            self._note_import(stored, inputs or {})
            # Only a check adds this one to the inputs, so what a program declares is in the state.
            if DELETION_POLICY in (inputs or {}):
                stored = attrs.evolve(
                    stored, metadata=attrs.evolve(stored.metadata, imported=Imported.DECLARED)
                )
        with keeping_secrets(stored.declaration):
            return read_object(self._begin(outputs, stored.declaration), stored)

    def read_unknown(
        self, identifier: str, place: Mapping[str, Json], resource_key: str, text: str
    ) -> ReadObject | None:
        """Look at an object that the state does not hold: to import it, or only to read it.

        No resource claims it: the engine does not say whether this is an import or only a read.

        Args:
            identifier: Its id.
            place: Where it is, if its kind can be in more than one place.
            resource_key: The text of the key of the resource that imports or reads it.
            text: What the program or the user calls it by: the id, or place and id.

        Returns:
            The object, with the fields that it shows as what a program may declare; None if there
            is no such object.

        Raises:
            ExistingIdError: The resource has another object.
            ApiError: It could not be read.
        """
        stored = StoredObject.unknown(self.kind, identifier, place)
        operation = self._begin(place, stored.declaration)
        refuse_import_over(operation.identities.object_of(resource_key), identifier, text)
        try:
            seen = read_object(operation, stored)
        except NotFoundError:
            return None
        return None if seen is None else with_importable(self.kind, seen, resource_key)

    def imported(self, record: Record, inputs: Mapping[str, Json]) -> ReadObject:
        """Return what the state is to hold of an object that is imported, as it was just read.

        Where it is not as declared, the next read and diff show the difference, field by field.

        Args:
            record: The object.
            inputs: What the program declares of it.
        """
        operation = self._begin(self.check(inputs, exists=True).inputs)
        with keeping_secrets(operation.declaration):
            stored = StoredObject.new(self.kind, record.id, StateMetadata())
            return imported_object(operation, stored, record)

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
            ShiftedIdentityError: It would get the name of another object, or another one its name.
            ApiError: It could not be updated.
        """
        stored = StoredObject.of(self.kind, identifier, outputs)
        operation = self._begin(inputs)
        with keeping_secrets(stored.declaration, operation.declaration):
            self._refuse_shifted_identity(stored, inputs, operation.declaration)
            add_reference(operation, stored)
            try:
                return update_object(operation, stored)
            except NotFoundError:
                confirm_deletion(operation, stored)
                raise

    def delete(
        self, identifier: str, outputs: Mapping[str, Json], resource_key: str | None = None
    ) -> None:
        """Delete an object, or deactivate it; one that is gone already is no error.

        Args:
            identifier: Its id.
            outputs: What was last known of it.
            resource_key: The text of the key of its resource, where Pulumi tells.

        Raises:
            MetadataError: What the state remembers of it cannot be read.
            NotDeletedError: It would be one too many, or it cannot be deactivated.
            WrongAccountError: It is not in this account.
            ApiError: It could not be deleted.
        """
        stored = StoredObject.of(self.kind, identifier, outputs).of_resource(resource_key)
        with keeping_secrets(stored.declaration):
            delete_object(self._begin(outputs, stored.declaration), stored)

    def _note_import(self, stored: StoredObject, inputs: Mapping[str, Json]) -> None:
        key = resource_key_in(inputs) or stored.metadata.resource_key
        if key is not None:
            path = self.kind.path(stored.outputs, self.settings)
            place = self.account.place_of(path, stored.identifier)
            self.account.run.note_import(key, *place)

    def _refuse_shifted_identity(
        self, stored: StoredObject, inputs: Mapping[str, Json], declaration: Declaration
    ) -> None:
        refuse_shifted_identity(
            self.account.identities(self.kind.path(stored.outputs, self.settings)),
            stored,
            self.kind.identity_names(inputs),
            inputs,
            declaration,
            allow_swaps=self.settings.allow_swaps,
        )

    def _begin(
        self, properties: Mapping[str, Json], declaration: Declaration | None = None
    ) -> Operation:
        declared = declaration or read_declaration(self.kind, properties)
        return Operation.begin(self.kind, self.account, self.settings, properties, declared)
