"""Something that was looked at."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from pulumi_setsmart.client.errors import SetSmartError
from pulumi_setsmart.models.message_code import MessageCode, Notice, with_code


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
        code: What the text is about, or None where nothing has to be done.
    """

    subject: str
    verdict: Verdict
    text: str
    advice: str | None = None
    code: MessageCode | None = None

    def __str__(self) -> str:
        """Return what was found, with the code at the end of the first line."""
        line = f"{self.subject}: {self.text}"
        return line if self.code is None else with_code(line, self.code)

    @classmethod
    def ok(cls, subject: str, text: str) -> Finding:
        """Return that something is as it should be."""
        return cls(subject, Verdict.OK, text)

    @classmethod
    def warning(cls, subject: str, found: Notice | SetSmartError, advice: str) -> Finding:
        """Return that something may be meant as it is."""
        return cls(subject, Verdict.WARNING, found.message, advice, found.code)

    @classmethod
    def error(cls, subject: str, found: Notice | SetSmartError, advice: str) -> Finding:
        """Return that something cannot work."""
        return cls(subject, Verdict.ERROR, found.message, advice, found.code)
