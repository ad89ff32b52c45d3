"""The real engine against the real sandbox over HTTP; each exchange is checked by the contract."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.middleware import Middleware
from support.contract_validator import ContractValidator
from support.engine_sandbox import EngineSandbox, OpenEngineSandbox, RevokedKeys
from support.engine_stack import EngineStack
from support.interface import Interface
from support.state_backend import Folders, StateBackend, StateServer

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    ApiKey,
    Behaviour,
    SandboxSettings,
)
from pulumi_setsmart.testing import running_sandbox


@pytest.fixture
def open_account() -> Iterator[OpenEngineSandbox]:
    """Open accounts, each on a sandbox of its own with no rate limit."""
    violations: list[str] = []
    with ExitStack() as running_sandboxes:

        def open_one(*keys: ApiKey, **behaviour: Any) -> EngineSandbox:
            settings = SandboxSettings(
                keys=keys or (ApiKey(DEFAULT_KEY),), rate_limit=0, behaviour=Behaviour(**behaviour)
            )
            revoked: set[str] = set()
            middleware = [
                Middleware(ContractValidator, violations=violations),
                Middleware(RevokedKeys, revoked=revoked),
            ]
            opened = running_sandboxes.enter_context(
                running_sandbox(settings, middleware=middleware)
            )
            return EngineSandbox(opened.app, opened.url, revoked)

        yield open_one
    assert violations == []


@pytest.fixture
def account(open_account: OpenEngineSandbox) -> EngineSandbox:
    """An empty account on a sandbox with the assumed behaviour."""
    return open_account()


@pytest.fixture
def stack(
    pulumi: Path, tmp_path: Path, account: EngineSandbox, interface: Interface
) -> EngineStack:
    """A stack whose programs ask `account`."""
    return EngineStack.create(
        pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY, interface=interface
    )


@pytest.fixture(params=["folder", "S3", "PostgreSQL"])
def state_backend(request: pytest.FixtureRequest, tmp_path: Path) -> StateBackend:
    """Each kind of place for a state, with nothing in it."""
    server: StateServer = Folders(tmp_path)
    if request.param != "folder":
        server = request.getfixturevalue(f"{request.param.lower()}_server")
    return server.backend(f"states{uuid4().hex}")
