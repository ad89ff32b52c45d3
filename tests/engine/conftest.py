"""The real engine against the real sandbox over HTTP, every exchange held against the contract."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from attrs import evolve
from contract_witness import ContractWitness
from engine_account import Account
from engine_stack import EngineStack
from starlette.middleware import Middleware

from pulumi_setsmart.sandbox import (
    DEFAULT_KEY,
    SandboxSettings,
    create_app,
    running,
)


OpenAccount = Callable[..., Account]


@pytest.fixture
def open_account() -> Iterator[OpenAccount]:
    """Open accounts, each on a sandbox of its own with no rate limit unless given settings."""
    violations: list[str] = []
    with ExitStack() as running_sandboxes:

        def open_one(settings: SandboxSettings | None = None, **habits: object) -> Account:
            settings = settings or SandboxSettings(rate_limit=0)
            settings = evolve(settings, dialect=evolve(settings.dialect, **habits))
            witness = Middleware(ContractWitness, violations=violations)
            sandbox = create_app(settings, middleware=[witness])
            return Account(sandbox, running_sandboxes.enter_context(running(sandbox)))

        yield open_one
    assert violations == []


@pytest.fixture
def account(open_account: OpenAccount) -> Account:
    """An empty account on a sandbox with the assumed habits."""
    return open_account()


@pytest.fixture
def stack(pulumi: Path, tmp_path: Path, account: Account) -> EngineStack:
    """A stack whose programs ask `account`."""
    return EngineStack.create(pulumi, tmp_path / "stack", account.base_url, DEFAULT_KEY)
