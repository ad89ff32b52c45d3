"""A report as a short message, in the form that Slack and services compatible with it display."""

from __future__ import annotations

import html
import re

from pulumi_setsmart.client.confidential import redacted, shortened
from pulumi_setsmart.models.json import Json
from pulumi_setsmart.models.text import one_line
from pulumi_setsmart.reporting.plan import Plan
from pulumi_setsmart.reporting.report import Entry, Report
from pulumi_setsmart.reporting.wording import HEADINGS, summary

_MOST_NAMED = 10
_LONGEST_TITLE = 80
_LONGEST_REASON = 300
_LEADS = re.compile(r"[@#]|\](?=\()|:(?=//)|www(?=\.)", re.IGNORECASE)
"""After these a service looks for a person, a channel or an address."""

_JOINER = "\u2060"


def notification(report: Report) -> dict[str, Json]:
    """Return a message about a report, of no more than some 2,000 characters and without values.

    Names of listings can mention nobody, and lead nowhere.
    """
    lines = [
        f"{report.project}/{report.stack}: {summary(report)}",
        *(f"Error: {shortened(error, _LONGEST_REASON)}" for error in report.errors[:1]),
        *(notice.message[:_LONGEST_REASON] for notice in report.notices[:1]),
        *map(_line, report.entries[:_MOST_NAMED]),
    ]
    more = len(report.entries) - _MOST_NAMED
    if more > 0:
        lines.append(f"and {more} more")
    if not report.errors:
        lines.append(f"Plan {Plan.of(report).digest}")
    text = "\n".join(_harmless(line) for line in lines)
    block: dict[str, Json] = {"type": "section", "text": {"type": "plain_text", "text": text}}
    return {"text": html.escape(text, quote=False), "blocks": [block]}


def _line(entry: Entry) -> str:
    outside = ", changed outside Pulumi" if entry.is_drift else ""
    identifier = f" ({shortened(entry.identifier, _LONGEST_TITLE)})" if entry.identifier else ""
    title = shortened(entry.title, _LONGEST_TITLE)
    return f"{HEADINGS[entry.action].title}: {title}{identifier}{outside}"


def _harmless(line: str) -> str:
    return _LEADS.sub(lambda found: f"{found[0]}{_JOINER}", one_line(redacted(line)))
