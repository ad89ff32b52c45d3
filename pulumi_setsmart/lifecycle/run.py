"""What all accounts share in one run."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable

from pulumi_setsmart.client.errors import NotDeletedError
from pulumi_setsmart.lifecycle.ownership import OwnershipRegistry
from pulumi_setsmart.models.message_code import MessageCode


class Run:
    """One per process.

    Attributes:
        started_at: When it began, in whole seconds since 1970.
    """

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        """Begin a run at the time that a clock shows."""
        self.started_at = int(wall_clock())
        self._lock = threading.Lock()
        self._deletions = 0
        self._adoptions = 0
        self._declared: set[str] = set()
        self._registries: defaultdict[tuple[str, str], OwnershipRegistry] = defaultdict(
            OwnershipRegistry
        )

    def ownership(self, base_url: str, path: str) -> OwnershipRegistry:
        """Return whose the objects of a collection are, as far as this run knows.

        Several keys may lead to the same objects, so accounts at one base URL share it.
        """
        with self._lock:
            return self._registries[base_url, path.rstrip("/")]

    def declare(self, key: str) -> None:
        """Note the text of the key of a resource that the program of this run declares."""
        with self._lock:
            self._declared.add(key)

    def is_declared(self, key: str | None) -> bool:
        """Return whether the program declares a resource, as far as this run knows by now.

        At the end of an update this is complete; `destroy` and `refresh` declare nothing.
        """
        with self._lock:
            return key in self._declared

    def count_adoption(self) -> int:
        """Count an object that is adopted as it is, and return how many there are by now."""
        with self._lock:
            self._adoptions += 1
            return self._adoptions

    def count_deletion(self, max_deletions: int | None) -> None:
        """Count an object that is about to be deleted or deactivated.

        Args:
            max_deletions: How many a run may delete or deactivate, or None for any number.

        Raises:
            NotDeletedError: It would be one too many for this run.
        """
        with self._lock:
            if max_deletions is not None and self._deletions >= max_deletions:
                raise NotDeletedError(
                    f"not deleted: setsmart:maxDeletions is {max_deletions}, and this run has made "
                    "as many deletions. `pulumi-setsmart report` lists the planned ones; if all "
                    "are meant, allow them once with SETSMART_MAX_DELETIONS=NUMBER",
                    code=MessageCode.DELETION_LIMIT,
                )
            self._deletions += 1
