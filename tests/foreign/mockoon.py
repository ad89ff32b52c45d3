"""Mockoon: a CRUD route on a data bucket, UUIDs for keys, and the total in a header."""

from functools import partial
from pathlib import Path

from foreign.npm_package import PACKAGES, required, version
from foreign.server import APPS, ForeignServer


def _command(port: int, _: Path) -> list[str]:
    return [
        *("node", str(PACKAGES / "@mockoon" / "cli" / "bin" / "run.js"), "start"),
        *("--data", str(APPS / "mockoon_listings.json"), "--port", str(port)),
        *("--hostname", "127.0.0.1", "--disable-log-to-file", "--disable-admin-api"),
    ]


MOCKOON = ForeignServer(
    name="Mockoon",
    version=partial(version, "@mockoon/cli"),
    command=_command,
    requirement=required,
)
