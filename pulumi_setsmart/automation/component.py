"""The portfolio as a component of a program, and the names of its children."""

from __future__ import annotations

from typing import Final

from attrs import frozen

PORTFOLIO: Final = "setsmart:index:Portfolio"
"""The type of the component; see `pulumi_setsmart.Portfolio`."""


@frozen
class Component:
    """A portfolio in a program; see `pulumi_setsmart.Portfolio`.

    Attributes:
        resource_name: Its name in the program.
    """

    resource_name: str

    def child(self, key: str) -> str:
        """Return the name of the resource that the portfolio makes of the entry with a key."""
        return f"{self.resource_name}-{key}"

    def key(self, name: str) -> str | None:
        """Return the key of the entry that a resource was made of; None if it is no child."""
        prefix = self.child("")
        return name.removeprefix(prefix) if name.startswith(prefix) else None
