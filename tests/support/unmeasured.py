"""The environment of a process that coverage stays out of: its modules and files would show."""

import os


def unmeasured() -> dict[str, str]:
    """Return this process's environment, without what tells coverage to measure."""
    return {**os.environ, "COVERAGE_PROCESS_CONFIG": ""}
