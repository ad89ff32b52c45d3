"""Servers that npm's packages are, installed by `tools/npm.sh`."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from skipping import NO_NPM_PACKAGES

PACKAGES = Path(sys.executable).parents[1] / "npm" / "node_modules"


def required() -> None:
    """Go on if the packages are installed: else skip the test, or fail it on CI if there is npm."""
    if shutil.which("node") and PACKAGES.exists():
        return
    if os.environ.get("CI") == "true" and shutil.which("npm"):
        pytest.fail(NO_NPM_PACKAGES)
    pytest.skip(NO_NPM_PACKAGES)


def version(package: str) -> str:
    """Return which version of a package is installed."""
    described: dict[str, Any] = json.loads((PACKAGES / package / "package.json").read_text())
    return str(described["version"])
