"""What workflows are checked and run with; where there is no actionlint, a test is skipped."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from support.skip_reasons import NO_ACTIONLINT


@pytest.fixture
def actionlint() -> Path:
    """The one that `tools/actionlint.sh` gets; on CI a failure where Go could have built it."""
    folders = [os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)]
    found = shutil.which("actionlint", path=os.pathsep.join(folders))
    if found:
        return Path(found)
    if os.environ.get("CI") == "true" and shutil.which("go"):
        pytest.fail(NO_ACTIONLINT)
    pytest.skip(NO_ACTIONLINT)


@pytest.fixture
def runner_environment() -> dict[str, str]:
    """What a runner of workflows has in its environment."""
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
