"""How the stack that is looked at is chosen."""

from __future__ import annotations

from typing import Protocol

from pulumi_setsmart.automation.limited_command import TimeLimit


class StackChoice(Protocol):
    """Chooses the stack."""

    def __call__(self, *, limit: TimeLimit) -> str | None:
        """Return its name, or None for the environment's configuration alone.

        Args:
            limit: How long Pulumi may take.

        Raises:
            StackError: No stack is selected, or Pulumi cannot tell.
        """
