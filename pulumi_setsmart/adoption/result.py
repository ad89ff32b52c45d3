"""What comes of adopting an account."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from pulumi_setsmart.models.message_code import Notice


@frozen
class Proof:
    """What a preview showed after the import.

    Attributes:
        changes: What `pulumi up` would do to the resources of the portfolio, by their names:
            ``update``, ``delete`` and so on. None is as it should be.
        others: How many other resources it would do something to; entries whose listing is gone
            do not count here, as they are named apart.
        kept: Whether the import stands. Where the program would do more to what was imported than
            update it, the stack was brought back to what it was.
    """

    changes: Mapping[str, str]
    others: int
    kept: bool


@frozen
class AdoptionResult:
    """What came of it.

    Attributes:
        new: The ids of the objects that were adopted, by the names of their resources.
        known: How many were known before.
        gone: The names of the resources whose objects are not in the account.
        renamed: The former keys, by the names of the resources whose entries now name them.
        managed: How many objects other resources of the stack stand for.
        elsewhere: How many objects other stacks manage.
        unselected: How many objects nobody is known to manage, and are not selected.
        unassigned: What may belong to any of the stacks that share the portfolio file.
        left_out: What is not declared, and why.
        files: What was written.
        proof: What the preview showed, or None where there was no stack to import into.
    """

    new: Mapping[str, str]
    known: int
    gone: list[str]
    renamed: Mapping[str, str]
    managed: int
    elsewhere: int
    unselected: int
    unassigned: list[str]
    left_out: list[Notice]
    files: list[Path]
    proof: Proof | None

    @property
    def succeeded(self) -> bool:
        """Whether `pulumi up` would do nothing to what was adopted."""
        return self.proof is None or not self.proof.changes
