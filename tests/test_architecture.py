"""One way through: program, resource, provider, lifecycle, client, HTTP, and no arrow back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_setsmart

PACKAGE = Path(pulumi_setsmart.__file__).parent
MAY_IMPORT = {
    "models": {"models"},
    "client": {"client", "models"},
    "config": {"client", "models"},
    "lifecycle": {"lifecycle", "client", "config", "models"},
    "providers": {"providers", "lifecycle", "client", "config", "models"},
    "files": {"models", "files", "client"},  # of the client, the tree of errors
    "adoption": {
        "adoption",
        "automation",
        "files",
        "specification",
        "lifecycle",
        "client",
        "config",
        "models",
    },
    "automation": {"automation", "files", "providers", "lifecycle", "client", "config", "models"},
    "diagnosis": {"diagnosis", "automation", "client", "config", "models"},
    "recording": {"recording", "files", "client", "config", "models"},
    "reporting": {"reporting", "automation", "providers", "lifecycle", "client", "models"},
    "specification": {"specification", "files", "lifecycle", "client", "models"},
    "webhooks": {"models", "webhooks", "client"},  # of the client, the tree of errors
    "testing": {"testing", "sandbox"},
    "sandbox": {"sandbox", "cli"},  # its __main__ is the command
}


def imported(room: str) -> Iterator[tuple[str, str]]:
    """Yield each module that a package or module of ours imports, and from which file."""
    place = PACKAGE / room
    for file in place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Import(names=names):
                    yield from ((name.name, file.name) for name in names)
                case ast.ImportFrom(module=str(module)):
                    yield module, file.name


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_arrow_points_back(room: str) -> None:
    """A room imports those behind it only; the sandbox imports none of them."""
    ours = [(name.split("."), file) for name, file in imported(room) if "pulumi_setsmart" in name]
    assert ours or room == "models"
    assert [(name, file) for name, file in ours if name[1] not in MAY_IMPORT[room]] == []


@pytest.mark.parametrize(
    "room",
    [
        "models",
        "client",
        "config",
        "lifecycle",
        "adoption",
        "files",
        "recording",
        "webhooks",
        "testing",
        "sandbox",
    ],
)
def test_only_the_front_knows_pulumi(room: str) -> None:
    """A second front door could be added without touching the core."""
    assert [file for name, file in imported(room) if name.split(".")[0] == "pulumi"] == []


@pytest.mark.parametrize("room", ["models", "config", "lifecycle", "providers", "webhooks"])
def test_only_the_client_knows_http(room: str) -> None:
    """Changing the HTTP library is a change in one folder."""
    assert files_with_httpx(room) == []


def test_the_sandbox_sends_in_one_place() -> None:
    """It answers everywhere else."""
    assert files_with_httpx("sandbox") == ["dispatcher.py"]


def files_with_httpx(room: str) -> list[str]:
    return [file for name, file in imported(room) if name.split(".")[0] == "httpx"]
