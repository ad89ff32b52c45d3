"""What all accounts share in one run."""

from __future__ import annotations

import threading

from pulumi_setsmart.client.errors import DeletionRefusedError
from pulumi_setsmart.lifecycle.roster import Roster
from pulumi_setsmart.models.message_code import MessageCode


class Run:
    """One per process.

    Args:
        max_deletions: How many objects a run may delete or deactivate, or None for any number.
    """

    def __init__(self, max_deletions: int | None = None) -> None:
        self._lock = threading.Lock()
        self._deletions_left = max_deletions
        self._rosters: dict[tuple[str, str], Roster] = {}

    def roster(self, base_url: str, path: str) -> Roster:
        """Return whose the objects of a collection are, as far as this run knows.

        Several keys may lead to the same objects, so accounts at one base URL share it.
        """
        with self._lock:
            return self._rosters.setdefault((base_url, path.rstrip("/")), Roster())

    def count_deletion(self) -> None:
        """Count an object that is about to be deleted or deactivated.

        Raises:
            DeletionRefusedError: It would be one too many for this run.
        """
        with self._lock:
            if self._deletions_left == 0:
                raise DeletionRefusedError(
                    "not deleted: this run has made as many deletions as setsmart:maxDeletions "
                    "allows. If all of them are meant, raise it",
                    code=MessageCode.DELETION_LIMIT,
                )
            if self._deletions_left is not None:
                self._deletions_left -= 1
