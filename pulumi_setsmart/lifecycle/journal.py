"""What the processes of one run tell each other: every change to what they share, in one order."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from pulumi_setsmart.models.json import Json

Event: TypeAlias = list[Json]
"""A change, as plain JSON without any value of an object."""


class JournalError(Exception):
    """A journal cannot be used any more; its text is the reason, which begins with the place."""


class Journal(Protocol):
    """The events of all processes of a run.

    Attributes:
        salt: What digests in the events depend on; the same for all processes of the run.
    """

    salt: str

    def begin(self) -> list[Event]:
        """Keep the other processes out, and return what they have appended since the last time.

        Raises:
            JournalError: It cannot be used.
        """

    def end(self, events: list[Event]) -> None:
        """Append events, and let the other processes in.

        Raises:
            JournalError: It cannot be used, and the others may not know the events.
        """

    def abandon(self) -> None:
        """Use it no more, and keep the others from relying on it, since this one goes on alone."""


class LocalJournal:
    """The journal of a run that has one process."""

    salt = ""

    def begin(self) -> list[Event]:
        """Return nothing, as there is nobody else."""
        return []

    def end(self, events: list[Event]) -> None:
        """Tell nobody."""

    def abandon(self) -> None:
        """Do nothing, as there is nobody else."""


class UnavailableJournal(LocalJournal):
    """The journal of a process that cannot have the one of its run."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def begin(self) -> list[Event]:
        """Say why.

        Raises:
            JournalError: Always.
        """
        raise JournalError(self._problem)
