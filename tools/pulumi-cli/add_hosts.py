#!/usr/bin/env python3
"""Complete the engine behind `.venv/bin/pulumi` for programs in YAML and TypeScript.

Pulumi's own archive has their language hosts. An engine that was built here gets them from their Go
modules, which go.sum verifies; they go beside the engine, where it looks for them.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from pulumi_cli import command
from pulumi_cli.build import OTHER_HOSTS, add_host
from pulumi_cli.engine import examine
from pulumi_cli.link import LINK


def add_hosts(say: Callable[[str], None]) -> None:
    """Add each host that is missing."""
    engine = examine(LINK)
    for host in OTHER_HOSTS:
        add_host(host, engine, Path.home() / ".pulumi" / "versions", say)


if __name__ == "__main__":
    sys.exit(command.run(add_hosts))
