"""Creating an object once, whatever becomes of the answers."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Container

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ApiError,
    ConflictError,
    ExistingObjectError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    UnknownOutcomeError,
)
from pulumi_setsmart.lifecycle.operation import Operation
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.lifecycle.snapshot import Snapshot
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.record import Record

_ADVICE = (
    "look in SetSmart whether it was created; if so, the next `pulumi up` finds it, and takes it "
    "over with setsmart:ifExists set to adopt"
)


@frozen
class Creation:
    """One object that is intended, and every attempt at it.

    A POST whose outcome is not known is never simply repeated: the collection is read afresh, at
    once and again when the server has had time to settle, to see whether the object is there.

    Attributes:
        operation: What it is a part of.
        owner: The salt of the bookkeeping of the resource that it is for.
    """

    operation: Operation
    owner: str

    def carry_out(self) -> tuple[str, Record | None]:
        """Create the object.

        Returns:
            Its id, and the object where the server has shown it.

        Raises:
            ExistingObjectError: The server answered with an object that existed before.
            AlreadyManagedError: The server answered with an object of another resource.
            UnknownOutcomeError: It cannot be found out whether it was created.
            ApiError: It was not created.
        """
        self._list_what_is_there()
        idempotency_key = str(uuid.uuid4())
        round_number = 0
        while True:
            round_number += 1
            try:
                return self._post(idempotency_key)
            except (UnknownOutcomeError, ConflictError) as error:
                # A conflict is an answer to the first attempt only if there was one.
                if isinstance(error, ConflictError) and round_number == 1:
                    raise
                found = self._look_for_it(error)
                if found is not None:
                    return found.id, found
                if isinstance(error, ConflictError):
                    raise
                if round_number > self.operation.settings.connection.retry.retries:
                    reason = f"{error.reason}, {round_number} times, and it was not created"
                    raise UnknownOutcomeError(reason, error.context) from None
                self.operation.report(f"{error.reason}, and it was not created; creating it again")

    def _list_what_is_there(self) -> None:
        """Make sure that it is known what was there before anything is created.

        A collection of which nothing is known may have no list; then a lost POST stays unresolved.
        """
        try:
            self.operation.require_whole_list()
        except (NotFoundError, PermissionDeniedError, MethodNotAllowedError):
            if self.operation.kind.identity_names(self.operation.properties):
                raise

    def _post(self, idempotency_key: str) -> tuple[str, Record | None]:
        with self._roster.posting(self._fields):
            identifier, record = self._collection.create(self._fields, idempotency_key)
            self._roster.claim(identifier, self.owner)
        self._snapshot.outdate(identifier)
        if identifier in self._ids_before and not self._snapshot.is_gone(identifier):
            raise ExistingObjectError(
                f"SetSmart answered with {identifier}, which existed before: nothing was created, "
                f"and {identifier} may have been changed. Look at it in SetSmart, then import it "
                '(documentation, Take over what exists) or take it over with if_exists="adopt"'
            )
        return identifier, record

    def _look_for_it(self, error: ApiError) -> Record | None:
        """Return the object that a lost POST has created, or None if it is sure not to have."""
        if self._snapshot.completed is None:  # then nothing tells what is new
            raise UnknownOutcomeError(f"{error.reason}; {_ADVICE}", error.context) from None
        settle_time = self.operation.settings.settle_time
        try:
            found = self._found()
            if found is None:
                self.operation.report(
                    f"{error.reason}, and it is not there yet; "
                    f"looking once more in {settle_time:g} s"
                )
                self._collection.client.wait(settle_time)
                found = self._found()
        except (ApiError, TimeoutError) as failure:
            why = f": {failure.reason}" if isinstance(failure, ApiError) else ""
            raise UnknownOutcomeError(
                f"{error.reason}, and looking for it failed{why}; {_ADVICE}", error.context
            ) from None
        if found is not None:
            self.operation.report(f"{error.reason}, but {found.id} was created and is taken over")
        return found

    def _found(self) -> Record | None:
        new = (self._new(record) for record in self._collection.records())
        whole = [record for record in new if record is not None]
        found = self._roster.claim_new(whole, self._fields, self.owner)
        if found is not None:
            self._snapshot.outdate(found.id)
        return found

    def _new(self, record: Record) -> Record | None:
        """Return an object that is new on the list, with all that is declared, or None."""
        if self._snapshot.is_gone(record.id):  # the list is late, or its id was given again
            with contextlib.suppress(NotFoundError):
                return self._collection.get(record.id)
            return None
        if record.id in self._ids_before:
            return None
        return self._collection.whole(record, self._fields)

    @property
    def _ids_before(self) -> Container[str]:
        return self._snapshot.completed or ()

    @property
    def _collection(self) -> Collection:
        return self.operation.collection

    @property
    def _roster(self) -> Roster:
        return self.operation.roster

    @property
    def _snapshot(self) -> Snapshot:
        return self.operation.snapshot

    @property
    def _fields(self) -> JsonObject:
        return self.operation.declaration.fields
