"""The official download, by Pulumi's own SDK."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from pulumi_cli import folder, process
from pulumi_cli.engine import Engine

LIMIT = 300.0  # seconds for about 150 MB

INSTALL = """
import socket, sys
from pulumi.automation import PulumiCommand
socket.setdefaulttimeout(10)  # without access to the site some machines refuse, others stay silent
PulumiCommand.install(root=sys.argv[1])
"""


def download(versions: Path, say: Callable[[str], None]) -> Engine:
    """Install the engine of the SDK's own version from Pulumi's site."""
    wanted = version("pulumi")

    def fill(root: Path) -> None:
        process.run(
            [sys.executable, "-c", INSTALL, root],
            title=f"The download of Pulumi {wanted}",
            limit=LIMIT,
            say=say,
            note=lambda _: "under way",
        )

    say(f"Downloading Pulumi {wanted}.")
    return folder.install(versions, wanted, fill, say)
