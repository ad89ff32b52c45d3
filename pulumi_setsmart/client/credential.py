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
        advice: What to do when it is refused, as a sentence without its full stop.
    """

    key: str = field(repr=False)
    source: str
    advice: str

    def __attrs_post_init__(self) -> None:
        """Keep the key out of every text, wherever it may come from."""
        keep_secret(self.key)


class Keyring:
    """The credentials of one run, of which one is in use.

    A stack's saved configuration can hold a key that has been rotated since; the environment's is
    always current. So the first one that is not refused is kept for the run.
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
        """Where the credentials were set that have been tried so far, as a phrase."""
        return " and ".join(one.source for one in self._credentials[: self._position + 1])

    def after(self, refused: Credential) -> Credential | None:
        """Return the credential to use now that ``refused`` was refused, or None if none is left.

        Several threads may report the same refusal: only the first one moves on, and says so.
        """
        with self._lock:
            if self.current == refused:
                if self._position + 1 == len(self._credentials):
                    return None
                self._position += 1
                message = (
                    f"SetSmart refused the API key from {refused.source}; this run uses the one "
                    f"from {self.current.source} instead"
                )
                logger.warning("%s", with_code(message, MessageCode.OTHER_KEY_USED))
            return self.current
