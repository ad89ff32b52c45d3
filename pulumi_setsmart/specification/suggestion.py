"""What somebody probably meant who wrote a word that is not known."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable

_LONGEST = 100
"""How many characters a word has that somebody may have mistyped."""


def closest(word: str, words: Iterable[str]) -> str | None:
    """Return the one of ``words`` that resembles ``word`` most, or None if none does."""
    return _closest(word.lower(), tuple(words)) if len(word) <= _LONGEST else None


@functools.lru_cache
def _closest(word: str, words: tuple[str, ...]) -> str | None:
    return next(iter(difflib.get_close_matches(word, words, 1)), None)


def did_you_mean(suggestion: str | None) -> str:
    """Return the question whether somebody meant ``suggestion``, as a part of a sentence."""
    return "" if suggestion is None else f"did you mean {suggestion}? "
