"""A database that asks who somebody is: Debian's PostgreSQL, as a process of its own."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from attrs import define, frozen

from support.receiver_process import free_port
from support.state_backend import StateBackend
from support.waiting import HANG_GUARD, wait_until

USER = "nobody"
"""Who runs it where the tests are run by root, which PostgreSQL refuses to be."""

SETTINGS = {
    "fsync": "off",  # nobody needs the states of a test after a power failure
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}
ROLES = """\
CREATE ROLE writer LOGIN PASSWORD '{writer}';
CREATE ROLE reader LOGIN PASSWORD '{reader}';
CREATE DATABASE states OWNER writer;
\\connect states
GRANT CREATE ON SCHEMA public TO writer;
ALTER DEFAULT PRIVILEGES FOR ROLE writer IN SCHEMA public GRANT SELECT ON TABLES TO reader;
"""


def programs() -> Path | None:
    """Return the folder of its programs, or None; Debian has it beside PATH, one a version."""
    found = [Path(one) for one in [shutil.which("initdb")] if one]
    found += Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return found[-1].parent if found else None


@define
class Cluster:
    """The processes of a database.

    Attributes:
        command: How to start it.
        options: With which options of Popen.
        address: Where it is.
    """

    command: list[str]
    options: dict[str, Any]
    address: str
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        folder = programs()
        assert folder is not None
        self._process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL, **self.options)
        ready = [str(folder / "pg_isready"), "--quiet", "--dbname", self.address]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0)

    def kill(self) -> None:
        """Kill every process of it at once."""
        assert self._process is not None
        processes = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        psutil.wait_procs(processes)

    def stop(self) -> None:
        """Stop it; it breaks the connections of its clients."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)  # with SIGTERM it would wait for its clients
        self._process.wait(HANG_GUARD)


@frozen
class PostgresqlServer:
    """A database for states, with a table for each backend."""

    port: int
    _passwords: dict[str, str]
    _cluster: Cluster

    def backend(self, name: str, port: int | None = None) -> StateBackend:
        """Return the backend in the table with this name.

        Args:
            name: The name.
            port: Through which port Pulumi reaches it, if not its own.
        """
        writer, reader = (
            f"postgres://{user}:{self._passwords[user]}@127.0.0.1:{port or self.port}/states"
            for user in ("writer", "reader")
        )
        options = f"?sslmode=disable&table={name}"
        return StateBackend(
            writer={"PULUMI_BACKEND_URL": writer + options},
            reader={"PULUMI_BACKEND_URL": reader + options},
            content=lambda: _content(writer, name),
        )

    def restart(self) -> None:
        """Kill all of it, and start it again with what it has stored."""
        self._cluster.kill()
        self._cluster.start()


def _content(address: str, table: str) -> dict[str, str]:
    query = f"SELECT json_agg(json_build_array(key, data->>'data')) FROM {table}"  # noqa: S608 -- a test's own
    rows = json.loads(_psql(query, address) or "[]")
    return {key: base64.b64decode(data).decode() for key, data in rows}


@contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """Run a database that nobody but its two users, and who has set it up, can reach."""
    folder = programs()
    assert folder is not None
    port = free_port()
    passwords = {user: secrets.token_hex() for user in ("postgres", "writer", "reader")}
    with tempfile.TemporaryDirectory() as home:
        user = _user()
        data, password = Path(home, "data"), Path(home, "password")
        password.write_text(passwords["postgres"])
        if user:
            for path in (home, password):
                shutil.chown(path, user["user"], user["group"])
        subprocess.run(
            [
                *(str(folder / "initdb"), "--pgdata", str(data), "--username", "postgres"),
                *("--auth", "scram-sha-256", "--pwfile", str(password)),
                *("--no-sync", "--encoding", "UTF8", "--locale", "C"),
            ],
            cwd=home,
            stdout=subprocess.DEVNULL,
            check=True,
            **user,
        )
        settings = [word for item in SETTINGS.items() for word in ("-c", "=".join(item))]
        cluster = Cluster(
            [str(folder / "postgres"), "-D", str(data), "-p", str(port), *settings],
            {"cwd": home, **user},
            f"postgres://postgres:{passwords['postgres']}@127.0.0.1:{port}",
        )
        try:
            cluster.start()
            _psql(ROLES.format(**passwords), f"{cluster.address}/postgres")
            yield PostgresqlServer(port, passwords, cluster)
        finally:
            cluster.stop()


def _psql(commands: str, address: str) -> str:
    folder = programs()
    assert folder is not None
    return subprocess.run(
        [
            *(str(folder / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
            *("--set", "ON_ERROR_STOP=1", "--dbname", address),
        ],
        input=commands,
        stdout=subprocess.PIPE,
        text=True,
        timeout=HANG_GUARD,
        check=True,
    ).stdout


def _user() -> dict[str, Any]:
    """Return the options with which a process is started by somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    group = pwd.getpwnam(USER).pw_gid
    return {"user": USER, "group": group, "extra_groups": []}
