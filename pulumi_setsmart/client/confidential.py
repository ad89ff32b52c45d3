"""The secrets of this process, and their removal from everything it prints.

Every API key is registered for good when its credential is made. The secrets that a resource
declares are registered while an operation on it runs. All text for people passes through here;
data is never changed.

- `redacted` is for our own text before it is printed: an error, a warning, a line of a log.
- `quoted` and `reason_of` are for foreign text, as soon as it becomes part of a text of ours. Only
  they shorten such text, so nothing is cut before the secrets are removed.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import field, frozen

from pulumi_setsmart.client.redaction import Redaction, redaction_of, without_user_info
from pulumi_setsmart.models.text import MARK, cut, display, one_line

_LONGEST_LOOKED_AT = 10_000
"""How many characters of a foreign text are searched; far more than are ever shown."""

_HOLDS_PART = "the reason is not shown, since it repeats a part of the secret"
_HOLDS_TINY = "the reason is not shown, since a secret of one or two characters may be in it"


@frozen
class DeclaredSecret:
    """A secret string or number that a program declares.

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
        """Removes all of them from a text."""
        return redaction_of(self._all)

    @property
    def declared(self) -> tuple[DeclaredSecret, ...]:
        """The secrets of the operations under way."""
        with self._lock:
            return tuple(self._declared)

    def keep(self, keys: Iterable[str]) -> None:
        """Register secrets for good."""
        with self._lock:
            self._keys |= {*keys}
            self._update_all()

    @contextlib.contextmanager
    def during(self, secrets: Iterable[DeclaredSecret]) -> Iterator[None]:
        """Register secrets while an operation runs."""
        own = Counter({*secrets})
        with self._lock:
            self._declared += own
            self._update_all()
        try:
            yield
        finally:
            with self._lock:
                self._declared -= own
                self._update_all()

    def _update_all(self) -> None:
        self._all = self._keys | {secret.text for secret in self._declared}


_register = Register()


def keep_secret(*secrets: str) -> None:
    """Keep secrets out of everything that this process prints from now on."""
    _register.keep(secrets)


def keeping(secrets: Iterable[DeclaredSecret]) -> contextlib.AbstractContextManager[None]:
    """Keep the secrets of an operation out of everything that is printed while it runs."""
    own = [*secrets]
    return _register.during(own) if own else contextlib.nullcontext()


def redacted(text: str) -> str:
    """Return a text without secrets, and without user info in addresses.

    The text may contain lines, columns and colours; only the secrets are changed. Secrets of fewer
    than six characters are not searched here, because our own words and numbers may equal them.
    """
    return without_user_info(_register.redaction.own(text))


def without_secrets(value: Any) -> Any:
    """Return JSON whose strings and names are `redacted`."""
    match value:
        case str():
            return redacted(value)
        case dict():
            return {redacted(str(name)): without_secrets(member) for name, member in value.items()}
        case list() | tuple():
            return [without_secrets(element) for element in value]
    return value


def shown(message: str) -> str:
    """Return a message without secrets and without control characters, ready to be printed."""
    return display(redacted(message))


def foreign(text: str) -> str:
    """Return a foreign text without secrets, including short ones."""
    return without_user_info(_register.redaction.foreign(text))


def quoted(text: str, longest: int) -> str:
    """Return a foreign name or value in one line of at most ``longest`` characters.

    An ellipsis shows that it was cut.
    """
    line = _line(text)
    return MARK if _register.redaction.holds_tiny(line) else cut(foreign(line), longest)


def shortened(text: str, longest: int) -> str:
    """Return a text that may contain foreign text, without secrets and at most ``longest`` long."""
    return cut(foreign(text[:_LONGEST_LOOKED_AT]), longest)


def reason_of(text: str, longest: int, *about: tuple[str, ...]) -> tuple[str, bool]:
    """Return a foreign reason in one line, and whether a sentence of ours had to replace it.

    Args:
        text: The reason.
        longest: How many characters of it are shown.
        about: The fields that it is about, each as the keys that lead to it.
    """
    line = _line(text)
    declared = _register.declared
    own = {secret.text for secret in declared if any(map(secret.is_at, about))}
    if own and redaction_of(frozenset(own)).holds_part(line):
        return _HOLDS_PART, True
    if _register.redaction.holds_tiny(line):
        return _HOLDS_TINY, True
    return cut(foreign(line), longest), False


def _line(text: str) -> str:
    return one_line(text[: 5 * _LONGEST_LOOKED_AT])[:_LONGEST_LOOKED_AT]
