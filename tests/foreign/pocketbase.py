"""PocketBase: keys of letters and digits, pages with their number and the total, no PUT."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from foreign.server import ForeignServer
from support.skip_reasons import NO_POCKETBASE

MODULE = Path(__file__).parents[2] / "tools" / "pocketbase" / "go.mod"
PROGRAM = Path(sys.executable).parent / "pocketbase"


def _required() -> None:
    if PROGRAM.exists():
        return
    if os.environ.get("CI") == "true" and shutil.which("go"):
        pytest.fail(NO_POCKETBASE)
    pytest.skip(NO_POCKETBASE)


def _command(port: int, folder: Path) -> list[str]:
    return [
        *(str(PROGRAM), "serve", "--http", f"127.0.0.1:{port}", "--dir", str(folder / "data")),
    ]


def _version() -> str:
    [version] = re.findall(r"pocketbase/pocketbase v(\S+)", MODULE.read_text())
    return str(version)


def _server(name: str, **environment: str) -> ForeignServer:
    return ForeignServer(
        name=name,
        version=_version,
        command=_command,
        requirement=_required,
        environment=environment,
        base_url_path="/api",
        path="/collections/properties/records",
        whole="perPage=500",
        items="items",
    )


STOCK = _server("PocketBase")
WITH_PUT = _server("PocketBase, pages, PUT", PAGE_SIZE="2")
