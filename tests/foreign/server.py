"""A server that nobody here wrote, run as a process of its own while a test needs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from attrs import field, frozen
from support.receiver_process import free_port
from support.waiting import HANG_GUARD, wait_until

APPS = Path(__file__).parent / "apps"
JsonObject = dict[str, Any]
Command = Callable[[int, Path], list[str]]
"""What starts a server, from a port and an empty folder for its data."""


@frozen
class ForeignServer:
    """What the tests know of a server: how to start it, and how to look at it past Pulumi.

    Attributes:
        name: What it is called in test names and in the documentation.
        version: Tells which version of it is installed.
        command: What starts it.
        requirement: Fails or skips the test where the server is not installed.
        environment: What it finds in its environment, beside PATH and HOME.
        base_url_path: The path of the base URL.
        path: The collection's path below the base URL.
        whole: The query that asks for the whole collection in one page.
        items: The name of the list in such a page; None if the page is the list.
        configuration: What a stack has to configure, by the keys of `pulumi config set --path`.
    """

    name: str
    version: Callable[[], str]
    command: Command
    requirement: Callable[[], object] = lambda: None
    environment: Mapping[str, str] = field(factory=dict)
    base_url_path: str = ""
    path: str = "/properties"
    whole: str = ""
    items: str | None = None
    configuration: Mapping[str, str] = field(factory=dict)

    @contextmanager
    def running(self, folder: Path) -> Iterator[RunningServer]:
        """Run it on a free port, with its data in ``folder``, while the block runs."""
        folder.mkdir()
        port = free_port()
        with (folder / "printed.txt").open("wb") as printed:
            process = subprocess.Popen(
                self.command(port, folder),
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        base_url = f"http://127.0.0.1:{port}{self.base_url_path}"
        try:
            # Some servers close what was idle for some seconds, just when it is used again.
            limits = httpx.Limits(max_keepalive_connections=0)
            with httpx.Client(
                base_url=base_url, trust_env=False, timeout=HANG_GUARD, limits=limits
            ) as client:

                def answers() -> bool:
                    assert process.poll() is None, (folder / "printed.txt").read_text()
                    try:
                        return client.get(self.path).is_success
                    except httpx.TransportError:
                        return False

                wait_until(answers)
                yield RunningServer(self, base_url, client)
        finally:
            process.kill()
            process.wait(timeout=HANG_GUARD)


@frozen
class RunningServer:
    """A running server, and what a person could do to its objects without Pulumi.

    Attributes:
        described: What it is.
        base_url: What programs take for the base URL.
    """

    described: ForeignServer
    base_url: str
    _client: httpx.Client

    def objects(self) -> dict[str, JsonObject]:
        """Return every object of the collection by its name."""
        page = self._asked("GET", f"{self.described.path}?{self.described.whole}")
        listed = page if self.described.items is None else page[self.described.items]
        by_name = {listing["name"]: listing for listing in listed}
        assert len(by_name) == len(listed), f"two of one name: {listed}"
        return by_name

    def insert(self, values: JsonObject) -> None:
        """Create an object."""
        self._asked("POST", self.described.path, values)

    def change(self, name: str, **changes: Any) -> None:
        """Change fields of the object called ``name``."""
        self._asked("PATCH", self._path_of(name), changes)

    def delete(self, name: str) -> None:
        """Delete the object called ``name``."""
        self._asked("DELETE", self._path_of(name))

    def _path_of(self, name: str) -> str:
        path = self.described.path
        slash = "/" if path.endswith("/") else ""
        return f"{path.removesuffix('/')}/{self.objects()[name]['id']}{slash}"

    def _asked(self, method: str, path: str, body: JsonObject | None = None) -> Any:
        response = self._client.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None
