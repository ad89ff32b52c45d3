"""What several tests of the sandbox need."""

from collections.abc import Iterator

import httpx
import pytest
from support.waiting import HANG_GUARD

from pulumi_setsmart.testing import SandboxAccount


@pytest.fixture
def browser(setsmart_sandbox: SandboxAccount) -> Iterator[httpx.Client]:
    """A browser without scripts."""
    origin = setsmart_sandbox.url.removesuffix("/v1")
    with httpx.Client(
        base_url=origin, trust_env=False, timeout=HANG_GUARD, follow_redirects=True
    ) as client:
        yield client
