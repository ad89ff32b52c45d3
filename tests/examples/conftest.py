"""actionlint; where there is none, a test is skipped, and the summary says so."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from skipping import NO_ACTIONLINT


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
