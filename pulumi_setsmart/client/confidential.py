"""What this process keeps secret, and how texts leave it.

Every API key in use is registered for good when its credential is made, and the secrets that a
resource declares while an operation on it runs. All texts for people pass through here: data is
never changed, only what is told about it.

- `redacted` is for a text of ours on its way out: an error, a warning, a line of a log.
- `quoted` and `reason_of` are for what somebody else wrote, as soon as it becomes part of a text of
  ours. They alone shorten such texts, so nothing is cut before the secrets are out of it.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import field, frozen

from pulumi_setsmart.client.redaction import MARK, Redaction, redaction_of, without_user_info
from pulumi_setsmart.models.text import cut, display, one_line

_LONGEST_LOOKED_AT = 10_000
"""How many characters of a foreign text are looked at; far more than are ever shown."""

_HOLDS_PART = "the reason is not shown, since it repeats a part of the secret"
_HOLDS_TINY = "the reason is not shown, since a secret of one or two characters may be in it"


@frozen
class DeclaredSecret:
    """A secret text or number in what a program declares.

    Attributes:
        path: The keys that lead to it, the outermost first.
        text: The secret.
    """

    path: tuple[str, ...]
    text: str = field(repr=False)

    def is_at(self, path: tuple[str, ...]) -> bool:
        """Return whether it is where a path leads, in it, or what it leads into."""
        length = min(len(path), len(self.path))
        return length > 0 and path[:length] == self.path[:length]


class Register:
    """The secrets of a process; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: frozenset[str] = frozenset()
        self._declared: Counter[DeclaredSecret] = Counter()
        self._all: frozenset[str] = frozenset()

    @property
    def redaction(self) -> Redaction:
        """What takes all of them out of texts."""
        return redaction_of(self._all)

    @property
    def declared(self) -> tuple[DeclaredSecret, ...]:
        """Those that are declared by the operations under way."""
        with self._lock:
            return tuple(self._declared)

    def keep(self, keys: Iterable[str]) -> None:
        """Register secrets for good."""
        with self._lock:
            self._keys |= {*keys}
            self._settle()

    @contextlib.contextmanager
    def during(self, secrets: Iterable[DeclaredSecret]) -> Iterator[None]:
        """Register secrets for the time of an operation."""
        own = Counter({*secrets})
        with self._lock:
            self._declared += own
            self._settle()
        try:
            yield
        finally:
            with self._lock:
                self._declared -= own
                self._settle()

    def _settle(self) -> None:
        self._all = self._keys | {one.text for one in self._declared}


_register = Register()


def keep_secret(*secrets: str) -> None:
    """Keep secrets out of every text that leaves this process from now on."""
    _register.keep(secrets)


def keeping(secrets: Iterable[DeclaredSecret]) -> contextlib.AbstractContextManager[None]:
    """Keep secrets out of every text while an operation runs that knows them."""
    return _register.during(secrets)


def redacted(text: str) -> str:
    """Return a text as it may leave the process: without secrets, and no user info in addresses.

    It may hold lines, columns and colours; nothing but the secrets is changed. Secrets of less than
    six characters are not looked for here, as they are words and numbers of ours as well.
    """
    return without_user_info(_register.redaction.own(text))


def without_secrets(value: Any) -> Any:
    """Return JSON without secrets in its texts and names, as `redacted` takes them out."""
    match value:
        case str():
            return redacted(value)
        case dict():
            return {redacted(str(name)): without_secrets(one) for name, one in value.items()}
        case list() | tuple():
            return [without_secrets(one) for one in value]
    return value


def shown(message: str) -> str:
    """Return a message as it leaves the process: without secrets, and as no terminal obeys it."""
    return display(redacted(message))


def foreign(text: str) -> str:
    """Return a text that somebody else wrote without secrets, short ones included."""
    return without_user_info(_register.redaction.foreign(text))


def quoted(text: str, longest: int) -> str:
    """Return a name or value of somebody else's in one line of at most so many characters.

    An ellipsis tells that it was cut.
    """
    line = _line(text)
    return MARK if _register.redaction.holds_tiny(line) else cut(foreign(line), longest)


def shortened(text: str, longest: int) -> str:
    """Return a text that may repeat somebody else's, without secrets and at most so long."""
    return cut(foreign(text[:_LONGEST_LOOKED_AT]), longest)


def reason_of(text: str, longest: int, *about: tuple[str, ...]) -> tuple[str, bool]:
    """Return what somebody else says in one line, and whether that had to be left out.

    Args:
        text: What is said.
        longest: How many characters of it are shown.
        about: The fields that it is about, each as the keys that lead to it.
    """
    line = _line(text)
    own = {one.text for one in _register.declared if any(map(one.is_at, about))}
    if own and redaction_of(frozenset(own)).holds_part(line):
        return _HOLDS_PART, True
    if _register.redaction.holds_tiny(line):
        return _HOLDS_TINY, True
    return cut(foreign(line), longest), False


def _line(text: str) -> str:
    return one_line(text[: 5 * _LONGEST_LOOKED_AT])[:_LONGEST_LOOKED_AT]
