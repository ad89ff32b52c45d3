"""Something that was looked at."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Verdict(StrEnum):
    """How good it is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


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


def good(subject: str, text: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(subject, Verdict.GOOD, text)


def doubtful(subject: str, text: str, advice: str) -> Finding:
    """Return that something may be meant as it is."""
    return Finding(subject, Verdict.DOUBTFUL, text, advice)


def bad(subject: str, text: str, advice: str) -> Finding:
    """Return that something cannot work."""
    return Finding(subject, Verdict.BAD, text, advice)
