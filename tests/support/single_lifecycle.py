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
