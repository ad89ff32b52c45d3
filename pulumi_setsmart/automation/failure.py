"""What Pulumi says where one of its commands fails."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_setsmart.client.confidential import quoted
from pulumi_setsmart.models.web_address import masked

_ERROR = "error: "
_LONGEST = 1000
"""Characters."""
_CONSEQUENCE = "Resource monitor has terminated"
"""What a program says that is stopped because one of its resources has failed."""


def causes(errors: Iterable[str]) -> list[str]:
    """Return errors less the one that is only a consequence, unless there is no other."""
    listed = list(errors)
    return [line for line in listed if _CONSEQUENCE not in line] or listed


def first_error(text: str) -> str:
    """Return the first cause of what a command printed, in one line.

    It repeats the address of the state backend, which may hold a password: so it is masked.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = causes(line for line in lines if _ERROR in line)
    return quoted(masked((errors or lines or ["it failed"])[0].rpartition(_ERROR)[2]), _LONGEST)
