"""What several tests of the lifecycle need."""

from collections.abc import Iterator

import pytest
from support.deployment import Deployment


@pytest.fixture(params=[1, 3], ids=["one process", "three processes"], scope="module")
def in_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let each run of a `Deployment` have one process, then several that take turns."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Deployment, "processes", request.param)
        yield
