"""How a `pulumi_setsmart.Portfolio` and its children are called in a program and in a state."""

from __future__ import annotations

PORTFOLIO_TYPE = "setsmart:index:Portfolio"
"""The type of the component."""


def child_name(portfolio: str, key: str) -> str:
    """Return the name of the resource that a portfolio makes of the entry with a key."""
    return f"{portfolio}-{key}"


def entry_key(portfolio: str, name: str) -> str | None:
    """Return the key of the entry that a resource was made of; None if it is no child."""
    prefix = child_name(portfolio, "")
    return name.removeprefix(prefix) if name.startswith(prefix) else None


def portfolio_of(parent: str) -> str | None:
    """Return the name of the portfolio that a URN belongs to; None if it belongs to something else.

    Args:
        parent: The URN of a resource's parent.
    """
    return parent.rpartition("::")[2] if f"::{PORTFOLIO_TYPE}::" in parent else None
