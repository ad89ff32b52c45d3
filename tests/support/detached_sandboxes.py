"""The sandboxes that a test, or a page it follows, left in the background."""

import os
import subprocess
import sys
from pathlib import Path

from support.waiting import HANG_GUARD


def stop_detached_sandboxes(home: Path) -> None:
    """End those that were started with ``home`` as the home of the user."""
    for file in home.rglob("sandbox-*.pid"):
        port = file.stem.removeprefix("sandbox-")
        subprocess.run(
            [sys.executable, "-m", "pulumi_setsmart", "sandbox", "--stop", "--port", port],
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            capture_output=True,
            timeout=HANG_GUARD,
            check=False,
        )
