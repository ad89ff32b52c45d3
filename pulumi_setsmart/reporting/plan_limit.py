"""Limits on what a preview comes to, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.config import (
    ALLOW_DELETION_VARIABLE,
    MAX_DELETIONS_VARIABLE,
    allowed_deletions,
    load_max_deletions,
)
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import listed
from pulumi_setsmart.reporting.report import LOSSES, Report

_FEWEST = 10
"""How many listings there are at least where a share of them is a limit."""

_SPELLING = re.compile(r"changes>(?P<number>[0-9]{1,9})(?P<share>%)?")
_ALL = 100
_LONGEST_TITLE = 100


@frozen
class PlanLimit:
    """How many listings a plan may change.

    Attributes:
        number: How many, or how many of a hundred.
        is_share: Whether it is a share of the listings.
    """

    number: int
    is_share: bool

    @classmethod
    def of(cls, spelling: str) -> PlanLimit:
        """Return the limit in ``changes>20`` or ``changes>30%``.

        Raises:
            ValueError: It is spelled otherwise, or no plan could exceed it.
        """
        found = _SPELLING.fullmatch(spelling)
        if found is None or (found["share"] and int(found["number"]) >= _ALL):
            raise ValueError
        return cls(int(found["number"]), bool(found["share"]))

    def __str__(self) -> str:
        """Return how it is spelled."""
        return f"changes>{self.number}{'%' if self.is_share else ''}"

    def excess(self, report: Report) -> Iterator[Notice]:
        """Yield what to say of a plan that changes more listings than the limit; else nothing."""
        changed, listings = len(report.changed), report.listings
        if self.is_share:
            is_exceeded = listings >= _FEWEST and changed * _ALL > self.number * listings
        else:
            is_exceeded = changed > self.number
        if is_exceeded:
            yield Notice(
                MessageCode.TOO_MANY_CHANGES,
                f"{changed} of {listings} listings would change, and {self} is the limit. Nothing "
                "is written yet; if all of it is meant, deploy once without this limit",
            )


def stopped_deletions(report: Report, environment: Mapping[str, str]) -> Iterator[Notice]:
    """Yield what to say of each deletion that the run will stop, since another one looks the same.

    Args:
        report: The report.
        environment: The environment's variables, of which one permits deletions.
    """
    allowed = allowed_deletions(environment)
    for entry in report.entries:
        if entry.twin is not None and entry.identifier not in allowed:
            former, twin = (
                shortened(name, _LONGEST_TITLE) for name in (entry.resource, entry.twin)
            )
            yield Notice(
                MessageCode.DELETION_STOPPED,
                f"{entry.identifier} ({former}) will not be deleted: {twin} has the same identity, "
                f"as if the key had changed. To delete it, set "
                f"{ALLOW_DELETION_VARIABLE}={entry.identifier} for one run",
            )


def planned_deletions(report: Report, environment: Mapping[str, str]) -> Iterator[Notice]:
    """Yield what to say of planned deletions beyond ``setsmart:maxDeletions``; else nothing.

    Args:
        report: The report, with what is configured of its stack.
        environment: The environment's variables, of which one has precedence.

    Raises:
        ConfigurationError: The limit is no number.
    """
    limit = load_max_deletions(report.configured.get, environment)
    deleted = [entry for entry in report.entries if entry.action in LOSSES]
    if limit is None or len(deleted) <= limit:
        return
    named = listed(
        [f"{shortened(entry.title, _LONGEST_TITLE)} ({entry.identifier})" for entry in deleted]
    )
    yield Notice(
        MessageCode.TOO_MANY_DELETIONS,
        f"{len(deleted)} objects would be deleted, deactivated or replaced, but "
        f"setsmart:maxDeletions allows {limit}, after which `pulumi up` stops: {named}. "
        f"If all are meant, allow it once with {MAX_DELETIONS_VARIABLE}={len(deleted)}",
    )
