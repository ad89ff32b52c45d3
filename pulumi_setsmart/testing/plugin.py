"""A plugin for pytest: ``pytest_plugins = ["pulumi_setsmart.testing.plugin"]``."""

from collections.abc import Iterator

import pytest

from pulumi_setsmart.sandbox import DeliverySettings, SandboxSettings
from pulumi_setsmart.testing.sandbox_account import SandboxAccount, running_sandbox


@pytest.fixture
def setsmart_sandbox_settings() -> SandboxSettings:
    """Return how `setsmart_sandbox` behaves; define a fixture of this name to have it otherwise.

    By default there is no rate limit, and a webhook that fails comes again after a tenth of a
    second: tests should not have to wait.
    """
    return SandboxSettings(rate_limit=0, deliveries=DeliverySettings(backoff=0.1))


@pytest.fixture
def setsmart_sandbox(setsmart_sandbox_settings: SandboxSettings) -> Iterator[SandboxAccount]:
    """Run an empty account on a free port of this machine, for one test."""
    with running_sandbox(setsmart_sandbox_settings) as account:
        yield account
