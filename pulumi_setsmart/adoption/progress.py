"""How a long command tells how far it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

Tell = Callable[[int], None]
"""Tells how many are done by now."""


class Progress(Protocol):
    """Shows the stages of a command, one after the other."""

    def stage(
        self, label: str, total: int | None = None
    ) -> contextlib.AbstractContextManager[Tell]:
        """Begin a stage, which lasts as long as the context does.

        Args:
            label: What is done in it.
            total: How many there are to do, or None where nobody knows.

        Returns:
            A context that gives what tells how many are done.
        """


class Silence:
    """Shows nothing."""

    @contextlib.contextmanager
    def stage(self, label: str, total: int | None = None) -> Iterator[Tell]:  # noqa: ARG002 -- as above
        """Begin a stage that nobody sees."""
        yield lambda _done: None
