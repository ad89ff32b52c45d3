"""The digest of a plan, by which what is deployed is compared with what was approved."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from attrs import frozen

from pulumi_setsmart.client.confidential import shortened
from pulumi_setsmart.models.json import with_integers
from pulumi_setsmart.models.message_code import MessageCode, Notice
from pulumi_setsmart.models.text import listed
from pulumi_setsmart.reporting.field_change import ABSENT, FieldChange, Value
from pulumi_setsmart.reporting.report import Entry, Report

_DIGITS = 40
_PRINT = 10
"""Characters of the fingerprint of an entry; the first half is that of the resource's name."""

_TOKEN = re.compile(
    rf"(?P<digest>[0-9a-f]{{{_DIGITS}}})"
    rf"(?:\.(?P<shown>[0-9a-f]{{{_DIGITS}}})"
    rf"(?:\.(?P<changes>(?:[a-z2-7]{{{_PRINT}}})*)\.(?P<hidden>(?:[a-z2-7]{{{_PRINT}}})*))?)?"
)
_LONGEST_NAME = 100
_MOST_PRINTS = 1000
"""How many fingerprints a token has at most, so that it fits into a comment."""


@frozen
class Plan:
    """Every change of a report, with the values before and after.

    It depends on neither the order of changes, nor the key, the machine or the time. A secret
    counts by where it is, never by its value.

    Attributes:
        digest: A digest of everything.
        shown: A digest without the objects of which only something secret may change.
        changes: The fingerprints of the other objects; None where only digests are known.
        hidden: The fingerprints of the objects of which only something secret may change; none
            where only digests are known.
    """

    digest: str
    shown: str | None = None
    changes: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(cls, report: Report) -> Self:
        """Return the plan of a report."""
        hidden = [entry for entry in report.entries if entry.hides]
        changes = [entry for entry in report.entries if not entry.hides]
        return cls(
            digest=_digest(report, report.entries),
            shown=_digest(report, changes),
            changes=frozenset(map(_fingerprint, changes)),
            hidden=frozenset(map(_fingerprint, hidden)),
        )

    @classmethod
    def parse(cls, token: str) -> Self:
        """Return the plan that a token stands for.

        Raises:
            ValueError: It is no token.
        """
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ValueError
        if found["changes"] is None:
            return cls(found["digest"], found["shown"])
        return cls(
            found["digest"], found["shown"], _prints(found["changes"]), _prints(found["hidden"])
        )

    @property
    def token(self) -> str:
        """The digests, and what tells which objects differ from another plan."""
        digests = self.digest if self.shown is None else f"{self.digest}.{self.shown}"
        if self.changes is None or len(self.changes | self.hidden) > _MOST_PRINTS:
            return digests
        changes, hidden = ("".join(sorted(prints)) for prints in (self.changes, self.hidden))
        return f"{digests}.{changes}.{hidden}"

    def allows(self, other: Self) -> bool:
        """Return whether another plan is what was approved when this one was.

        An object of which only something secret might have changed may be missing: a preview
        without the secrets cannot know that they stay.
        """
        if self.digest == other.digest:
            return True
        return self.shown is not None and self.shown == other.shown and other.hidden <= self.hidden


def changed_plan(approved: Plan, report: Report) -> Iterator[Notice]:
    """Yield what to say if a report is not what was approved; else nothing.

    Args:
        approved: The approved plan.
        report: What would be deployed now.
    """
    plan = Plan.of(report)
    if approved.allows(plan):
        return
    differences = "" if approved.changes is None else f" {_differences(approved, plan, report)}."
    look = "" if report.refreshed else " This preview did not look at SetSmart."
    yield Notice(
        MessageCode.PLAN_CHANGED,
        f"the plan is not the approved one ({approved.digest}).{look}{differences} If "
        f"everything in the report is intended, approve {plan.digest}",
    )


def _differences(approved: Plan, plan: Plan, report: Report) -> str:
    """Return which objects differ, and how, as far as it can be known."""
    shown = _by_name(approved.changes or frozenset())
    before = _by_name((approved.changes or frozenset()) | approved.hidden)
    after = _by_name((plan.changes or frozenset()) | plan.hidden)
    resources = {_name_print(label, name): name for label, name in report.resources}
    resources |= {
        _name_print(entry.label, entry.resource): entry.resource for entry in report.entries
    }
    differing = {
        "not approved": after.keys() - before.keys(),
        "changes otherwise than approved": {
            name for name in after.keys() & before.keys() if after[name] != before[name]
        },
        "approved, and no longer in the plan": shown.keys() - after.keys(),
    }
    parts = []
    for what, prints in differing.items():
        names = sorted(shortened(resources.get(name, "?"), _LONGEST_NAME) for name in prints)
        if names:
            parts.append(f"{what}: {listed(names)}")
    return "; ".join(parts) or "What differs is no object at SetSmart"


def _digest(report: Report, entries: Sequence[Entry]) -> str:
    plan = {
        "project": report.project,
        "stack": report.stack,
        "refreshed": report.refreshed,
        "entries": sorted(map(_text, entries)),
        "others": sorted(report.other_steps),
    }
    return _sha256(_canonical(plan)).hex()[:_DIGITS]


def _fingerprint(entry: Entry) -> str:
    return _name_print(entry.label, entry.resource) + _print(_text(entry))


def _name_print(label: str, name: str) -> str:
    return _print(_canonical([label, name]))


def _print(text: str) -> str:
    return base64.b32encode(_sha256(text)).decode().lower()[: _PRINT // 2]


def _prints(text: str) -> frozenset[str]:
    return frozenset(text[start : start + _PRINT] for start in range(0, len(text), _PRINT))


def _by_name(prints: frozenset[str]) -> Mapping[str, set[str]]:
    by_name: defaultdict[str, set[str]] = defaultdict(set)
    for each in prints:
        by_name[each[: _PRINT // 2]].add(each)
    return by_name


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _text(entry: Entry) -> str:
    former = entry.former and _text(entry.former)
    return _canonical(
        {
            "action": entry.action,
            "kind": entry.label,
            "resource": entry.resource,
            "id": entry.identifier,
            "account": entry.account,
            "former": former or entry.former_key,
            "hides": entry.hides,
            "fields": sorted(map(_field_text, entry.fields)),
        }
    )


def _field_text(change: FieldChange) -> str:
    sides = {"last": change.last, "current": change.current, "planned": change.planned}
    return _canonical(
        {
            "path": change.path,
            "secret": change.secret,
            "unapplied": change.unapplied,
            **{
                side: None if change.secret else _in_order(value, change)
                for side, value in sides.items()
                if value is not ABSENT
            },
        }
    )


def _in_order(value: Value, change: FieldChange) -> Value:
    is_unordered = change.unordered and isinstance(value, list)
    return sorted(value, key=_canonical) if is_unordered else value


def _canonical(value: Value) -> str:
    """Return JSON in which equal values look the same: 2 is 2.0, and members have an order."""
    return json.dumps(with_integers(value), sort_keys=True, ensure_ascii=True)
