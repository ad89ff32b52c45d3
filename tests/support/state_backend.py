"""Where Pulumi keeps states: a folder here; `s3_server` and `postgresql_server` have the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from attrs import frozen


@frozen
class StateBackend:
    """A place for states that nothing else uses.

    Attributes:
        writer: Environment variables with which Pulumi may do everything there.
        reader: Those with which it may only read.
        content: Returns the text of each file there, by its name.
    """

    writer: dict[str, str]
    reader: dict[str, str]
    content: Callable[[], dict[str, str]]


class StateServer(Protocol):
    """Something with room for several backends."""

    def backend(self, name: str, /) -> StateBackend:
        """Return the backend with this name, made of letters and digits."""


class NetworkServer(StateServer, Protocol):
    """One that is reached over the network, or by way of a proxy."""

    @property
    def port(self) -> int:
        """Its own port on this machine."""

    def backend(self, name: str, /, port: int | None = None) -> StateBackend:
        """Return the backend with this name, which Pulumi reaches through a port."""

    def restart(self) -> None:
        """Kill it, and start it again with what it has stored."""


@frozen
class Folders:
    """Folders in a folder; whoever may read one may write it."""

    parent: Path

    def backend(self, name: str) -> StateBackend:
        """Return the folder with this name."""
        folder = self.parent / name
        folder.mkdir()
        variables = {"PULUMI_BACKEND_URL": f"file://{folder}"}
        return StateBackend(variables, variables, lambda: _texts(folder))


def _texts(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }
