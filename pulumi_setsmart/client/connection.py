"""Where an account is, with which keys, and within which bounds it is asked."""

from __future__ import annotations

from attrs import field, frozen

from pulumi_setsmart.client.credential import Credential
from pulumi_setsmart.client.retry import RetryPolicy

MEBIBYTE = 1024 * 1024
DEFAULT_TIMEOUT = 30.0
DEFAULT_DEADLINE = 900.0
DEFAULT_LARGEST_RESPONSE = 32 * MEBIBYTE
DEFAULT_MOST_PAGES = 1000
"""Ten thousand listings at ten a page."""


@frozen
class Connection:
    """Everything that makes the connection to one account different from another.

    Attributes:
        base_url: The address of the API, without a slash at its end.
        credentials: The API keys to try in turn; at least one.
        timeout: How many seconds one attempt may take, from connecting to the last byte.
        deadline: How many seconds an operation may take in all; see `Budget`.
        counts_waits: Whether waits for the rate limit are among these.
        largest_response: How many bytes the body of a response may have.
        most_pages: How many pages a list may have.
        retry: How often, and after how long, a request is sent again.
    """

    base_url: str
    credentials: tuple[Credential, ...]
    timeout: float = DEFAULT_TIMEOUT
    deadline: float = DEFAULT_DEADLINE
    counts_waits: bool = False
    largest_response: int = DEFAULT_LARGEST_RESPONSE
    most_pages: int = DEFAULT_MOST_PAGES
    retry: RetryPolicy = field(factory=RetryPolicy)

    def url(self, path: str) -> str:
        """Return the absolute address of a path below the base URL."""
        return f"{self.base_url}{path}" if path.startswith("/") else path

    def path(self, address: str) -> str:
        """Return an address as a path below the base URL, where it is one."""
        return address.removeprefix(self.base_url)
