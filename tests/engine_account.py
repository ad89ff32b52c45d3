"""A SetSmart account on a sandbox of its own, as the tests with the engine see it."""

from attrs import frozen

from pulumi_setsmart.sandbox import Sandbox


@frozen
class Account:
    """A SetSmart account on a sandbox of its own.

    Attributes:
        sandbox: What holds it.
        base_url: Where it is.
    """

    sandbox: Sandbox
    base_url: str

    def requests(self, *methods: str) -> list[str]:
        """Return the requests with these methods, each as its method and path below /v1."""
        return [
            f"{one.method} {one.path.removeprefix('/v1')}"
            for one in self.sandbox.requests
            if one.method in methods
        ]

    def writes(self) -> list[str]:
        """Return the requests that change something."""
        return self.requests("POST", "PUT", "DELETE")
