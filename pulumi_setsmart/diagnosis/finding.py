"""Something that was looked at."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Verdict(StrEnum):
    """How good it is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@frozen
class Finding:
    """What was found.

    Attributes:
        subject: What was looked at.
        verdict: How good it is.
        text: What was found, without any secret.
        advice: What to do, or None where nothing has to be done.
    """

    subject: str
    verdict: Verdict
    text: str
    advice: str | None = None

    @classmethod
    def ok(cls, subject: str, text: str) -> Finding:
        """Return that something is as it should be."""
        return cls(subject, Verdict.OK, text)

    @classmethod
    def warning(cls, subject: str, text: str, advice: str) -> Finding:
        """Return that something may be meant as it is."""
        return cls(subject, Verdict.WARNING, text, advice)

    @classmethod
    def error(cls, subject: str, text: str, advice: str) -> Finding:
        """Return that something cannot work."""
        return cls(subject, Verdict.ERROR, text, advice)
