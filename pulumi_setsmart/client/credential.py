"""API keys and where they come from."""

from __future__ import annotations

import threading

from attrs import field, frozen

from pulumi_setsmart.client.confidential import keep_secret
from pulumi_setsmart.client.log import log_of
from pulumi_setsmart.models.message_code import MessageCode, with_code

logger = log_of(__name__)


@frozen
class Credential:
    """An API key, which is never shown.

    Attributes:
        key: The key itself.
        source: Where it was set, for messages.
        advice: What to do if it is rejected, as a sentence without its full stop.
    """

    key: str = field(repr=False)
    source: str
    advice: str

    def __attrs_post_init__(self) -> None:
        """Register the key as a secret, so that no output contains it."""
        keep_secret(self.key)


class Keyring:
    """The credentials of one run, of which one is in use.

    A stack's saved configuration can hold a key that has been rotated since; the environment's is
    always current. So the first one that is not rejected is kept for the run.
    """

    def __init__(self, credentials: tuple[Credential, ...]) -> None:
        self._credentials = credentials
        self._position = 0
        self._lock = threading.Lock()

    @property
    def current(self) -> Credential:
        """The credential in use."""
        return self._credentials[self._position]

    @property
    def tried(self) -> str:
        """The sources of the credentials that were tried so far, as a phrase."""
        tried = self._credentials[: self._position + 1]
        return " and ".join(credential.source for credential in tried)

    def after(self, rejected: Credential) -> Credential | None:
        """Return the credential to use after ``rejected``, or None if none is left.

        Several threads may report the same one: only the first moves on, and logs a warning.
        """
        with self._lock:
            if self.current == rejected:
                if self._position + 1 == len(self._credentials):
                    return None
                self._position += 1
                message = (
                    f"SetSmart rejected the API key from {rejected.source}; this run uses the one "
                    f"from {self.current.source} instead"
                )
                logger.warning("%s", with_code(message, MessageCode.OTHER_KEY_USED))
            return self.current
