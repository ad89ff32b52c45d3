"""Waiting for something that another thread or process does, on a machine of any speed."""

import time
from collections.abc import Callable

HANG_GUARD = 900.0
"""Seconds after which whatever a test waits for is taken to hang.

No test comes near it, however slow or busy the machine is: it ends what would never end. Every
wait and timeout of the tests is this one, unless the test is about its end.
"""

MOMENT = 0.2
"""Seconds that a test gives to something that must not happen.

On a slow machine they may be too few to see it happen; they never make a test fail that is right.
"""


def wait_until(holds: Callable[[], object]) -> None:
    """Return as soon as something holds, or fail."""
    end = time.monotonic() + HANG_GUARD
    while not holds():
        assert time.monotonic() < end, f"not within {HANG_GUARD:g} s"
        time.sleep(0.01)
