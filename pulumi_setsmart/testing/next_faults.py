"""What goes wrong next."""

from collections import deque

from pulumi_setsmart.sandbox import Fault

_METHODS = ("GET", "POST", "PUT", "DELETE")


class NextFaults:
    """Faults that the next requests meet, one each: a plan for the sandbox's fault layer."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[frozenset[str], Fault]] = deque()

    def add(self, *faults: Fault, methods: tuple[str, ...] = _METHODS) -> None:
        """Let as many of the next requests go wrong.

        Args:
            faults: How, in turn; `pulumi_setsmart.testing` has ``Failed``, ``Lost``, ``Hang``,
                ``Slow``, ``RateLimited``, ``Cut`` and ``MALFORMED``.
            methods: Only requests with these HTTP methods count.
        """
        self._waiting.extend((frozenset(methods), fault) for fault in faults)

    def fault_for(self, method: str, path: str) -> Fault | None:  # noqa: ARG002 -- a plan may ask
        """Return the fault that a request meets, or None."""
        for position, (methods, fault) in enumerate(self._waiting):
            if method in methods:
                del self._waiting[position]
                return fault
        return None

    def __len__(self) -> int:
        """Return how many have not struck yet."""
        return len(self._waiting)
