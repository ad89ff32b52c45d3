"""The `pip` of commands that tests run: it looks at the installed packages once, not each time.

Pulumi asks pip for the packages in every command on a Python program. That took a fifth of the time
of the tests with the engine, always with the same answer.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ANSWERS_VARIABLE = "PIP_ONCE_ANSWERS"
"""The folder of what pip answered; without it, as in benchmarks, pip is asked each time."""


@contextmanager
def asking_pip_once() -> Iterator[None]:
    """Keep what pip answers, for the commands that start in the meantime."""
    with tempfile.TemporaryDirectory(prefix="pip-once-") as answers:
        os.environ[ANSWERS_VARIABLE] = answers
        try:
            yield
        finally:
            del os.environ[ANSWERS_VARIABLE]


def pip_variables() -> dict[str, str]:
    """Return what a command in an environment of its own needs, for the pip that it runs."""
    # In a fresh home, pip asks the network for its newest version.
    variables = {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    answers = os.environ.get(ANSWERS_VARIABLE)
    if answers is None:
        return variables
    return {**variables, ANSWERS_VARIABLE: answers, "PYTHONPATH": str(Path(__file__).parent)}
