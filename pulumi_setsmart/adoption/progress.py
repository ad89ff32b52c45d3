"""How a long command shows how far it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

ProgressCallback: TypeAlias = Callable[[int], None]
"""Is called with how many are done by now."""

ShowProgress: TypeAlias = Callable[
    [str, int | None], contextlib.AbstractContextManager[ProgressCallback]
]
"""Shows a stage of a command, by its label and how many there are to do (None: nobody knows).

The stage lasts as long as the context does, which gives the callback.
"""


@contextlib.contextmanager
def null_progress(_label: str, _total: int | None) -> Iterator[ProgressCallback]:
    """Show nothing."""
    yield lambda _done: None
