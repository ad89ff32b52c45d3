#!/usr/bin/env python3
"""Make `.venv/bin/pulumi`: a link to a Pulumi CLI that can run this project's programs.

It takes the one that is installed, else it builds one from Go modules, which go.sum verifies. Where
PULUMI_CLI_SHA256 is set, it downloads the official one instead of building it, and accepts it only
if its archive has that digest. What it fetches or builds goes where Pulumi's own SDK puts it,
`~/.pulumi/versions`, so that other clones find it there. It logs in nowhere and touches no stack.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pulumi_cli import search
from pulumi_cli.build import build
from pulumi_cli.download import download
from pulumi_cli.engine import Engine, Unavailable
from pulumi_cli.link import obtain

LINK = Path(__file__).parents[2] / ".venv" / "bin" / "pulumi"


def main() -> int:
    """Make the link, and return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))  # so that nothing is left behind
    say = _speaker()
    try:
        engine = obtain(LINK, _sources(say), say)
    except (Unavailable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"{engine} is ready.")
    return 0


def _sources(say: Callable[[str], None]) -> list[Callable[[], Engine]]:
    pulumi_home = Path.home() / ".pulumi"
    versions = pulumi_home / "versions"
    digest = os.environ.get("PULUMI_CLI_SHA256", "")
    return [
        lambda: search.find(search.folders(os.environ.get("PATH", ""), pulumi_home), LINK, say),
        lambda: download(versions, digest, say) if digest else build(versions, say),
    ]


def _speaker() -> Callable[[str], None]:
    started = time.monotonic()

    def say(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - started), 60)
        sys.stdout.write(f"  {minutes}:{seconds:02}  {line}\n")
        sys.stdout.flush()

    return say


if __name__ == "__main__":
    sys.exit(main())
