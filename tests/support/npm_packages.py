"""Programs from npm, which `tools/npm.sh` installs; where there are none, a test is skipped."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from support.skip_reasons import NO_NPM_PACKAGES

NODE_MODULES = Path(sys.executable).parents[1] / "npm" / "node_modules"


def npm_packages() -> Path:
    """Return the folder of the packages; skip the test without, on CI fail it if there is npm."""
    if shutil.which("node") and NODE_MODULES.exists():
        return NODE_MODULES
    if os.environ.get("CI") == "true" and shutil.which("npm"):
        pytest.fail(NO_NPM_PACKAGES)
    pytest.skip(NO_NPM_PACKAGES)


def npm_version(package: str) -> str:
    """Return which version of a package is installed."""
    described: dict[str, Any] = json.loads((NODE_MODULES / package / "package.json").read_text())
    return str(described["version"])
