#!/usr/bin/env python3
"""Make `.venv/bin/pulumi`: a link to a Pulumi CLI that can run this project's programs.

It takes the one that is installed, else it builds one from Go modules, which go.sum verifies. Where
PULUMI_CLI_SHA256 is set, it downloads the official one instead of building it, and accepts it only
if its archive has that digest. What it fetches or builds goes where Pulumi's own SDK puts it,
`~/.pulumi/versions`, so that other clones find it there. It logs in nowhere and touches no stack.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from pulumi_cli import command, search
from pulumi_cli.build import build
from pulumi_cli.download import download
from pulumi_cli.engine import Engine
from pulumi_cli.link import LINK, obtain


def install(say: Callable[[str], None]) -> None:
    """Make the link, and say which engine it is."""
    engine = obtain(LINK, _sources(say), say)
    say(f"{engine} is ready.")


def _sources(say: Callable[[str], None]) -> list[Callable[[], Engine]]:
    pulumi_home = Path.home() / ".pulumi"
    versions = pulumi_home / "versions"
    digest = os.environ.get("PULUMI_CLI_SHA256", "")
    return [
        lambda: search.find(search.folders(os.environ.get("PATH", ""), pulumi_home), LINK, say),
        lambda: download(versions, digest, say) if digest else build(versions, say),
    ]


if __name__ == "__main__":
    sys.exit(command.run(install))
