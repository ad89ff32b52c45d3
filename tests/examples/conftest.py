"""What workflows are run with."""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def runner_environment() -> dict[str, str]:
    """What a runner of workflows has in its environment."""
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
