"""Creating an object once, whatever becomes of the answers."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from attrs import frozen

from pulumi_setsmart.client.collection import Collection
from pulumi_setsmart.client.errors import (
    ApiError,
    ConflictError,
    ExistingObjectError,
    UnknownOutcomeError,
)
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.models.json import JsonObject
from pulumi_setsmart.models.record import Record

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 9
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
        collection: Where it is to be.
        roster: What this run knows of the collection.
        fields: The declared fields.
        owner: The resource that it is for.
        settle_time: How many seconds a server may take to carry out a POST that it did not answer.
        report: Tells the user what happens, in a sentence.
    """

    collection: Collection
    roster: Roster
    fields: JsonObject
    owner: str
    settle_time: float
    report: Callable[[str], None]

    def carry_out(self) -> tuple[str, Record | None]:
        """Create the object.

        Returns:
            Its id, and the object where the server has shown it.

        Raises:
            ExistingObjectError: The server answered with an object that existed before.
            SharedObjectError: The server answered with an object of another resource.
            UnknownOutcomeError: It cannot be found out whether it was created.
            ApiError: It was not created.
        """
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
                if round_number == _MOST_ROUNDS or isinstance(error, ConflictError):
                    raise
                self.report(f"{error.reason}, and it was not created; creating it again")

    def _post(self, idempotency_key: str) -> tuple[str, Record | None]:
        with self.roster.posting(self.fields):
            identifier, record = self.collection.create(self.fields, idempotency_key)
            self.roster.claim(identifier, self.owner)
        if identifier in (self.roster.listed or {}):
            raise ExistingObjectError(
                f"SetSmart answered with {identifier}, which existed before: nothing was created, "
                f"and {identifier} may have been changed. Look at it in SetSmart, then import it "
                '(README, Existing listings) or take it over with if_exists="adopt"'
            )
        return identifier, record

    def _look_for_it(self, error: ApiError) -> Record | None:
        """Return the object that a lost POST has created, or None if it is sure not to have."""
        if self.roster.listed is None:  # then nothing tells what is new
            raise UnknownOutcomeError(f"{error.reason}; {_ADVICE}", error.context) from None
        try:
            found = self._found()
            if found is None and self.settle_time > 0:
                self.report(
                    f"{error.reason}, and it is not there yet; "
                    f"looking once more in {self.settle_time:g} s"
                )
                self.collection.client.wait(self.settle_time)
                found = self._found()
        except (ApiError, TimeoutError) as failure:
            why = f": {failure.reason}" if isinstance(failure, ApiError) else ""
            raise UnknownOutcomeError(
                f"{error.reason}, and looking for it failed{why}; {_ADVICE}", error.context
            ) from None
        if found is not None:
            self.report(f"{error.reason}, but {found.id} was created and is taken over")
        return found

    def _found(self) -> Record | None:
        before = self.roster.listed or {}
        new = [record for record in self.collection.records() if record.id not in before]
        whole = filter(None, (self.collection.whole(record, self.fields) for record in new))
        return self.roster.claim_new(whole, self.fields, self.owner)
