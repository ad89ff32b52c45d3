"""A pause in another thread's event loop that lasts until the test ends it."""

import asyncio
import threading

from support.waiting import HANG_GUARD


class Pause:
    """Takes the place of `asyncio.sleep`.

    Args:
        lets_pass: How many pauses end at once.

    Attributes:
        begun: Is set once somebody has to wait for the test.
        asked: How many seconds each pause was to take.
    """

    def __init__(self, lets_pass: int = 0) -> None:
        self._lets_pass = lets_pass
        self.begun = threading.Event()
        self.asked: list[float] = []
        self._over = threading.Event()

    async def sleep(self, seconds: float) -> None:
        """Pause until the test ends it, however many seconds that takes."""
        self.asked.append(seconds)
        if len(self.asked) <= self._lets_pass:
            return
        self.begun.set()
        await asyncio.to_thread(self._over.wait, HANG_GUARD)

    def end(self) -> None:
        """Let everybody go on, those included who come later."""
        self._over.set()
