"""What a field may hold: the server's own checks, written apart from those of the client."""

import re
from typing import Protocol

from attrs import frozen

from pulumi_setsmart.sandbox.json import Json


class Rule(Protocol):
    """Judges the value of a field."""

    def violation(self, value: Json) -> str | None:
        """Return what is wrong with a value that is not null, as the end of a sentence, or None."""


@frozen
class Text:
    """A string that is not blank, unless that is allowed.

    Attributes:
        longest: How many characters it may have.
        blank: Whether it may be empty or all white space.
    """

    longest: int
    blank: bool = False

    def violation(self, value: Json) -> str | None:
        """Return what is wrong with a value, or None."""
        if not isinstance(value, str):
            return "must be a string"
        if not self.blank and not value.strip():
            return "must not be blank"
        if len(value) > self.longest:
            return f"must have at most {self.longest} characters"
        return None


@frozen
class Number:
    """A number within limits, both included.

    Attributes:
        least: The smallest number allowed.
        most: The greatest number allowed.
        whole: Whether it must be written without a fraction: ``3``, not ``3.0``.
    """

    least: int
    most: int
    whole: bool = False

    def violation(self, value: Json) -> str | None:
        """Return what is wrong with a value, or None."""
        # A bool is an int in Python, but no number in JSON.
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return "must be an integer" if self.whole else "must be a number"
        if not self.least <= value <= self.most:
            return f"must be between {self.least} and {self.most}"
        return None


@frozen
class OneOf:
    """One of a few words.

    Attributes:
        words: The words.
    """

    words: tuple[str, ...]

    def violation(self, value: Json) -> str | None:
        """Return what is wrong with a value, or None."""
        if value not in self.words:
            return f"must be one of: {', '.join(self.words)}"
        return None


@frozen
class Pattern:
    """A string of a certain form.

    Attributes:
        form: A regular expression that the whole string must match.
        described_as: What such a string is, for the error message.
        longest: How many characters it may have.
    """

    form: str
    described_as: str
    longest: int

    def violation(self, value: Json) -> str | None:
        """Return what is wrong with a value, or None."""
        if not isinstance(value, str) or not re.fullmatch(self.form, value):
            return f"must be {self.described_as}"
        if len(value) > self.longest:
            return f"must have at most {self.longest} characters"
        return None


@frozen
class ListOf:
    """A list with at least one item.

    Attributes:
        item: The rule for each item.
    """

    item: Rule

    def violation(self, value: Json) -> str | None:
        """Return what is wrong with a value, or None."""
        if not isinstance(value, list) or not value:
            return "must be a list with at least one item"
        for position, item in enumerate(value):
            wrong = self.item.violation(item)
            if wrong is not None:
                return f"is wrong at item {position}, which {wrong}"
        return None
