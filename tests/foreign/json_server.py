"""json-server: the last release with integer keys, and the one that is being rewritten."""

from functools import partial
from pathlib import Path

from foreign.server import APPS, Command, ForeignServer
from support.npm_packages import NODE_MODULES, npm_packages, npm_version


def _data(folder: Path) -> str:
    file = folder / "db.json"
    file.write_text('{"properties": []}')
    return str(file)


def _old(port: int, folder: Path) -> list[str]:
    program = NODE_MODULES / "json-server-0.17" / "lib" / "cli" / "bin.js"
    return ["node", str(program), _data(folder), "--port", str(port), "--host", "127.0.0.1"]


def _old_in_pages(first_page: str) -> Command:
    def command(port: int, folder: Path) -> list[str]:
        program = APPS / "json_server_paged.cjs"
        module = NODE_MODULES / "json-server-0.17"
        return ["node", str(program), str(module), str(port), _data(folder), first_page]

    return command


def _new(port: int, folder: Path) -> list[str]:
    program = NODE_MODULES / "json-server" / "lib" / "bin.js"
    (folder / "public").mkdir()
    return ["node", str(program), _data(folder), "--port", str(port), "--host", "127.0.0.1"]


OLD = ForeignServer(
    name="json-server 0.17",
    version=partial(npm_version, "json-server-0.17"),
    command=_old,
    requirement=npm_packages,
)
OLD_IN_PAGES = ForeignServer(
    name="json-server 0.17, links",
    version=partial(npm_version, "json-server-0.17"),
    command=_old_in_pages("_page=1&_limit=2"),
    requirement=npm_packages,
    whole="_limit=1000",
)
OLD_BY_OFFSET = ForeignServer(
    name="json-server 0.17, offsets",
    version=partial(npm_version, "json-server-0.17"),
    command=_old_in_pages("_start=0&_limit=2"),
    requirement=npm_packages,
    whole="_limit=1000",
    configuration={"setsmart:paging.style": "offset", "setsmart:paging.parameter": "_start"},
)
NEW = ForeignServer(
    name="json-server 1.0",
    version=partial(npm_version, "json-server"),
    command=_new,
    requirement=npm_packages,
    # Else it reads its file again while it writes it, and forgets what is created at that moment.
    environment={"NODE_ENV": "production"},
)
