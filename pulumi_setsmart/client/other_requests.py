"""The requests of other processes with the same key, as far as the server's count shows them."""

from __future__ import annotations

from attrs import define

_FADING = 0.8
"""What the past still counts when there is a new observation."""

_MARGIN = 1.1
"""Others may get faster: what is known of them is older than a response."""


@define
class OtherRequests:
    """How many requests of others arrive before the next one of ours.

    The server's count falls by more than our own requests if others use the key. How fast it falls,
    and how long a response takes, says how many are under way.
    """

    _number: float = 0.0
    _seconds: float = 0.0
    _observed_at: float = 0.0
    _response_time: float = 0.0

    @property
    def under_way(self) -> float:
        """How many are expected to arrive before a request that is sent now."""
        if not self._response_time:
            return 0.0
        seconds = max(self._seconds, self._response_time)
        return _MARGIN * self._number * self._response_time / seconds

    def begin(self, at: float) -> None:
        """Begin a window. Its first request must not be kept back by what was in the last one."""
        self._number = self._seconds = 0.0
        self._observed_at = at

    def observe(self, number: int, at: float, response_time: float) -> None:
        """Learn from a response.

        Args:
            number: How many requests of others it shows that were not known of before.
            at: When it came, in seconds.
            response_time: How many seconds it took.
        """
        self._number = _FADING * self._number + number
        self._seconds = _FADING * self._seconds + max(0.0, at - self._observed_at)
        self._observed_at, self._response_time = at, response_time
