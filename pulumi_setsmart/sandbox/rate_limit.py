"""How often one key may ask."""

import math
from collections.abc import Callable
from email.utils import formatdate
from typing import Literal, TypeAlias

from attrs import define, frozen

_UNLIMITED = 1_000_000

ResetForm: TypeAlias = Literal["seconds", "milliseconds", "left", "date"]
"""What `X-RateLimit-Reset` says: seconds since 1970 (documented), milliseconds since then, the
seconds that are left, or an HTTP date."""


@frozen
class Allowance:
    """What is left of a window after a request.

    Attributes:
        limit: How many requests a window allows.
        remaining: How many are left.
        reset: When the window ends, in whole seconds since 1970, rounded up.
        reset_value: The same, as ``X-RateLimit-Reset`` has it.
        exceeded: Whether the request was one too many.
    """

    limit: int
    remaining: int
    reset: int
    reset_value: str
    exceeded: bool = False

    def headers(self) -> dict[str, str]:
        """Return its headers. Their names and units are documented."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": self.reset_value,
        }


@define
class _Window:
    ends_at: float
    used: int = 0


class RateLimit:
    """Counts the requests of each client in windows, which begin with a client's first request.

    Args:
        limit: How many requests a window allows; 0 for no limit. 100 is documented.
        window: The length of a window in seconds. It is not documented; 60 is assumed.
        clock: The time in seconds since 1970.
        reset_form: How ``X-RateLimit-Reset`` gives the end of a window.
    """

    def __init__(
        self,
        limit: int,
        window: float,
        clock: Callable[[], float],
        reset_form: ResetForm = "seconds",
    ) -> None:
        self._limit = limit
        self._length = window
        self._clock = clock
        self._reset_form = reset_form
        self._windows: dict[str | None, _Window] = {}

    def count(self, client: str | None) -> Allowance:
        """Count a request of a client, unless it is one too many.

        Args:
            client: Whose request it is. None stands for all that are unknown.
        """
        now = self._clock()
        window = self._windows.get(client)
        if window is None or now >= window.ends_at:
            # Ends on a whole second, so that the header has the very moment.
            window = self._windows[client] = _Window(float(math.ceil(now + self._length)))
        reset = int(window.ends_at)
        reset_value = _reset_value(reset, now, self._reset_form)
        if not self._limit:
            return Allowance(_UNLIMITED, _UNLIMITED, reset, reset_value)
        if window.used >= self._limit:
            return Allowance(self._limit, 0, reset, reset_value, exceeded=True)
        window.used += 1
        return Allowance(self._limit, self._limit - window.used, reset, reset_value)


def _reset_value(reset: int, now: float, form: ResetForm) -> str:
    match form:
        case "milliseconds":
            return str(reset * 1000)
        case "left":
            return str(math.ceil(reset - now))
        case "date":
            return formatdate(reset, usegmt=True)
        case "seconds":
            return str(reset)
