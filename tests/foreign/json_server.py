"""json-server: the last release with integer keys, and the one that is being rewritten."""

from pathlib import Path

from foreign.npm_package import PACKAGES, required
from foreign.server import APPS, ForeignServer


def _data(folder: Path) -> str:
    file = folder / "db.json"
    file.write_text('{"properties": []}')
    return str(file)


def _old(port: int, folder: Path) -> list[str]:
    program = PACKAGES / "json-server-0.17" / "lib" / "cli" / "bin.js"
    return ["node", str(program), _data(folder), "--port", str(port), "--quiet"]


def _old_in_pages(port: int, folder: Path) -> list[str]:
    program = APPS / "json_server_paged.cjs"
    return ["node", str(program), str(PACKAGES / "json-server-0.17"), str(port), _data(folder)]


def _new(port: int, folder: Path) -> list[str]:
    program = PACKAGES / "json-server" / "lib" / "bin.js"
    (folder / "public").mkdir()
    return ["node", str(program), _data(folder), "--port", str(port), "--host", "127.0.0.1"]


OLD = ForeignServer(name="json-server 0.17", command=_old, requirement=required)
OLD_IN_PAGES = ForeignServer(
    name="json-server 0.17, pages",
    command=_old_in_pages,
    requirement=required,
    whole="_limit=1000",
)
NEW = ForeignServer(
    name="json-server 1.0",
    command=_new,
    requirement=required,
    # Else it reads its file again while it writes it, and forgets what is created at that moment.
    environment={"NODE_ENV": "production"},
)
