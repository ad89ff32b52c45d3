"""Mockoon: a CRUD route on a data bucket, UUIDs for keys, and the total in a header."""

from functools import partial
from pathlib import Path

from foreign.server import APPS, ForeignServer
from support.npm_packages import NODE_MODULES, npm_packages, npm_version


def _command(port: int, _: Path) -> list[str]:
    return [
        *("node", str(NODE_MODULES / "@mockoon" / "cli" / "bin" / "run.js"), "start"),
        *("--data", str(APPS / "mockoon_listings.json"), "--port", str(port)),
        *("--hostname", "127.0.0.1", "--disable-log-to-file", "--disable-admin-api"),
    ]


MOCKOON = ForeignServer(
    name="Mockoon",
    version=partial(npm_version, "@mockoon/cli"),
    command=_command,
    requirement=npm_packages,
)
