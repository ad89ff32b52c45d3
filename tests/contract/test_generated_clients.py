"""Clients that generators make from the contract work against the sandbox."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.middleware import Middleware
from support.contract_validator import CONTRACT, ContractValidator
from support.npm_packages import npm_packages
from support.waiting import HANG_GUARD

from pulumi_setsmart.testing import SandboxAccount, running_sandbox

PROGRAMS = Path(__file__).parent / "clients"
SEEN = {
    "properties": {
        "created": "prop_1",
        "read": ["Beachfront Villa", 3, None, True],
        "listed": ["prop_1"],
        "updated": ["Beachfront Villa", 4],
        "deleted": 204,
        "missing": "not_found",
    },
    "webhooks": {
        "created": "wh_1",
        "read": ["https://example.com/hooks", ["property.updated"]],
        "listed": ["wh_1"],
        "updated": ["property.updated", "property.deleted"],
        "deleted": 204,
        "missing": "not_found",
    },
}
ASKED = [
    (method, f"/v1/{path}", status)
    for collection, item in (("properties", "properties/prop_1"), ("webhooks", "webhooks/wh_1"))
    for method, path, status in (
        ("POST", collection, 201),
        ("GET", item, 200),
        ("GET", collection, 200),
        ("PUT", item, 200),
        ("DELETE", item, 204),
        ("GET", item, 404),
    )
]


@pytest.fixture
def account() -> Iterator[SandboxAccount]:
    """A sandbox that is compared with the contract."""
    violations: list[str] = []
    middleware = [Middleware(ContractValidator, violations=violations)]
    with running_sandbox(middleware=middleware) as account:
        yield account
    assert violations == []


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a program in a folder and return what it prints."""
    finished = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=HANG_GUARD,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def assert_worked(printable: str, account: SandboxAccount) -> None:
    """Hold what a client saw, and what the sandbox was asked, against what was to be done."""
    assert json.loads(printable) == SEEN
    assert [(request.method, request.path, request.status) for request in account.requests] == ASKED


def test_a_client_of_openapi_python_client_works(account: SandboxAccount, tmp_path: Path) -> None:
    """It is generated without a warning; it creates, reads, lists, updates and deletes."""
    # Without its hooks, which would format the client by a program on PATH.
    (tmp_path / "config.yaml").write_text("post_hooks: []\n")
    run(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", CONTRACT, "--config", "config.yaml"),
        *("--meta", "none", "--output-path", "setsmart_client"),
        folder=tmp_path,
    )
    program = (sys.executable, PROGRAMS / "crud.py")
    printable = run(*program, folder=tmp_path, PYTHONPATH=str(tmp_path), **account.environment)
    assert_worked(printable, account)


def test_a_client_of_openapi_typescript_works(account: SandboxAccount, tmp_path: Path) -> None:
    """A program with its types compiles strictly; it creates, reads, lists, updates, deletes."""
    node_modules = npm_packages()
    (tmp_path / "node_modules").symlink_to(node_modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in ("crud.ts", "tsconfig.json"):
        shutil.copy(PROGRAMS / name, tmp_path)
    programs = node_modules / ".bin"
    run(programs / "openapi-typescript", CONTRACT, "--output", "setsmart.ts", folder=tmp_path)
    run(programs / "tsc", "--project", ".", folder=tmp_path)
    assert_worked(run("node", "crud.js", folder=tmp_path, **account.environment), account)
