"""One lifecycle in the place of those that a stack is configured for."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pulumi_setsmart.lifecycle.lifecycle import Lifecycle
from pulumi_setsmart.models.json import Json


@frozen
class SingleLifecycle:
    """One lifecycle for every account."""

    lifecycle: Lifecycle

    def of_account(self, _properties: Mapping[str, Json]) -> Lifecycle:
        """Return it."""
        return self.lifecycle

    def located(self, identifier: str, place: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        """Return both as they are: no account has a name."""
        return identifier, place

    def refuse_missing(self, identifier: str, place: Mapping[str, Json]) -> None:
        """Refuse nothing: there is no other account."""

    def note_failed_read(self) -> None:
        """Note it for the run of this lifecycle."""
        self.lifecycle.account.run.note_failed_read()
